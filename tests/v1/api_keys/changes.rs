//! `PATCH /v1/api_keys/{id}`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::FIELDS;
use crate::{
    on_both,
    support::{Server, assert_fields, text},
};

on_both! {
    what_is_named_changes_and_nothing_else;
    the_mode_says_which_book_requests_use;
    a_test_key_stays_in_the_sandbox;
    widening_asks_for_a_fresh_session;
    changes_are_refused_by_field;
    a_key_that_is_over_stays_as_it_is;
    keys_and_strangers_change_no_key;
}

fn path(key: &Value) -> String {
    format!("/v1/api_keys/{}", text(key, "id"))
}

fn what_is_named_changes_and_nothing_else(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"name": "first", "metadata": {"team": "payments", "host": "a"}});
    let mut made = client.post("/v1/api_keys", &body).expect(201);
    let path = path(&made);
    made.as_object_mut().expect("an object").remove("key");
    let same = client.patch(&path, &json!({})).expect(200);
    assert_fields(&same, &FIELDS);
    assert_eq!(same, made, "nothing named, nothing changed");
    let change = json!({
        "name": "second",
        "mode": "sandbox",
        "scopes": ["card:read"],
        "ip_allowlist": ["127.0.0.1"],
        "expires_at": "2090-01-01T00:00:00Z",
        "metadata": {"host": null, "port": "80"},
    });
    let changed = client.patch(&path, &change).expect(200);
    for field in ["name", "mode", "scopes", "ip_allowlist", "expires_at"] {
        assert_eq!(changed[field], change[field], "{field}");
    }
    assert_eq!(changed["metadata"], json!({"team": "payments", "port": "80"}));
    for field in ["id", "prefix", "last4", "status", "created_at"] {
        assert_eq!(changed[field], made[field], "{field}");
    }
    let cleared = json!({"mode": null, "ip_allowlist": [], "expires_at": null, "metadata": null});
    let cleared = client.patch(&path, &cleared).expect(200);
    let shown = ["mode", "ip_allowlist", "expires_at", "metadata"].map(|field| &cleared[field]);
    assert_eq!(shown, [&Value::Null, &json!([]), &Value::Null, &json!({})]);
    let listed = client.get("/v1/api_keys").expect(200);
    assert_eq!(listed["data"][0], cleared);
    let log = client.get("/v1/audit_log?action=api_key.updated").expect(200);
    assert_eq!(log["data"].as_array().map(Vec::len), Some(2), "what changed nothing is not told");
}

fn the_mode_says_which_book_requests_use(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let (path, key) = (path(&made), client.with_token(text(&made, "key")));
    // Money once came in live, so a key that says nothing is live.
    for (mode, book) in
        [(json!("sandbox"), "sandbox"), (Value::Null, "live"), (json!("sandbox"), "sandbox")]
    {
        client.patch(&path, &json!({"mode": mode})).expect(200);
        assert_eq!(text(&key.get("/v1/balance").expect(200), "mode"), book);
        let card = key.post("/v1/cards", &json!({"type": "virtual", "bin": "489517"})).expect(201);
        assert_eq!(text(&card, "mode"), book);
        assert_eq!(
            text(&key.topup(&json!({"amount_usd": 500})), "mode"),
            if book == "live" { "live" } else { "sandbox" }
        );
    }
    client.patch(&path, &json!({"mode": "live"})).expect(200);
    assert_eq!(text(&key.topup(&json!({"amount_usd": 20})), "mode"), "live");
    // What the request says goes before what the key says.
    let topup = key.topup(&json!({"amount_usd": 20, "mode": "sandbox"}));
    assert_eq!(text(&topup, "mode"), "sandbox");
}

fn a_test_key_stays_in_the_sandbox(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x", "mode": "sandbox"})).expect(201);
    for mode in [json!("live"), Value::Null] {
        let refused = client.patch(&path(&made), &json!({"mode": mode, "name": "other"}));
        refused.expect_error(400, "invalid_field", Some("mode"));
    }
    let same = client.patch(&path(&made), &json!({"mode": "sandbox"})).expect(200);
    assert_eq!((text(&same, "name"), text(&same, "mode")), ("x", "sandbox"));
}

fn widening_asks_for_a_fresh_session(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let body = json!({"name": "x", "scopes": ["card:read", "card:control"],
        "ip_allowlist": ["127.0.0.0/8"], "expires_at": "2090-01-01T00:00:00Z"});
    let made = client.post("/v1/api_keys", &body).expect(201);
    server.advance(650);
    for wide in [
        json!({"scopes": ["card:read", "card:fund"]}),
        json!({"ip_allowlist": ["127.0.0.0/7"]}),
        json!({"ip_allowlist": []}),
        json!({"ip_allowlist": null}),
        json!({"expires_at": "2090-01-01T00:00:01Z"}),
        json!({"expires_at": null}),
        json!({"name": "other", "scopes": ["support:read"]}),
    ] {
        let refused = client.patch(&path(&made), &wide);
        refused.expect_error(403, "step_up_required", None);
    }
    let narrow = json!({"name": "narrow", "mode": "live", "scopes": ["card:read"],
        "ip_allowlist": ["127.0.0.1"], "expires_at": "2089-01-01T00:00:00Z"});
    let narrowed = client.patch(&path(&made), &narrow).expect(200);
    assert_eq!((text(&narrowed, "name"), &narrowed["scopes"]), ("narrow", &json!(["card:read"])));
    let key = client.with_token(text(&made, "key"));
    key.get("/v1/cards").expect(200);
    key.post("/v1/cards/card_x/freeze", &json!({})).expect_error(403, "insufficient_scope", None);
}

fn changes_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    for (body, param) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "x".repeat(65)}), "name"),
        (json!({"name": 5}), "name"),
        (json!({"mode": "test"}), "mode"),
        (json!({"scopes": ["card:read", "card:fly"]}), "scopes[1]"),
        (json!({"scopes": "card:read"}), "scopes"),
        (json!({"ip_allowlist": ["x"]}), "ip_allowlist[0]"),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"expires_at": 5}), "expires_at"),
        (json!({"metadata": {"a": "x".repeat(501)}}), "metadata"),
        (json!({"metadata": []}), "metadata"),
    ] {
        let refused = client.patch(&path(&made), &body);
        refused.expect_error(400, "invalid_field", Some(param));
    }
    let listed = client.get("/v1/api_keys").expect(200);
    assert_eq!(text(&listed["data"][0], "name"), "x");
}

fn a_key_that_is_over_stays_as_it_is(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let make = || client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let (revoked, expired) = (make(), make());
    client.delete(&path(&revoked)).expect(204);
    let roll = format!("{}/roll", path(&expired));
    client.post(&roll, &json!({"overlap_seconds": 60})).expect(201);
    server.advance(60);
    for over in [revoked, expired] {
        for change in [json!({"name": "y"}), json!({"expires_at": null}), json!({})] {
            let refused = client.patch(&path(&over), &change);
            refused.expect_error(409, "key_not_active", None);
        }
        let roll = client.post(&format!("{}/roll", path(&over)), &json!({}));
        roll.expect_error(409, "key_not_active", None);
    }
}

fn keys_and_strangers_change_no_key(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let change = json!({"name": "y"});
    stranger.patch(&path(&made), &change).expect_error(404, "resource_not_found", None);
    let key = client.with_token(text(&made, "key"));
    key.patch(&path(&made), &change).expect_error(403, "session_required", None);
    let listed = client.get("/v1/api_keys").expect(200);
    assert_eq!(text(&listed["data"][0], "name"), "x");
}
