//! Endpoints that change, are disabled and enabled again.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{
    delivery::{subscribe, wait_for_record},
    endpoints::FIELDS,
    receiver::Receiver,
};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, ids, items, text, until},
};

on_both! {
    what_is_named_changes_and_the_rest_stays;
    changes_are_refused_by_field;
    a_foreign_endpoint_is_unknown;
    a_disabled_endpoint_gets_nothing_new;
    deliveries_wait_while_their_endpoint_is_disabled;
    a_changed_address_gets_what_is_still_to_come;
    what_waits_goes_with_its_endpoint_and_what_was_sent_stays;
    lists_are_filtered;
}

const URL: &str = "https://hooks.example.com/cardium";

fn make(client: &Client, body: &Value) -> Value {
    let mut made = client.post("/v1/webhooks", body).expect(201);
    made.as_object_mut().expect("an object").remove("signing_secret");
    made
}

fn path(webhook: &Value) -> String {
    format!("/v1/webhooks/{}", text(webhook, "id"))
}

/// The only endpoint of the account.
fn only(client: &Client) -> Value {
    items(&client.get("/v1/webhooks").expect(200))[0].clone()
}

fn set_status(client: &Client, status: &str) -> Value {
    client.patch(&path(&only(client)), &json!({"status": status})).expect(200)
}

fn what_is_named_changes_and_the_rest_stays(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let body = json!({"url": URL, "events": "*", "mode": "live", "description": "Ads",
        "metadata": {"team": "growth", "tier": "1"}});
    let mut expected = make(&client, &body);
    assert_eq!(expected["updated_at"], expected["created_at"]);
    server.advance(60);
    for (change, field, value) in [
        (json!({"url": "https://b.example.com/"}), "url", json!("https://b.example.com/")),
        (json!({"events": ["card.frozen"]}), "events", json!(["card.frozen"])),
        (json!({"description": ""}), "description", json!("")),
        (json!({"mode": null}), "mode", Value::Null),
        (json!({"mode": "sandbox"}), "mode", json!("sandbox")),
        (json!({"status": "disabled"}), "status", json!("disabled")),
        (json!({"payload": "thin"}), "payload", json!("thin")),
        (json!({"ordering": "per_object"}), "ordering", json!("per_object")),
        (
            json!({"metadata": {"tier": null, "x": "y"}}),
            "metadata",
            json!({"team": "growth", "x": "y"}),
        ),
    ] {
        let changed = client.patch(&path(&expected), &change).expect(200);
        assert_fields(&changed, &FIELDS);
        assert!(text(&changed, "updated_at") > text(&expected, "created_at"));
        expected[field] = value;
        let owner = if expected["status"] == "disabled" { json!("owner") } else { Value::Null };
        expected["disabled_by"] = owner;
        expected["updated_at"] = changed["updated_at"].clone();
        assert_eq!(changed, expected, "{change}");
    }
    server.advance(60);
    // What changes nothing leaves no trace.
    for same in [json!({}), json!({"status": "disabled", "url": null})] {
        assert_eq!(client.patch(&path(&expected), &same).expect(200), expected);
    }
    assert_eq!(only(&client), expected);
}

fn changes_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = make(&client, &json!({"url": URL, "events": "*"}));
    let many: serde_json::Map<_, _> =
        (0..51).map(|number| (number.to_string(), json!("x"))).collect();
    for (change, status, code, param) in [
        (json!({"url": "http://10.0.0.1/"}), 422, "unsafe_webhook_url", "url"),
        (json!({"url": ""}), 422, "unsafe_webhook_url", "url"),
        (json!({"url": 5}), 400, "invalid_field", "url"),
        (json!({"url": format!("{URL}?{}", "x".repeat(2_048))}), 400, "invalid_field", "url"),
        (json!({"events": ["card.exploded"]}), 422, "unknown_event", "events"),
        (json!({"events": []}), 400, "invalid_field", "events"),
        (json!({"description": "x".repeat(201)}), 400, "invalid_field", "description"),
        (json!({"status": "paused"}), 400, "invalid_field", "status"),
        (json!({"mode": "test"}), 400, "invalid_field", "mode"),
        (json!({"metadata": many}), 400, "invalid_field", "metadata"),
        (json!({"status": "disabled", "mode": 1}), 400, "invalid_field", "mode"),
    ] {
        client.patch(&path(&made), &change).expect_error(status, code, Some(param));
    }
    assert_eq!(only(&client), made);
}

fn a_foreign_endpoint_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (server.sign_up(), server.sign_up());
    let made = make(&theirs, &json!({"url": URL, "events": "*"}));
    let refused = mine.patch(&path(&made), &json!({"status": "disabled"}));
    refused.expect_error(404, "resource_not_found", None);
    assert_eq!(only(&theirs), made);
}

