//! The tables of what must be refused, over HTTP.

use cardium_app::oauth::OPEN_GRANTS;
use cardium_auth::Scope;
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    agent::{Agent, Fields, WEB, all_of, answered, expect_refused, find, location, sound},
    negatives::{CODE_EXCHANGES, Exchange, REFRESHES, REGISTRATIONS, REQUESTS, Refusal},
};
use crate::{
    on_both,
    support::{Reply, Server, text},
};

on_both! {
    registrations_are_refused;
    requests_are_refused_where_they_may_be;
    programs_on_the_own_machine_are_told_at_once;
    exchanges_are_refused_and_use_nothing_up;
    an_account_has_a_hundred_open_grants_at_most;
    bodies_have_one_form;
}

const LISTS: [&str; 4] = ["redirect_uris", "grant_types", "response_types", "contacts"];

fn registrations_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    for case in REGISTRATIONS {
        let mut body = sound();
        let value = match case.values {
            values if LISTS.contains(&case.field) => json!(values),
            values => json!(values.first()),
        };
        body[case.field] = value;
        let reply = client.post("/oauth/register", &body);
        expect_refused(&reply, 400, case.error, case.name);
    }
    for (name, body) in [
        ("no object", json!([])),
        ("a text for a list", json!({"redirect_uris": WEB})),
        ("a number for a name", json!({"redirect_uris": [WEB], "client_name": 5})),
        ("nothing", json!({})),
    ] {
        let reply = client.post("/oauth/register", &body);
        assert_eq!(reply.status, 400, "{name}");
    }
    let long = json!({"redirect_uris": [WEB], "x": "x".repeat(16 * 1_024)});
    assert_eq!(client.post("/oauth/register", &long).status, 400);
}

/// A sound request's fields, changed.
fn changed<'a>(sound: &Fields<'a>, without: &[&str], with: &Fields<'a>) -> Vec<(&'a str, &'a str)> {
    let kept = sound.iter().filter(|(name, _)| !without.contains(name));
    kept.chain(with).copied().collect()
}

/// Where the page leads that says what is wrong; nobody is sent there.
#[track_caller]
fn offered(reply: &Reply) -> String {
    assert_eq!((reply.status, reply.header("Location")), (400, None), "{reply:?}");
    let page = String::from_utf8_lossy(&reply.body);
    assert!(page.contains("<strong>a.example</strong>"), "{page}");
    let (_, url) = page.split_once("<p><a href=\"").expect("a link");
    let (url, _) = url.split_once('"').expect("its end");
    url.replace("&#38;", "&").replace("&amp;", "&")
}

fn programs_on_the_own_machine_are_told_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let sound = agent.request("card:everything");
    let near = [("redirect_uri", "http://localhost:5000/callback")];
    let reply = agent.open(Some(&owner), &changed(&sound, &["redirect_uri"], &near));
    let url = location(&reply);
    assert!(url.starts_with("http://localhost:5000/callback?error=invalid_scope&"), "{url}");
}

fn requests_are_refused_where_they_may_be(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let sound = agent.request("card:read");
    for case in REQUESTS {
        let fields = changed(&sound, case.without, case.with);
        for who in [None, Some(&owner)] {
            let reply = agent.open(who, &fields);
            match case.refusal {
                Refusal::Shown(error) => {
                    assert_eq!(reply.status, 400, "{}: {reply:?}", case.name);
                    assert_eq!(reply.header("Location"), None, "{}", case.name);
                    let page = String::from_utf8_lossy(&reply.body);
                    assert!(page.contains(&format!("<code>{error}</code>")), "{}", case.name);
                    let policy = reply.header("Content-Security-Policy").expect("a policy");
                    assert!(policy.contains("frame-ancestors 'none'"));
                }
                Refusal::Returned(_) if who.is_none() => {
                    assert!(location(&reply).starts_with("/signin?"), "{}", case.name);
                }
                Refusal::Returned(error) => {
                    let url = offered(&reply);
                    assert!(url.starts_with(&format!("{WEB}&")), "{}: {url}", case.name);
                    let told = answered(&url);
                    assert_eq!(find(&told, "error"), Some(error), "{}", case.name);
                    assert_eq!(find(&told, "iss"), Some(agent.http.base()), "{}", case.name);
                    assert_eq!(find(&told, "code"), None, "{}", case.name);
                }
            }
        }
    }
    assert_eq!(server.rows_of(owner.account(), "oauth_requests"), 0);
}

