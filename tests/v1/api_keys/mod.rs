//! `/v1/api_keys`.

mod addresses;
mod changes;
mod confined;
mod lists;
mod rolling;

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{PASSWORD, Server, assert_fields, items, text},
};

on_both! {
    a_key_is_shown_once;
    a_key_has_all_scopes_unless_it_names_some;
    requests_are_refused_by_field;
    a_key_is_made_by_a_fresh_session_only;
    a_replay_asks_for_a_fresh_session_too;
    a_password_shows_that_the_owner_is_there;
    a_revoked_key_is_refused_at_once;
    a_key_revokes_itself_and_no_other;
    a_key_expires;
    an_account_holds_so_many_keys;
}

/// What every key shows.
const FIELDS: [&str; 14] = [
    "id",
    "object",
    "name",
    "prefix",
    "last4",
    "scopes",
    "mode",
    "ip_allowlist",
    "metadata",
    "status",
    "expires_at",
    "last_used_at",
    "created_at",
    "updated_at",
];

fn a_key_is_shown_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"name": "Server", "scopes": ["card:read", "card:issue"]});
    let first = client.post_once("/v1/api_keys", &body, "key");
    assert_eq!(first.header("Cache-Control"), Some("no-store"));
    let made = first.expect(201);
    assert_fields(&made, &[&FIELDS[..], &["key"]].concat());
    let token = text(&made, "key");
    assert!(token.starts_with("ccm_live_") && token.starts_with(text(&made, "prefix")));
    assert!(token.ends_with(text(&made, "last4")) && text(&made, "prefix").len() == 13);
    let got = ["object", "name", "status"].map(|field| text(&made, field));
    assert_eq!(got, ["api_key", "Server", "active"]);
    assert_eq!(made["scopes"], json!(["card:read", "card:issue", "card:fund"]));
    let nulls = ["mode", "expires_at", "last_used_at"].map(|field| made[field].is_null());
    assert_eq!(nulls, [true; 3]);
    let again = client.post_once("/v1/api_keys", &body, "key");
    assert!(again.is_replay() && again.body == first.body);
    let list = client.get("/v1/api_keys").expect(200);
    assert_fields(&items(&list)[0], &FIELDS);
    assert!(!list.to_string().contains(token));
    let key = client.with_token(token);
    key.get("/v1/cards").expect(200);
    let used = client.get_until("/v1/api_keys", |list| !list["data"][0]["last_used_at"].is_null());
    assert_eq!(items(&used).len(), 1);
}

fn a_key_has_all_scopes_unless_it_names_some(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"name": "All", "mode": "sandbox", "expires_at": "2090-01-01T00:00:00Z"});
    let all = client.post("/v1/api_keys", &body).expect(201);
    assert!(text(&all, "key").starts_with("ccm_test_"));
    assert_eq!(all["scopes"].as_array().map(Vec::len), Some(23));
    assert_eq!((text(&all, "mode"), text(&all, "expires_at")), ("sandbox", "2090-01-01T00:00:00Z"));
    let none = client.api_key(&[]);
    none.get("/v1/balance").expect_error(403, "insufficient_scope", None);
    let key = client.with_token(text(&all, "key"));
    assert_eq!(text(&key.topup(&json!({"amount_usd": 500})), "mode"), "sandbox");
}

fn requests_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (body, code, param) in [
        (json!({}), "missing_required_field", "name"),
        (json!({"name": ""}), "invalid_field", "name"),
        (json!({"name": "x".repeat(65)}), "invalid_field", "name"),
        (json!({"name": "x", "scopes": ["card:fly"]}), "invalid_field", "scopes[0]"),
        (json!({"name": "x", "scopes": ["card:read", 5]}), "invalid_field", "scopes[1]"),
        (json!({"name": "x", "scopes": "card:read"}), "invalid_field", "scopes"),
        (json!({"name": "x", "mode": "test"}), "invalid_field", "mode"),
        (json!({"name": "x", "metadata": {"": "x"}}), "invalid_field", "metadata"),
        (json!({"name": "x", "metadata": {"a": 5}}), "invalid_field", "metadata.a"),
        (json!({"name": "x", "expires_at": "tomorrow"}), "invalid_field", "expires_at"),
        (json!({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}), "invalid_field", "expires_at"),
    ] {
        client.post("/v1/api_keys", &body).expect_error(400, code, Some(param));
    }
    assert_eq!(items(&client.get("/v1/api_keys").expect(200)).len(), 0);
}

fn a_key_is_made_by_a_fresh_session_only(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let body = json!({"name": "x"});
    let key = client.api_key(&["account:write", "apikey:read"]);
    key.post("/v1/api_keys", &body).expect_error(403, "session_required", None);
    server.advance(500);
    client.post("/v1/api_keys", &body).expect(201);
    server.advance(101);
    client.post("/v1/api_keys", &body).expect_error(403, "step_up_required", None);
    assert_eq!(items(&client.get("/v1/api_keys").expect(200)).len(), 2);
}

