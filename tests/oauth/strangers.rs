//! Whoever guesses at the OAuth endpoints is slowed down where it guesses, and nobody else is.

use cardium_testkit::Backend;
use serde_json::json;

use super::agent::{Agent, Fields, encoded, expect_refused, sound};
use crate::{
    on_both,
    support::{Client, PASSWORD, Reply, Request, Server, text},
};

on_both! {
    guesses_at_the_token_endpoint_are_counted_by_address;
    whoever_is_known_goes_on_beside_strangers;
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
    let refresh = agent.refresh("crt_guessed");
    let wrong = token(&agent, GUESSER, &refresh);
    expect_refused(&wrong, 429, "temporarily_unavailable", "the same address");
    // Other owners' agents may run there: who is right goes on.
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    let renewed = token(&agent, GUESSER, &refresh).expect(200);
    let refresh = agent.refresh(text(&renewed, "refresh_token"));
    let renewed = token(&agent, GENUINE, &refresh).expect(200);
    let wrong = agent.refresh("crt_guessed");
    expect_refused(&token(&agent, GENUINE, &wrong), 400, "invalid_grant", "one guess is none");
    let refresh = agent.refresh(text(&renewed, "refresh_token"));
    token(&agent, GENUINE, &refresh).expect(200);
    // The minute ends for whoever waits as told.
    server.advance(3_600);
    expect_refused(&guess(), 401, "invalid_client", "it may guess again");
}

fn whoever_is_known_goes_on_beside_strangers(backend: Backend) {
    let server = server(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let code = agent.code(&server, &owner, "read");
    let get = |client: &Client, path: &str| {
        from(GUESSER, client.request(reqwest::Method::GET, path)).status
    };
    let stranger = server.client().with_token("sess_wrong");
    let statuses: Vec<_> = (0..=MINUTE).map(|_| get(&stranger, "/v1/balance")).collect();
    assert_eq!((statuses[0], statuses.last()), (401, Some(&429)));
    // A code that nobody exchanged yet, a token that never came, and the owner's own session.
    let tokens = token(&agent, GUESSER, &agent.exchange(&code)).expect(200);
    let http = agent.http.with_token(text(&tokens, "access_token"));
    assert_eq!(get(&http, "/v1/cards"), 200);
    let forged = format!("{}x", text(&tokens, "access_token"));
    assert_eq!(get(&agent.http.with_token(&forged), "/v1/cards"), 429);
    let revoked = agent.form(
        "/oauth/revoke",
        &[("token", text(&tokens, "access_token")), ("client_id", &agent.id)],
    );
    assert_eq!(get(&owner, "/v1/balance"), 200);
    let browser = |path: &str| {
        let request = agent.http.request(reqwest::Method::GET, path);
        from(GUESSER, request.header("Cookie", &format!("cardium={}", owner.token())))
    };
    assert_eq!(browser("/panic").status, 200);
    let link = format!("/oauth/authorize?{}", encoded(&agent.request("read")));
    assert_eq!(browser(&link).status, 303);
    let account = owner.get("/v1/accounts/me").expect(200);
    let sign_in = |password: &str| {
        let body = json!({"email": text(&account, "email"), "password": password});
        let request = server.client().request(reqwest::Method::POST, "/v1/sessions").json(&body);
        from(GUESSER, request).status
    };
    assert_eq!([sign_in(PASSWORD), sign_in("wrong")], [200, 401], "which has its own bound");
    // What ended is a stranger's from then on.
    assert_eq!(from(GUESSER, revoked).status, 200);
    assert_eq!(get(&http, "/v1/cards"), 429);
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
