//! `/v1/audit_log`.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Server, assert_fields, ids, items, text},
};

on_both! {
    who_did_what_is_told;
    each_row_names_the_hash_before;
    the_log_is_filtered;
    the_log_is_the_account_s_own;
}

const FIELDS: [&str; 12] = [
    "id",
    "object",
    "seq",
    "action",
    "actor",
    "object_id",
    "ip",
    "user_agent",
    "request_id",
    "prev_hash",
    "hash",
    "created_at",
];

fn who_did_what_is_told(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.request(Method::POST, "/v1/api_keys").header("User-Agent", "tests/1.0");
    let made = made.json(&json!({"name": "x"})).send();
    let (key, request) = (made.expect(201), made.header("X-Request-Id"));
    let path = format!("/v1/api_keys/{}", text(&key, "id"));
    client.with_token(text(&key, "key")).delete(&path).expect(204);
    let log = client.get("/v1/audit_log").expect(200);
    let rows = items(&log);
    let actions: Vec<_> = rows.iter().map(|row| text(row, "action")).collect();
    assert_eq!(actions, ["api_key.revoked", "api_key.created", "account.created"]);
    for row in rows {
        assert_fields(row, &FIELDS);
    }
    let created = &rows[1];
    assert_eq!(created["request_id"].as_str(), request);
    let told = ["object", "object_id", "ip", "user_agent"].map(|field| text(created, field));
    assert_eq!(told, ["audit_entry", text(&key, "id"), "127.0.0.1", "tests/1.0"]);
    let actors: Vec<_> = rows.iter().map(|row| text(&row["actor"], "type")).collect();
    assert_eq!(actors, ["api_key", "session", "public"]);
    assert_eq!(rows[0]["actor"]["id"], key["id"]);
    assert!(rows[2]["actor"]["id"].is_null());
}

fn each_row_names_the_hash_before(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for name in ["a", "b", "c", "d"] {
        client.post("/v1/api_keys", &json!({"name": name})).expect(201);
    }
    let whole = client.get("/v1/audit_log?sort=created_at").expect(200);
    let rows = items(&whole);
    let seqs: Vec<_> = rows.iter().map(|row| row["seq"].as_i64()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5].map(Some));
    assert!(rows[0]["prev_hash"].is_null());
    for pair in rows.windows(2) {
        assert_eq!(pair[1]["prev_hash"], pair[0]["hash"]);
    }
    assert!(rows.iter().all(|row| text(row, "hash").len() == 64));
    // A filter, or the end of a page, breaks no link.
    let one = client.get("/v1/audit_log?action=api_key.created&limit=1").expect(200);
    assert_eq!(items(&one)[0], rows[4]);
    assert_eq!(items(&one)[0]["prev_hash"], rows[3]["hash"]);
    let cursor = text(&one, "next_cursor");
    let path = format!("/v1/audit_log?action=api_key.created&cursor={cursor}");
    let rest = client.get(&path).expect(200);
    let expected: Vec<Value> = rows[1..4].iter().rev().cloned().collect();
    assert_eq!((items(&rest), &rest["has_more"]), (expected.as_slice(), &json!(false)));
}

fn the_log_is_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let key = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let id = text(&key, "id").to_owned();
    client.patch(&format!("/v1/api_keys/{id}"), &json!({"name": "y"})).expect(200);
    client.with_token(text(&key, "key")).delete(&format!("/v1/api_keys/{id}")).expect(204);
    let found = |query: &str| ids(&client.get(&format!("/v1/audit_log?{query}")).expect(200)).len();
    for (query, count) in [
        ("action=api_key.updated", 1),
        ("action=api_key.flown", 0),
        ("actor=public", 1),
        ("actor=system", 0),
        (&format!("actor={id}"), 1),
        (&format!("object_id={id}"), 3),
        (&format!("object_id={id}&action=api_key.revoked"), 1),
        ("ip=127.0.0.1", 4),
        ("ip=203.0.113.7", 0),
        ("created_after=2020-01-01T00:00:00Z", 4),
        ("created_before=2020-01-01T00:00:00Z", 0),
    ] {
        assert_eq!(found(query), count, "{query}");
    }
    for (query, param) in [("actor=nobody", "actor"), ("sort=action", "sort")] {
        let refused = client.get(&format!("/v1/audit_log?{query}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn the_log_is_the_account_s_own(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let key = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let path = format!("/v1/audit_log?object_id={}", text(&key, "id"));
    assert!(ids(&stranger.get(&path).expect(200)).is_empty());
    let auditor = client.api_key(&["audit:read"]);
    assert_eq!(ids(&auditor.get(&path).expect(200)).len(), 1);
    let blind = client.api_key(&["account:read", "account:write"]);
    blind.get(&path).expect_error(403, "insufficient_scope", None);
}
