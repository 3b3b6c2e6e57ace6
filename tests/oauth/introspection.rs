//! What a client is told of tokens, and which it may give back.

use base64::{Engine, prelude::BASE64_STANDARD};
use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::agent::{Agent, expect_refused, sound};
use crate::{
    on_both,
    support::{Request, Server, text},
};

on_both! {
    a_client_is_told_of_its_own_tokens_alone;
    whoever_proves_nothing_is_told_nothing;
    a_client_with_a_secret_proves_itself;
}

fn asked(agent: &Agent, path: &str, token: &str) -> Request {
    let fields = [("token", token), ("client_id", agent.id.as_str())];
    match agent.registration["client_secret"].as_str() {
        Some(secret) => agent.form(path, &[&fields[..], &[("client_secret", secret)]].concat()),
        None => agent.form(path, &fields),
    }
}

/// A client that has a secret.
fn confidential() -> Value {
    let mut metadata = sound();
    metadata["token_endpoint_auth_method"] = json!("client_secret_post");
    metadata
}

/// What a client with a secret sends along.
fn proof(agent: &Agent) -> [(&str, &str); 1] {
    [("client_secret", text(&agent.registration, "client_secret"))]
}

fn told(agent: &Agent, token: &str) -> Value {
    asked(agent, "/oauth/introspect", token).send().expect(200)
}

fn a_client_is_told_of_its_own_tokens_alone(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &confidential()));
    let other = Agent::register(&server, &confidential());
    let code = agent.code(&server, &owner, "card:read");
    let tokens = agent.token(&[&agent.exchange(&code)[..], &proof(&agent)].concat()).expect(200);
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let shown = told(&agent, access);
    assert_eq!((&shown["active"], &shown["client_id"]), (&json!(true), &json!(agent.id)));
    assert_eq!((text(&shown, "scope"), text(&shown, "sub")), ("card:read", owner.account()));
    assert_eq!(told(&agent, refresh)["active"], true);
    let none = json!({"active": false});
    for (who, token) in [
        (&other, access),
        (&other, refresh),
        (&agent, "x"),
        (&agent, "eyJ"),
        (&agent, owner.token()),
    ] {
        assert_eq!(told(who, token), none);
        // What is no token of one's own cannot be given back, and nobody is told.
        assert_eq!(asked(who, "/oauth/revoke", token).send().status, 200);
    }
    assert_eq!(agent.call(&tokens, "/v1/cards").status, 200);
    let next = agent.token(&[&agent.refresh(refresh)[..], &proof(&agent)].concat()).expect(200);
    assert_eq!(told(&agent, refresh), none, "it was used");
    assert_eq!(asked(&agent, "/oauth/revoke", access).send().status, 200);
    for token in [access, text(&next, "access_token"), text(&next, "refresh_token")] {
        assert_eq!(told(&agent, token), none, "the grant ended");
    }
}

fn whoever_proves_nothing_is_told_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, public) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = public.tokens(&server, &owner, "card:read");
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    for token in [access, refresh, "x"] {
        let reply = asked(&public, "/oauth/introspect", token).send();
        expect_refused(&reply, 401, "invalid_client", "a public client");
    }
    let agent = Agent::register(&server, &confidential());
    let path = "/oauth/introspect";
    let unproven = agent.form(path, &[("token", access), ("client_id", &agent.id)]).send();
    expect_refused(&unproven, 401, "invalid_client", "a secret that is kept back");
    // What it has it may give back, though.
    assert_eq!(asked(&public, "/oauth/revoke", access).send().status, 200);
    assert_eq!(public.call(&tokens, "/v1/cards").status, 401);
}

fn a_client_with_a_secret_proves_itself(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    for method in ["client_secret_basic", "client_secret_post"] {
        let mut metadata = sound();
        metadata["token_endpoint_auth_method"] = json!(method);
        let agent = Agent::register(&server, &metadata);
        let secret = text(&agent.registration, "client_secret");
        let code = agent.code(&server, &owner, "read");
        let fields = agent.exchange(&code);
        let basic = |secret: &str| {
            format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{secret}", agent.id)))
        };
        let by_basic = |secret: &str| {
            agent.form("/oauth/token", &fields).header("Authorization", &basic(secret)).send()
        };
        let by_post =
            |secret: &str| agent.token(&[&fields[..], &[("client_secret", secret)]].concat());
        assert_eq!(agent.token(&fields).status, 401, "no secret");
        assert_eq!((by_basic("x").status, by_post("x").status), (401, 401), "{method}");
        let twice = [&fields[..], &[("client_secret", secret)]].concat();
        let twice = agent.form("/oauth/token", &twice).header("Authorization", &basic(secret));
        assert_eq!(twice.send().status, 400, "in one way only");
        // Whatever it registered: libraries choose for themselves.
        let other =
            if method == "client_secret_basic" { by_post(secret) } else { by_basic(secret) };
        other.expect(200);
    }
}