fn status(error: &str) -> u16 {
    if error == "invalid_client" { 401 } else { 400 }
}

fn refuse_all(agent: &Agent, cases: &[Exchange], sound: &Fields<'_>) {
    for case in cases {
        let reply = agent.token(&changed(sound, case.without, case.with));
        expect_refused(&reply, status(case.error), case.error, case.name);
    }
}

fn exchanges_are_refused_and_use_nothing_up(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let code = agent.code(&server, &owner, "read");
    let sound = agent.exchange(&code);
    refuse_all(&agent, CODE_EXCHANGES, &sound);
    let tokens = agent.token(&sound).expect(200);
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    refuse_all(&agent, REFRESHES, &refresh);
    assert_eq!(text(&agent.token(&refresh).expect(200), "scope"), "read");
    let other = Agent::register(&server, &super::agent::sound());
    let code = agent.code(&server, &owner, "read");
    for stolen in [other.exchange(&code), other.refresh(text(&tokens, "refresh_token"))] {
        expect_refused(&other.token(&stolen), 400, "invalid_grant", "another client's");
    }
    // Another client's knowledge of a code ends nothing.
    agent.token(&agent.exchange(&code)).expect(200);
}

/// As many as an owner looks through in a list.
fn an_account_has_a_hundred_open_grants_at_most(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let mut last = None;
    for _ in 1..OPEN_GRANTS {
        let terms = granting.terms(tenant.account, &[Scope::CardRead]);
        server.wait(granting.agree(tenant, &terms));
        last = Some(terms.id);
    }
    let [first, second] = [(); 2].map(|()| Agent::register(&server, &sound()));
    let request = second.ask(&owner, "read");
    first.tokens(&server, &owner, "read");
    let refused = server.answer(&owner, &request, Some(all_of("read"))).expect_err("no room");
    assert!(refused.to_string().contains("100"), "{refused}");
    // Agreeing anew to what is there takes no room, and what is revoked leaves some.
    first.tokens(&server, &owner, "read");
    server.wait(granting.revoke(tenant, last.expect("some")));
    server.answer(&owner, &request, Some(all_of("read"))).expect("the request is still open");
}

fn bodies_have_one_form(backend: Backend) {
    let server = Server::shared(backend);
    let agent = Agent::register(&server, &sound());
    let json: Value = json!({"grant_type": "authorization_code", "client_id": agent.id});
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        expect_refused(&agent.http.post(path, &json), 400, "invalid_request", path);
        let bare = agent.http.request(Method::POST, path).body("client_id=x").send();
        expect_refused(&bare, 400, "invalid_request", path);
        let nobody = agent.form(path, &[("token", "x")]).send();
        expect_refused(&nobody, 401, "invalid_client", path);
        let form = agent.form(path, &[("token", "x")]).header("Authorization", "Basic eDp5");
        let reply = form.send();
        expect_refused(&reply, 401, "invalid_client", path);
        assert_eq!(reply.header("WWW-Authenticate"), Some("Basic realm=\"cardium\""));
        let long = "x".repeat(16 * 1_024);
        assert_eq!(agent.form(path, &[("token", &long)]).send().status, 400, "{path}");
    }
    let plain = agent.http.request(Method::POST, "/oauth/register");
    let plain = plain.header("Content-Type", "text/plain").body(sound().to_string()).send();
    expect_refused(&plain, 400, "invalid_request", "a registration that is no JSON");
}
