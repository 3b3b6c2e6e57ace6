//! Clients look after their registrations, and go.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::agent::{Agent, WEB, expect_refused, sound};
use crate::{
    on_both,
    support::{Reply, Server, text},
};

on_both! {
    a_client_reads_changes_and_deletes_its_registration;
    only_the_client_manages_itself;
    clients_that_nobody_uses_go;
    registrations_from_one_address_are_bounded;
    our_own_first_word_is_no_ceiling;
    a_name_that_comes_twice_is_refused;
}

fn managed(agent: &Agent, method: Method, token: &str, body: Option<&Value>) -> Reply {
    let path = format!("/oauth/register/{}", agent.id);
    let request = agent.http.request(method, &path).header("Authorization", token);
    match body {
        Some(body) => request.json(body).send(),
        None => request.send(),
    }
}

fn token(agent: &Agent) -> String {
    format!("Bearer {}", text(&agent.registration, "registration_access_token"))
}

fn a_client_reads_changes_and_deletes_its_registration(backend: Backend) {
    let server = Server::shared(backend);
    let mut metadata = sound();
    metadata["token_endpoint_auth_method"] = json!("client_secret_post");
    metadata["logo_uri"] = json!("https://a.example/logo.png");
    metadata["contacts"] = json!(["ada@a.example"]);
    let agent = Agent::register(&server, &metadata);
    let told = &agent.registration;
    let uri = text(told, "registration_client_uri");
    assert_eq!(uri, format!("{}/oauth/register/{}", agent.http.base(), agent.id));
    assert_eq!(
        (&told["client_secret_expires_at"], &told["scope"]),
        (&json!(0), &metadata["scope"])
    );
    let mut same = told.clone();
    same.as_object_mut().expect("an object").remove("client_secret").expect("a secret");
    let read = managed(&agent, Method::GET, &token(&agent), None);
    assert_eq!((read.header("Cache-Control"), read.expect(200)), (Some("no-store"), same));
    let mut new = metadata.clone();
    new["client_id"] = json!(agent.id);
    new["redirect_uris"] = json!([WEB]);
    new.as_object_mut().expect("an object").remove("logo_uri");
    let told = managed(&agent, Method::PUT, &token(&agent), Some(&new)).expect(200);
    assert_eq!((&told["redirect_uris"], &told["logo_uri"]), (&json!([WEB]), &Value::Null));
    for bad in [json!({"client_id": "other", "redirect_uris": [WEB]}), metadata] {
        let refused = managed(&agent, Method::PUT, &token(&agent), Some(&bad));
        expect_refused(&refused, 400, "invalid_client_metadata", "another client's id, or none");
    }
    new["token_endpoint_auth_method"] = json!("none");
    let refused = managed(&agent, Method::PUT, &token(&agent), Some(&new));
    expect_refused(&refused, 400, "invalid_client_metadata", "a secret stays");
    managed(&agent, Method::DELETE, &token(&agent), None).expect(204);
    let gone = managed(&agent, Method::GET, &token(&agent), None);
    expect_refused(&gone, 401, "invalid_token", "gone");
    let refused = agent.token(&agent.exchange("x"));
    expect_refused(&refused, 401, "invalid_client", "gone");
}

fn only_the_client_manages_itself(backend: Backend) {
    let server = Server::shared(backend);
    let (agent, other) = (Agent::register(&server, &sound()), Agent::register(&server, &sound()));
    let mut body = sound();
    body["client_id"] = json!(agent.id);
    for wrong in [token(&other), "Bearer x".to_owned(), "Basic eDp5".to_owned()] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let body = (method == Method::PUT).then_some(&body);
            let reply = managed(&agent, method.clone(), &wrong, body);
            expect_refused(&reply, 401, "invalid_token", method.as_str());
            assert!(reply.header("WWW-Authenticate").is_some_and(|it| it.starts_with("Bearer")));
        }
    }
    managed(&agent, Method::GET, &token(&agent), None).expect(200);
}

fn clients_that_nobody_uses_go(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (unused, used) = (Agent::register(&server, &sound()), Agent::register(&server, &sound()));
    let owner = server.sign_up();
    used.tokens(&server, &owner, "read");
    server.advance(86_400);
    expect_refused(&unused.token(&unused.exchange("x")), 401, "invalid_client", "unused");
    expect_refused(&used.token(&used.exchange("x")), 400, "invalid_grant", "used");
    server.advance(90 * 86_400);
    expect_refused(&used.token(&used.exchange("x")), 401, "invalid_client", "idle");
}

fn registrations_from_one_address_are_bounded(backend: Backend) {
    let server = Server::own(backend, |settings| {
        settings.rate_limits.enabled = true;
        settings.rate_limits.registrations_per_hour = 3;
    });
    let client = server.client();
    for _ in 0..3 {
        client.post("/oauth/register", &sound()).expect(201);
    }
    let refused = client.post("/oauth/register", &sound());
    expect_refused(&refused, 429, "temporarily_unavailable", "too many");
    assert!(refused.header("Retry-After").is_some());
}

/// SDKs register with the scope that the first challenge named, and ask for more when they need it.
fn our_own_first_word_is_no_ceiling(backend: Backend) {
    let server = Server::shared(backend);
    let nobody = server.client().post("/mcp", &json!({}));
    let said = nobody.header("WWW-Authenticate").expect("a challenge").to_owned();
    let (_, scope) = said.split_once("scope=\"").expect("a scope");
    let (scope, _) = scope.split_once('"').expect("its end");
    let mut metadata = sound();
    metadata["scope"] = json!(scope);
    let agent = Agent::register(&server, &metadata);
    assert_eq!(agent.registration["scope"], Value::Null);
    let owner = server.sign_up();
    agent.ask(&owner, "card:issue");
    metadata["client_id"] = json!(agent.id);
    let told = managed(&agent, Method::PUT, &token(&agent), Some(&metadata)).expect(200);
    assert_eq!(told["scope"], Value::Null);
    agent.ask(&owner, "card:issue");
    metadata["scope"] = json!("card:read");
    let told = managed(&agent, Method::PUT, &token(&agent), Some(&metadata)).expect(200);
    assert_eq!(told["scope"], "card:read");
}

fn a_name_that_comes_twice_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    let register = |body: &str| client.post_raw("/oauth/register", body);
    let text = sound().to_string();
    let twice = text.replacen('{', "{\"scope\":\"card:reveal_pan\",", 1);
    for body in [&*twice, "[]", "{", "\"x\""] {
        expect_refused(&register(body), 400, "invalid_client_metadata", body);
    }
    register(&text).expect(201);
}
