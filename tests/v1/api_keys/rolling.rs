//! `POST /v1/api_keys/{id}/roll`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::FIELDS;
use crate::{
    on_both,
    support::{Client, Server, assert_fields, ids, text},
};

on_both! {
    a_successor_is_alike_and_has_a_token_of_its_own;
    both_keys_work_until_the_overlap_is_over;
    a_key_can_end_at_once;
    a_test_key_is_followed_by_a_test_key;
    overlaps_are_bounded;
    rolling_passes_no_limit;
    only_a_fresh_session_of_the_account_rolls;
}

fn make(client: &Client, body: &Value) -> Value {
    client.post("/v1/api_keys", body).expect(201)
}

fn roll(key: &Value) -> String {
    format!("/v1/api_keys/{}/roll", text(key, "id"))
}

fn a_successor_is_alike_and_has_a_token_of_its_own(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"name": "x", "mode": "live", "scopes": ["balance:read"],
        "metadata": {"a": "1"}, "ip_allowlist": ["127.0.0.1"],
        "expires_at": "2090-01-01T00:00:00Z"});
    let old = make(&client, &body);
    let reply = client.post_once(&roll(&old), &json!({}), "roll");
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let new = reply.expect(201);
    assert_fields(&new, &[&FIELDS[..], &["key"]].concat());
    for field in ["name", "mode", "scopes", "metadata", "ip_allowlist", "expires_at", "status"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    for field in ["id", "key"] {
        assert_ne!(new[field], old[field], "{field}");
    }
    let token = text(&new, "key");
    assert!(token.starts_with(text(&new, "prefix")) && token.ends_with(text(&new, "last4")));
    let again = client.post_once(&roll(&old), &json!({}), "roll");
    assert!(again.is_replay() && again.body == reply.body);
    for key in [&old, &new] {
        client.with_token(text(key, "key")).get("/v1/balance").expect(200);
    }
    let list = client.get("/v1/api_keys").expect(200);
    assert_eq!(ids(&list).len(), 2, "one roll, one new key");
    assert!(!list.to_string().contains(token));
    let log = client.get("/v1/audit_log?action=api_key.rolled").expect(200);
    assert_eq!(text(&log["data"][0], "object_id"), text(&old, "id"));
}

fn both_keys_work_until_the_overlap_is_over(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let old = make(&client, &json!({"name": "x"}));
    let new = client.post(&roll(&old), &json!({"overlap_seconds": 3_600})).expect(201);
    let [old_key, new_key] = [&old, &new].map(|key| client.with_token(text(key, "key")));
    server.advance(3_500);
    old_key.get("/v1/balance").expect(200);
    old_key.topup(&json!({"amount_usd": 20}));
    server.advance(101);
    old_key.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    let refused = old_key.post("/v1/topups", &json!({"amount_usd": 20}));
    refused.expect_error(401, "invalid_credentials", None);
    new_key.topup(&json!({"amount_usd": 20}));
    let expired = client.get("/v1/api_keys?status=expired").expect(200);
    assert_eq!(ids(&expired), [text(&old, "id")]);
    let active = client.get("/v1/api_keys?status=active").expect(200);
    assert_eq!(ids(&active), [text(&new, "id")]);
}

fn a_key_can_end_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let old = make(&client, &json!({"name": "x"}));
    let key = client.with_token(text(&old, "key"));
    key.get("/v1/balance").expect(200);
    let new = client.post(&roll(&old), &json!({"overlap_seconds": 0})).expect(201);
    key.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    client.with_token(text(&new, "key")).get("/v1/balance").expect(200);
}

fn a_test_key_is_followed_by_a_test_key(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let test = make(&client, &json!({"name": "x", "mode": "sandbox"}));
    let test = client.post(&roll(&test), &json!({})).expect(201);
    assert!(text(&test, "key").starts_with("ccm_test_"));
    // A key that was set to the sandbox later keeps the token of one that may leave it.
    let live = make(&client, &json!({"name": "x"}));
    let path = format!("/v1/api_keys/{}", text(&live, "id"));
    client.patch(&path, &json!({"mode": "sandbox"})).expect(200);
    let live = client.post(&roll(&live), &json!({})).expect(201);
    assert!(text(&live, "key").starts_with("ccm_live_"));
    assert_eq!(text(&live, "mode"), "sandbox");
}

fn overlaps_are_bounded(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let old = make(&client, &json!({"name": "x"}));
    for bad in [json!(-1), json!(604_801), json!(1.5), json!("60"), json!(true)] {
        let refused = client.post(&roll(&old), &json!({"overlap_seconds": bad}));
        refused.expect_error(400, "invalid_field", Some("overlap_seconds"));
    }
    client.post(&roll(&old), &json!({"overlap_seconds": 604_800})).expect(201);
}

fn rolling_passes_no_limit(backend: Backend) {
    let server = Server::own(backend, |settings| settings.limits.api_keys = 2);
    let client = server.sign_up();
    let keys = [(); 2].map(|()| make(&client, &json!({"name": "x"})));
    let new = client.post(&roll(&keys[0]), &json!({"overlap_seconds": 60})).expect(201);
    let refused = client.post(&roll(&new), &json!({}));
    refused.expect_error(422, "key_limit_reached", None);
    let before = client.get("/v1/api_keys").expect(200);
    assert!(ids(&before).len() == 3 && before["data"][0]["expires_at"].is_null());
    server.advance(61);
    client.post(&roll(&new), &json!({})).expect(201);
}

fn only_a_fresh_session_of_the_account_rolls(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let old = make(&client, &json!({"name": "x"}));
    let refused = stranger.post(&roll(&old), &json!({}));
    refused.expect_error(404, "resource_not_found", None);
    let key = client.with_token(text(&old, "key"));
    key.post(&roll(&old), &json!({})).expect_error(403, "session_required", None);
    server.advance(650);
    client.post(&roll(&old), &json!({})).expect_error(403, "step_up_required", None);
    assert_eq!(ids(&client.get("/v1/api_keys").expect(200)).len(), 1);
}
