//! Keys that may be used from some addresses only. Tests come from 127.0.0.1.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    a_key_passes_from_its_own_addresses_only;
    lists_are_read_and_shown_in_one_form;
    bad_entries_are_named;
    a_changed_list_holds_at_once;
}

fn key(client: &Client, allowed: &Value) -> Client {
    let body = json!({"name": "x", "ip_allowlist": allowed});
    let made = client.post("/v1/api_keys", &body).expect(201);
    client.with_token(text(&made, "key"))
}

fn a_key_passes_from_its_own_addresses_only(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for allowed in [
        json!([]),
        json!(["127.0.0.1"]),
        json!(["203.0.113.0/24", "127.0.0.0/8"]),
        json!(["::ffff:127.0.0.0/104"]),
        json!(["0.0.0.0/0"]),
    ] {
        let key = key(&client, &allowed);
        key.get("/v1/balance").expect(200);
        key.topup(&json!({"amount_usd": 20}));
    }
    let before = server.events(client.account());
    for allowed in [json!(["127.0.0.2"]), json!(["::1", "::/0", "203.0.113.0/24"])] {
        let key = key(&client, &allowed);
        key.get("/v1/balance").expect_error(403, "key_ip_not_allowed", None);
        let refused = key.post("/v1/topups", &json!({"amount_usd": 20}));
        refused.expect_error(403, "key_ip_not_allowed", None);
        // What it may do is told to nobody who asks from elsewhere.
        key.post("/v1/api_keys", &json!({})).expect_error(403, "key_ip_not_allowed", None);
    }
    assert_eq!(server.events(client.account()), before);
}

fn lists_are_read_and_shown_in_one_form(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let list = json!(["127.0.0.1/32", "10.1.2.3/8", "10.0.0.0/8", "2001:DB8::1", "2001:db8::/32"]);
    let body = json!({"name": "x", "ip_allowlist": list});
    let made = client.post("/v1/api_keys", &body).expect(201);
    let shown = json!(["127.0.0.1", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32"]);
    assert_eq!(made["ip_allowlist"], shown);
    let list = client.get("/v1/api_keys").expect(200);
    assert_eq!(list["data"][0]["ip_allowlist"], shown);
}

fn bad_entries_are_named(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for bad in ["", "localhost", "10.0.0.0/33", "10.0.0.1-10.0.0.9", "::1/129", "127.1"] {
        let body = json!({"name": "x", "ip_allowlist": ["127.0.0.1", bad]});
        let refused = client.post("/v1/api_keys", &body);
        refused.expect_error(400, "invalid_field", Some("ip_allowlist[1]"));
    }
    for (list, param) in [
        (json!(vec!["10.0.0.1"; 51]), "ip_allowlist"),
        (json!("10.0.0.1"), "ip_allowlist"),
        (json!([10]), "ip_allowlist[0]"),
    ] {
        let refused = client.post("/v1/api_keys", &json!({"name": "x", "ip_allowlist": list}));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn a_changed_list_holds_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let (path, key) = (format!("/v1/api_keys/{}", text(&made, "id")), text(&made, "key"));
    let key = client.with_token(key);
    for _ in 0..3 {
        key.get("/v1/balance").expect(200);
        client.patch(&path, &json!({"ip_allowlist": ["203.0.113.7"]})).expect(200);
        key.get("/v1/balance").expect_error(403, "key_ip_not_allowed", None);
        let refused = key.post("/v1/topups", &json!({"amount_usd": 20}));
        refused.expect_error(403, "key_ip_not_allowed", None);
        client.patch(&path, &json!({"ip_allowlist": null})).expect(200);
    }
}