fn a_disabled_endpoint_gets_nothing_new(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver, other) = (server.sign_up(), Receiver::start(&[]), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["card.issued"]));
    assert_eq!(text(&set_status(&client, "disabled"), "status"), "disabled");
    subscribe(&client, &other, &json!(["card.issued"]));
    client.card(None);
    // The other endpoint has it, so it was dispatched.
    other.wait_for(1);
    let list = client.get("/v1/webhooks?status=disabled").expect(200);
    let change = json!({"status": "enabled"});
    client.patch(&path(&items(&list)[0]), &change).expect(200);
    let card = client.card(None);
    other.wait_for(2);
    let received = receiver.wait_for(1);
    let event: Value = serde_json::from_slice(&received[0].body).expect("JSON");
    assert_eq!(event["data"]["object"]["id"], json!(card));
}

fn deliveries_wait_while_their_endpoint_is_disabled(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let receiver = Receiver::start(&["500 Internal Server Error"]);
    let witness = Receiver::start(&["500 Internal Server Error"]);
    let (client, other) = (server.sign_up(), server.sign_up());
    subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    receiver.wait_for(1);
    wait_for_record(&server, 1);
    set_status(&client, "disabled");
    subscribe(&other, &witness, &json!(["card.issued"]));
    other.card(None);
    witness.wait_for(1);
    let sql = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE last_status <> 0";
    until("both results", || (server.count(sql) == 2).then_some(()));
    server.advance(40);
    // What fell due at the same time elsewhere was sent again; this waits.
    witness.wait_for(2);
    assert_eq!(receiver.received().len(), 1);
    set_status(&client, "enabled");
    let received = receiver.wait_for(2);
    let of = |at: usize| received[at].header("cryptocardium-delivery");
    assert_eq!(of(0), of(1));
}

fn a_changed_address_gets_what_is_still_to_come(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let (old, new) = (Receiver::start(&["500 Oh"]), Receiver::start(&[]));
    let secret = subscribe(&client, &old, &json!(["card.issued"]));
    client.card(None);
    old.wait_for(1);
    wait_for_record(&server, 1);
    client.patch(&path(&only(&client)), &json!({"url": new.url})).expect(200);
    server.advance(40);
    let received = new.wait_for(1);
    assert_eq!(received[0].verified(&secret), old.received()[0].verified(&secret));
    assert_eq!(old.received().len(), 1);
}

fn what_waits_goes_with_its_endpoint_and_what_was_sent_stays(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let receiver = Receiver::start(&["200 OK", "500 Oh", "500 Oh"]);
    subscribe(&client, &receiver, &json!(["card.issued"]));
    let count = |condition: &str| {
        let sql = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE";
        server.count(&format!("{sql} {condition}"))
    };
    client.card(None);
    until("the first result", || (count("state = 'delivered'") == 1).then_some(()));
    client.card(None);
    until("the second result", || (count("last_status = 500") == 1).then_some(()));
    let waits = || count("state = 'pending' AND last_status = 500") == 1;
    let lanes = |condition: &str| {
        server.count(&format!("SELECT COUNT(*) AS count FROM webhook_lanes WHERE {condition}"))
    };
    assert!(waits());
    set_status(&client, "disabled");
    assert!(waits() && lanes("due_at IS NULL") == 1);
    client.patch(&path(&only(&client)), &json!({"description": ""})).expect(200);
    assert!(waits() && lanes("due_at IS NULL") == 1);
    set_status(&client, "enabled");
    assert!(waits() && lanes("due_at IS NOT NULL") == 1);
    client.delete(&path(&only(&client))).expect(204);
    assert_eq!((count("state = 'delivered'"), count("TRUE"), lanes("TRUE")), (1, 1, 0));
}

fn lists_are_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let [live, sandbox, both] = [json!("live"), json!("sandbox"), Value::Null]
        .map(|mode| make(&client, &json!({"url": URL, "events": "*", "mode": mode})));
    client.patch(&path(&live), &json!({"status": "disabled"})).expect(200);
    for (filter, expected) in [
        ("status=enabled", vec![&both, &sandbox]),
        ("status=disabled", vec![&live]),
        ("mode=live", vec![&live]),
        ("mode=sandbox&status=disabled", vec![]),
        ("sort=created_at&limit=2", vec![&live, &sandbox]),
    ] {
        let list = client.get(&format!("/v1/webhooks?{filter}")).expect(200);
        let expected: Vec<_> = expected.into_iter().map(|webhook| text(webhook, "id")).collect();
        assert_eq!(ids(&list), expected, "{filter}");
    }
    for (filter, param) in [("status=on", "status"), ("mode=test", "mode"), ("sort=url", "sort")] {
        let refused = client.get(&format!("/v1/webhooks?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}
