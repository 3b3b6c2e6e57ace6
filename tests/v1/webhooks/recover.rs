//! Sending an endpoint everything again that it missed.

use std::collections::BTreeSet;

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    delivery::subscribe,
    ping::{confined, only},
    receiver::Receiver,
};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, ids, items, text, until},
};

on_both! {
    what_was_missed_is_sent_again_once;
    any_number_of_events_is_recovered;
    a_recovery_begins_at_a_moment;
    a_disabled_endpoint_recovers_later_what_it_was_promised;
    what_cannot_be_recovered_is_refused;
    what_is_no_longer_kept_is_gone;
}

fn path(webhook: &str) -> String {
    format!("/v1/webhooks/{webhook}/recover")
}

/// Waits until no recovery is under way on a server of the test's own.
fn wait_for_end(server: &Server) {
    let sql = "SELECT COUNT(*) AS count FROM webhook_lanes WHERE recover_until IS NOT NULL";
    until("the end of the recovery", || (server.count(sql) == 0).then_some(()));
}

fn deliveries(client: &Client, webhook: &str) -> usize {
    let list = client.get(&format!("/v1/webhooks/{webhook}/deliveries?limit=100")).expect(200);
    items(&list).len()
}

fn what_was_missed_is_sent_again_once(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    for _ in 0..2 {
        client.card(None);
    }
    let secret = subscribe(&client, &receiver, &json!(["card.issued"]));
    let webhook = only(&client);
    client.card(None);
    receiver.wait_for(1);
    let [first, again] =
        [(); 2].map(|()| client.post_once(&path(&webhook), &json!({"after_seq": 0}), "again"));
    let answer = first.expect(200);
    assert!(again.is_replay() && again.body == first.body);
    assert_fields(&answer, &["object", "webhook_id", "after_seq", "until_seq", "status"]);
    let shown = ["object", "webhook_id", "status"].map(|field| text(&answer, field));
    assert_eq!(shown, ["webhook_recovery", &webhook, "queued"]);
    assert_eq!((&answer["after_seq"], &answer["until_seq"]), (&json!(0), &json!(4)));
    let places: BTreeSet<_> = receiver
        .wait_for(3)
        .iter()
        .map(|got| got.verified(&secret)["account_seq"].as_i64())
        .collect();
    assert_eq!(places, BTreeSet::from([Some(2), Some(3), Some(4)]));
    let gaps = format!("/v1/webhooks/{webhook}/gaps");
    client.get_until(&gaps, |gaps| gaps["data"] == json!([]));
    wait_for_end(&server);
    client.post(&path(&webhook), &json!({"after_seq": 0})).expect(200);
    wait_for_end(&server);
    assert_eq!((deliveries(&client, &webhook), receiver.received().len()), (3, 3));
    let all = client.get(&format!("/v1/webhooks/{webhook}/deliveries")).expect(200);
    let replays = items(&all).iter().filter(|item| item["cause"] == "replay");
    assert_eq!(replays.count(), 2);
}

fn any_number_of_events_is_recovered(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let body = json!({"amount_usd": 20});
    let request = |_| client.request(Method::POST, "/v1/topups").json(&body);
    for _ in 0..6 {
        for reply in client.all((0..50).map(request).collect()) {
            reply.expect(201);
        }
    }
    subscribe(&client, &receiver, &json!(["topup.created"]));
    let answer = client.post(&path(&only(&client)), &json!({"after_seq": 11})).expect(200);
    assert_eq!(answer["until_seq"], json!(301));
    let received = receiver.wait_for(290);
    wait_for_end(&server);
    let events: BTreeSet<_> =
        received.iter().map(|got| got.header("cryptocardium-event-id").to_owned()).collect();
    assert_eq!(events.len(), 290);
}

fn a_recovery_begins_at_a_moment(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let key = client.api_key(&["card:issue", "card:read", "webhook:read", "webhook:write"]);
    let mut made = Vec::new();
    for _ in 0..3 {
        let card = key.card(None);
        let shown = key.get(&format!("/v1/cards/{card}")).expect(200);
        made.push(text(&shown, "created_at").to_owned());
        server.advance(3_600);
    }
    let body = json!({"url": receiver.url, "events": ["card.issued"]});
    let hook = key.post("/v1/webhooks", &body).expect(201);
    let webhook = text(&hook, "id");
    for (since, after) in [("2100-01-01T00:00:00Z", 4), (&*made[2], 3), (&*made[1], 2)] {
        let answer = key.post(&path(webhook), &json!({"since": since})).expect(200);
        assert_eq!((&answer["after_seq"], &answer["until_seq"]), (&json!(after), &json!(4)));
        wait_for_end(&server);
    }
    receiver.wait_for(2);
    assert_eq!(deliveries(&key, webhook), 2);
}

fn a_disabled_endpoint_recovers_later_what_it_was_promised(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    client.card(None);
    subscribe(&client, &receiver, &json!(["card.issued"]));
    let webhook = only(&client);
    let hook = format!("/v1/webhooks/{webhook}");
    client.patch(&hook, &json!({"status": "disabled"})).expect(200);
    server.alter_lane(&webhook, "recover_after = 0, recover_until = 2");
    assert_eq!(deliveries(&client, &webhook), 0);
    client.patch(&hook, &json!({"status": "enabled"})).expect(200);
    receiver.wait_for(1);
    wait_for_end(&server);
}

fn what_cannot_be_recovered_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    let body = json!({"url": "https://hooks.example.com/", "events": ["card.replaced"]});
    client.post("/v1/webhooks", &body).expect(201);
    let webhook = only(&client);
    let all = json!({"after_seq": 0});
    for (body, code, param) in [
        (json!({}), "missing_required_field", "after_seq"),
        (json!({"after_seq": -1}), "invalid_field", "after_seq"),
        (json!({"after_seq": "0"}), "invalid_field", "after_seq"),
        (json!({"since": "yesterday"}), "invalid_field", "since"),
        (json!({"after_seq": 0, "since": "2026-01-01T00:00:00Z"}), "invalid_field", "since"),
    ] {
        client.post(&path(&webhook), &body).expect_error(400, code, Some(param));
    }
    for (caller, webhook) in [(&other, webhook.as_str()), (&client, "x")] {
        caller.post(&path(webhook), &all).expect_error(404, "resource_not_found", None);
    }
    let refused = confined(&client).post(&path(&webhook), &all);
    refused.expect_error(403, "insufficient_scope", None);
    client.patch(&format!("/v1/webhooks/{webhook}"), &json!({"status": "disabled"})).expect(200);
    client.post(&path(&webhook), &all).expect_error(409, "webhook_disabled", None);
    assert_eq!(
        ids(&client.get(&format!("/v1/webhooks/{webhook}/deliveries")).expect(200)).len(),
        0
    );
}

fn what_is_no_longer_kept_is_gone(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let key = client.api_key(&["card:issue", "webhook:read", "webhook:write"]);
    let body = json!({"url": "https://hooks.example.com/", "events": ["card.replaced"]});
    let hook = key.post("/v1/webhooks", &body).expect(201);
    let path = path(text(&hook, "id"));
    server.advance(91 * 86_400);
    key.card(None);
    let old = text(&hook, "created_at");
    for body in [json!({"after_seq": 0}), json!({"since": old})] {
        key.post(&path, &body).expect_error(410, "event_expired", None);
    }
    let answer: Value = key.post(&path, &json!({"after_seq": 1})).expect(200);
    assert_eq!(answer["until_seq"], json!(2));
}