/// A replay shows the token again, so it asks for what the first request did.
fn a_replay_asks_for_a_fresh_session_too(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let body = json!({"name": "x"});
    let made = client.post_once("/v1/api_keys", &body, "k");
    let roll = format!("/v1/api_keys/{}/roll", text(&made.expect(201), "id"));
    let rolled = client.post_once(&roll, &json!({}), "r");
    rolled.expect(201);
    server.advance(500);
    assert_eq!(client.post_once("/v1/api_keys", &body, "k").body, made.body);
    assert_eq!(client.post_once(&roll, &json!({}), "r").body, rolled.body);
    server.advance(101);
    for (path, body, key) in [("/v1/api_keys", &body, "k"), (&roll, &json!({}), "r")] {
        let refused = client.post_once(path, body, key);
        refused.expect_error(403, "step_up_required", None);
    }
}

fn a_password_shows_that_the_owner_is_there(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    server.advance(650);
    let with = |body: &Value, password: &str| {
        let mut body = body.clone();
        body["password"] = json!(password);
        body
    };
    let make = json!({"name": "x", "scopes": ["card:read"]});
    let made = client.post("/v1/api_keys", &with(&make, PASSWORD)).expect(201);
    let path = format!("/v1/api_keys/{}", text(&made, "id"));
    let (widen, roll) = (json!({"scopes": ["card:read", "card:fund"]}), format!("{path}/roll"));
    let widened = client.patch(&path, &with(&widen, PASSWORD)).expect(200);
    assert_eq!(widened["scopes"], widen["scopes"]);
    client.post(&roll, &with(&json!({}), PASSWORD)).expect(201);
    let before = client.get("/v1/api_keys").expect(200);
    let wrong = "not the password";
    for refused in [
        client.post("/v1/api_keys", &with(&make, wrong)),
        client.patch(&path, &with(&json!({"name": "y"}), wrong)),
        client.post(&roll, &with(&json!({}), wrong)),
    ] {
        refused.expect_error(401, "invalid_credentials", Some("password"));
    }
    for refused in [
        client.post("/v1/api_keys", &make),
        client.patch(&path, &json!({"scopes": ["card:issue"]})),
        client.post(&roll, &json!({})),
    ] {
        refused.expect_error(403, "step_up_required", None);
    }
    assert_eq!(client.get("/v1/api_keys").expect(200), before);
    // A proof makes no session of a key.
    let key = client.with_token(text(&made, "key"));
    let refused = key.post("/v1/api_keys", &with(&make, PASSWORD));
    refused.expect_error(403, "session_required", None);
}

fn a_revoked_key_is_refused_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let (path, key) = (format!("/v1/api_keys/{}", text(&made, "id")), text(&made, "key"));
    let key = client.with_token(key);
    key.get("/v1/balance").expect(200);
    server.sign_up().delete(&path).expect_error(404, "resource_not_found", None);
    key.get("/v1/balance").expect(200);
    client.delete(&path).expect(204);
    key.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    let refused = key.post("/v1/topups", &json!({"amount_usd": 20}));
    refused.expect_error(401, "invalid_credentials", None);
    client.delete(&path).expect(204);
    let list = client.get("/v1/api_keys").expect(200);
    assert_eq!(text(&items(&list)[0], "status"), "revoked");
}

fn a_key_revokes_itself_and_no_other(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let make = || client.post("/v1/api_keys", &json!({"name": "x", "scopes": []})).expect(201);
    let (mine, other) = (make(), make());
    let key = client.with_token(text(&mine, "key"));
    let path = |key: &Value| format!("/v1/api_keys/{}", text(key, "id"));
    key.delete(&path(&other)).expect_error(403, "session_required", None);
    key.delete(&path(&mine)).expect(204);
    key.delete(&path(&mine)).expect_error(401, "invalid_credentials", None);
    // A session is no API key.
    let session = client.get("/v1/accounts/me").expect(200);
    let path = format!("/v1/api_keys/{}", text(&session, "id"));
    client.delete(&path).expect_error(404, "resource_not_found", None);
}

fn a_key_expires(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let clock = client.post("/v1/test/clock", &json!({"advance_seconds": 0})).expect(200);
    let refused = client.post("/v1/api_keys", &json!({"name": "x", "expires_at": clock["now"]}));
    refused.expect_error(400, "invalid_field", Some("expires_at"));
    let body = json!({"name": "x", "expires_at": "2090-01-01T00:00:00Z"});
    let made = client.post("/v1/api_keys", &body).expect(201);
    let key = client.with_token(text(&made, "key"));
    key.get("/v1/balance").expect(200);
    for _ in 0..7 {
        server.advance(10 * 366 * 86_400);
    }
    key.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    let refused = key.post("/v1/topups", &json!({"amount_usd": 20}));
    refused.expect_error(401, "invalid_credentials", None);
}

fn an_account_holds_so_many_keys(backend: Backend) {
    let server = Server::own(backend, |settings| settings.limits.api_keys = 3);
    let client = server.sign_up();
    let body = json!({"name": "x"});
    let made: Vec<_> = (0..3).map(|_| client.post("/v1/api_keys", &body).expect(201)).collect();
    client.post("/v1/api_keys", &body).expect_error(422, "key_limit_reached", None);
    client.delete(&format!("/v1/api_keys/{}", text(&made[0], "id"))).expect(204);
    client.post("/v1/api_keys", &body).expect(201);
    let other = server.sign_up();
    let request = |_| other.request(Method::POST, "/v1/api_keys").json(&body);
    let replies = other.all((0..20).map(request).collect());
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(made, 3, "requests at once do not pass the limit either");
}
