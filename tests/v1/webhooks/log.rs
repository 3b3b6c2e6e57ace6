//! What was sent to an endpoint, attempt by attempt.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{
    delivery::subscribe,
    ping::{confined, only},
    receiver::Receiver,
};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, ids, items, text},
};

on_both! {
    deliveries_are_listed_newest_first;
    attempts_say_how_they_went;
    deliveries_are_filtered;
    a_confined_key_sees_deliveries_of_sandbox_events;
    what_is_not_the_accounts_is_unknown;
}

const FIELDS: [&str; 11] = [
    "id",
    "object",
    "webhook_id",
    "event_id",
    "event_type",
    "account_seq",
    "status",
    "cause",
    "attempts",
    "next_attempt_at",
    "created_at",
];

fn path(webhook: &str) -> String {
    format!("/v1/webhooks/{webhook}/deliveries")
}

/// Waits until so many deliveries have ended well.
fn delivered(client: &Client, webhook: &str, count: usize) -> Vec<Value> {
    let path = format!("{}?status=delivered", path(webhook));
    items(&client.get_until(&path, |list| items(list).len() == count)).to_vec()
}

fn deliveries_are_listed_newest_first(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["card.issued"]));
    let webhook = only(&client);
    for sent in 1..=3 {
        client.card(None);
        delivered(&client, &webhook, sent);
    }
    let list = client.get(&path(&webhook)).expect(200);
    let came = receiver.received();
    let events: Vec<_> =
        came.iter().rev().map(|got| got.header("cryptocardium-event-id")).collect();
    let shown: Vec<_> = items(&list).iter().map(|item| text(item, "event_id")).collect();
    assert_eq!(shown, events);
    for item in items(&list) {
        assert_fields(item, &FIELDS);
        let words = ["object", "webhook_id", "event_type", "status", "cause"];
        let words = words.map(|field| text(item, field));
        assert_eq!(words, ["webhook_delivery", &webhook, "card.issued", "delivered", "event"]);
        assert!(item["next_attempt_at"].is_null() && item["account_seq"].as_i64() > Some(0));
    }
    let first = client.get(&format!("{}?limit=2", path(&webhook))).expect(200);
    let next = format!("{}?limit=2&cursor={}", path(&webhook), text(&first, "next_cursor"));
    let rest = client.get(&next).expect(200);
    assert_eq!([ids(&first), ids(&rest)].concat(), ids(&list));
    let oldest = client.get(&format!("{}?sort=created_at&limit=1", path(&webhook))).expect(200);
    assert_eq!(ids(&oldest), ids(&rest));
}

/// The log is written by SQL: who records attempts is tested where attempts are.
fn attempts_say_how_they_went(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    let webhook = only(&client);
    delivered(&client, &webhook, 1);
    let log = r#"[[0,12,0,"timeout",""],[1000000,8,500,null,"Oh"],[2000000,9,204,null,""]]"#;
    server.alter_deliveries(&webhook, &format!("attempt_log = '{log}', attempts = 3"));
    let list = client.get(&path(&webhook)).expect(200);
    let attempt = |number, at: &str, duration_ms, status: Value, failure: Value, excerpt: &str| {
        json!({"number": number, "at": format!("1970-01-01T00:00:0{at}Z"), "status": status,
            "duration_ms": duration_ms, "failure": failure, "response_excerpt": excerpt})
    };
    let expected = json!([
        attempt(1, "0", 12, Value::Null, json!("timeout"), ""),
        attempt(2, "1", 8, json!(500), Value::Null, "Oh"),
        attempt(3, "2", 9, json!(204), Value::Null, ""),
    ]);
    assert_eq!(items(&list)[0]["attempts"], expected);
}

fn deliveries_are_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let receiver = Receiver::start(&["200 OK", "500 Oh"]);
    subscribe(&client, &receiver, &json!(["card.issued", "card.frozen"]));
    let webhook = only(&client);
    let card = client.card(None);
    delivered(&client, &webhook, 1);
    client.post(&format!("/v1/cards/{card}/freeze"), &json!({})).expect(200);
    receiver.wait_for(2);
    let list = |filter: &str| {
        let list = client.get(&format!("{}?{filter}", path(&webhook))).expect(200);
        items(&list).iter().map(|item| text(item, "event_type").to_owned()).collect::<Vec<_>>()
    };
    let event = receiver.received()[0].header("cryptocardium-event-id").to_owned();
    for (filter, kinds) in [
        ("", vec!["card.frozen", "card.issued"]),
        ("status=delivered", vec!["card.issued"]),
        ("status=pending", vec!["card.frozen"]),
        ("status=queued", vec![]),
        ("status=failed", vec![]),
        ("event_type=card.frozen", vec!["card.frozen"]),
        ("event_type=card.cancelled", vec![]),
        (&format!("event_id={event}"), vec!["card.issued"]),
        ("created_before=2020-01-01T00:00:00Z", vec![]),
    ] {
        assert_eq!(list(filter), kinds, "{filter}");
    }
    let waiting = client.get(&format!("{}?status=pending", path(&webhook))).expect(200);
    assert!(items(&waiting)[0]["next_attempt_at"].is_string());
    for (filter, param) in [
        ("status=sent", "status"),
        ("event_type=card.exploded", "event_type"),
        ("event_id=x", "event_id"),
        ("mode=test", "mode"),
    ] {
        let refused = client.get(&format!("{}?{filter}", path(&webhook)));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn a_confined_key_sees_deliveries_of_sandbox_events(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["topup.created"]));
    let (webhook, key) = (only(&client), confined(&client));
    for amount in [20, 300] {
        client.topup(&json!({"amount_usd": amount}));
    }
    let all = delivered(&client, &webhook, 2);
    let seen = key.get(&path(&webhook)).expect(200);
    assert_eq!(items(&seen).len(), 1);
    let sandbox = client.get(&format!("{}?mode=sandbox", path(&webhook))).expect(200);
    assert_eq!(items(&seen), items(&sandbox));
    assert!(all.contains(&items(&seen)[0]));
    let refused = key.get(&format!("{}?mode=live", path(&webhook)));
    refused.expect_error(403, "insufficient_scope", None);
}

fn what_is_not_the_accounts_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    let receiver = Receiver::start(&[]);
    subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    let webhook = only(&client);
    let delivery = text(&delivered(&client, &webhook, 1)[0], "id").to_owned();
    for (caller, webhook) in [(&other, webhook.as_str()), (&client, "x")] {
        caller.get(&path(webhook)).expect_error(404, "resource_not_found", None);
    }
    subscribe(&other, &receiver, &json!(["card.issued"]));
    let refused = other.get(&format!("{}?cursor={delivery}", path(&only(&other))));
    refused.expect_error(400, "invalid_cursor", Some("cursor"));
    client.delete(&format!("/v1/webhooks/{webhook}")).expect(204);
    client.get(&path(&webhook)).expect_error(404, "resource_not_found", None);
}
