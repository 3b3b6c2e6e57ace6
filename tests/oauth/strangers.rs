//! Whoever guesses at the OAuth endpoints is slowed down where it guesses, and nobody else is.

use cardium_testkit::Backend;

use super::agent::{Agent, Fields, encoded, expect_refused, sound};
use crate::{
    on_both,
    support::{Reply, Request, Server, text},
};

on_both! {
    guesses_at_the_token_endpoint_are_counted_by_address;
    registrations_are_counted_by_address;
}

/// What an address may ask in a minute without a credential.
const MINUTE: u32 = 12;
/// Registrations of an address in an hour.
const HOUR: u32 = 4;
const GUESSER: &str = "192.0.2.7";
const GENUINE: &str = "198.51.100.9";

/// A server behind a proxy, which says where requests come from.
fn server(backend: Backend) -> Server {
    Server::own(backend, |settings| {
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        settings.rate_limits.enabled = true;
        settings.rate_limits.unauthenticated_per_minute = MINUTE;
        settings.rate_limits.registrations_per_hour = HOUR;
    })
}

fn from(address: &str, request: Request) -> Reply {
    request.header("X-Forwarded-For", address).send()
}

fn token(agent: &Agent, address: &str, fields: &Fields<'_>) -> Reply {
    from(address, agent.form("/oauth/token", fields))
}

/// Asks until it is told to wait; gives how often it was answered before.
fn until_refused(ask: impl Fn() -> Reply, answered: u16) -> u32 {
    for passed in 0..=10 * MINUTE {
        let reply = ask();
        if reply.status == 429 {
            expect_refused(&reply, 429, "temporarily_unavailable", "too often");
            let wait = reply.header("Retry-After").and_then(|wait| wait.parse::<u64>().ok());
            assert!(wait.is_some_and(|wait| (1..=3_600).contains(&wait)), "{reply:?}");
            return passed;
        }
        assert_eq!(reply.status, answered, "{reply:?}");
    }
    panic!("nobody is slowed down");
}

fn guesses_at_the_token_endpoint_are_counted_by_address(backend: Backend) {
    let server = server(backend);
    // One that the test's own address registers, before anybody guesses.
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "read");
    let nobody = [("client_id", "client_nobody"), ("grant_type", "refresh_token")];
    let guess = || token(&agent, GUESSER, &nobody);
    let guesses = until_refused(guess, 401);
    assert!((1..=MINUTE).contains(&guesses), "{guesses}");
    // From there it does not even help to be right.
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    let right = token(&agent, GUESSER, &refresh);
    expect_refused(&right, 429, "temporarily_unavailable", "the same address");
    let renewed = token(&agent, GENUINE, &refresh).expect(200);
    let wrong = agent.refresh("crt_guessed");
    expect_refused(&token(&agent, GENUINE, &wrong), 400, "invalid_grant", "one guess is none");
    let refresh = agent.refresh(text(&renewed, "refresh_token"));
    token(&agent, GENUINE, &refresh).expect(200);
    // The minute ends for whoever waits as told.
    server.advance(3_600);
    expect_refused(&guess(), 401, "invalid_client", "it may guess again");
}

fn registrations_are_counted_by_address(backend: Backend) {
    let server = server(backend);
    let client = server.client();
    let register = |address| {
        let request = client.request(reqwest::Method::POST, "/oauth/register").json(&sound());
        from(address, request)
    };
    assert_eq!(until_refused(|| register(GUESSER), 201), HOUR);
    let registration = register(GENUINE).expect(201);
    let agent =
        Agent { http: client, id: text(&registration, "client_id").to_owned(), registration };
    let fields = agent.request("read");
    let link = || {
        let path = format!("/oauth/authorize?{}", encoded(&fields));
        agent.http.request(reqwest::Method::GET, &path)
    };
    assert_eq!(from(GENUINE, link()).status, 303, "whoever came from elsewhere goes on");
}
