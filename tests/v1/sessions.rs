//! `/v1/sessions`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{PASSWORD, Server, assert_fields, text},
};

on_both! {
    signing_in_opens_another_session;
    a_wrong_password_and_an_unknown_address_look_alike;
    the_whole_of_a_long_password_counts;
    a_sign_in_is_replayed_with_its_token;
    signing_out_ends_the_session_at_once;
    a_session_ends_when_it_is_not_used;
    a_session_ends_after_thirty_days_in_any_case;
}

const SESSION: [&str; 7] =
    ["id", "object", "token", "expires_at", "idle_timeout_seconds", "created_at", "updated_at"];

/// Signs up; gives the address.
fn account(server: &Server) -> String {
    let email = Server::email();
    let body = json!({"email": email, "password": PASSWORD});
    server.client().post("/v1/accounts", &body).expect(201);
    email
}

fn signing_in_opens_another_session(backend: Backend) {
    let server = Server::shared(backend);
    let email = account(&server);
    let body = json!({"email": email.to_uppercase(), "password": PASSWORD});
    let reply = server.client().post("/v1/sessions", &body);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let session = reply.expect(200);
    assert_fields(&session, &[&SESSION[..], &["session", "account"]].concat());
    assert_fields(&session["session"], &SESSION);
    assert_eq!(session["token"], session["session"]["token"]);
    assert_eq!(
        (text(&session, "object"), &session["idle_timeout_seconds"]),
        ("session", &json!(43_200))
    );
    assert_eq!(text(&session["account"], "email"), email);
    let account = text(&session["account"], "id");
    let client = server.client().signed_in(account, text(&session, "token"));
    assert_eq!(client.get("/v1/accounts/me").expect(200), session["account"]);
    assert_eq!(server.events(account), 2);
}

fn a_wrong_password_and_an_unknown_address_look_alike(backend: Backend) {
    let server = Server::shared(backend);
    let email = account(&server);
    let client = server.client();
    let mut messages = Vec::new();
    for (email, password) in [
        (email.as_str(), "not the password"),
        (email.as_str(), ""),
        ("nobody@example.com", PASSWORD),
    ] {
        let body = json!({"email": email, "password": password});
        let refused = client.post("/v1/sessions", &body);
        messages.push(refused.expect_error(401, "invalid_credentials", None)["message"].clone());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    for (body, code, param) in [
        (json!({"email": email}), "missing_required_field", "password"),
        (json!({"password": PASSWORD}), "missing_required_field", "email"),
        (json!({"email": "ada", "password": PASSWORD}), "invalid_field", "email"),
        (json!({"email": email, "password": 12_345_678}), "invalid_field", "password"),
    ] {
        client.post("/v1/sessions", &body).expect_error(400, code, Some(param));
    }
}

fn the_whole_of_a_long_password_counts(backend: Backend) {
    let server = Server::shared(backend);
    let (client, email) = (server.client(), Server::email());
    let body = |password: &str| json!({"email": email, "password": password});
    let password = "x".repeat(256);
    client.post("/v1/accounts", &body(&password)).expect(201);
    client.post("/v1/sessions", &body(&password)).expect(200);
    for wrong in [&password[1..], &format!("{password}x"), &"x".repeat(10_000)] {
        let refused = client.post("/v1/sessions", &body(wrong));
        refused.expect_error(401, "invalid_credentials", None);
    }
}

fn a_sign_in_is_replayed_with_its_token(backend: Backend) {
    let server = Server::shared(backend);
    let (client, email) = (server.client(), account(&server));
    let body = json!({"email": email, "password": PASSWORD});
    let first = client.post_once("/v1/sessions", &body, "sign-in");
    let again = client.post_once("/v1/sessions", &body, "sign-in");
    assert!(again.is_replay() && again.body == first.body);
    let session = first.expect(200);
    let wrong = json!({"email": email, "password": "not the password"});
    let refused = client.post_once("/v1/sessions", &wrong, "sign-in");
    refused.expect_error(401, "invalid_credentials", None);
    let other = client.post("/v1/sessions", &body).expect(200);
    assert_ne!(other["token"], session["token"]);
}

fn signing_out_ends_the_session_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let key = client.api_key(&["account:read"]);
    let refused = key.delete("/v1/sessions");
    refused.expect_error(403, "session_required", None);
    client.get("/v1/balance").expect(200);
    client.delete("/v1/sessions").expect(204);
    client.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    let refused = client.post("/v1/topups", &json!({"amount_usd": 20}));
    refused.expect_error(401, "invalid_credentials", None);
    client.delete("/v1/sessions").expect_error(401, "invalid_credentials", None);
    // An API key outlives the session that made it.
    key.get("/v1/accounts/me").expect(200);
}

fn a_session_ends_when_it_is_not_used(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    for _ in 0..3 {
        server.advance(43_100);
        client.get("/v1/balance").expect(200);
    }
    server.advance(43_201);
    client.get("/v1/balance").expect_error(419, "session_expired", None);
    let refused = client.post("/v1/topups", &json!({"amount_usd": 20}));
    refused.expect_error(419, "session_expired", None);
    client.delete("/v1/sessions").expect_error(419, "session_expired", None);
}

fn a_session_ends_after_thirty_days_in_any_case(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let hours = |hours: u64| server.advance(hours * 3_600);
    for _ in 0..65 {
        hours(11);
        client.get("/v1/balance").expect(200);
    }
    hours(5);
    let refused: Value = client.get("/v1/balance").expect_error(419, "session_expired", None);
    assert_eq!(refused["message"], "The session has expired.");
}
