//! Events that are sent again because their owner asks.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{delivery::subscribe, receiver::Receiver};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, items, text},
};

on_both! {
    an_event_is_sent_again_as_a_delivery_of_its_own;
    an_endpoint_gets_what_it_missed;
    a_key_replays_once;
    what_is_not_the_accounts_is_unknown;
    a_disabled_endpoint_replays_nothing;
    an_old_event_is_gone;
    many_at_once_are_as_many_deliveries;
}

fn id(client: &Client) -> String {
    text(&items(&client.get("/v1/webhooks").expect(200))[0], "id").to_owned()
}

fn path(webhook: &str, event: &str) -> String {
    format!("/v1/webhooks/{webhook}/replay/{event}")
}

fn an_event_is_sent_again_as_a_delivery_of_its_own(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let secret = subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    let first = receiver.wait_for(1).remove(0);
    let (webhook, event) = (id(&client), first.header("cryptocardium-event-id").to_owned());
    let queued = client.post(&path(&webhook, &event), &json!({})).expect(200);
    assert_fields(&queued, &["object", "delivery_id", "event_id", "webhook_id", "status"]);
    let shown = ["object", "event_id", "webhook_id", "status"].map(|field| text(&queued, field));
    assert_eq!(shown, ["webhook_delivery", &event, &webhook, "queued"]);
    let again = receiver.wait_for(2).remove(1);
    assert_eq!(again.verified(&secret), first.verified(&secret));
    assert_eq!(again.header("cryptocardium-event-id"), event);
    assert_eq!(again.header("cryptocardium-delivery"), text(&queued, "delivery_id"));
    assert_ne!(again.header("cryptocardium-delivery"), first.header("cryptocardium-delivery"));
}

/// Neither the filter nor an earlier start of the endpoint matters: its owner asks.
fn an_endpoint_gets_what_it_missed(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    client.card(None);
    let event = server.last_event(client.account());
    subscribe(&client, &receiver, &json!(["card.cancelled"]));
    client.post(&path(&id(&client), &event), &json!({})).expect(200);
    let received = receiver.wait_for(1);
    let body: Value = serde_json::from_slice(&received[0].body).expect("JSON");
    assert_eq!((text(&body, "id"), text(&body, "type")), (event.as_str(), "card.issued"));
}

fn a_key_replays_once(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    let event = receiver.wait_for(1)[0].header("cryptocardium-event-id").to_owned();
    let path = path(&id(&client), &event);
    let [first, again] = [(); 2].map(|()| client.post_once(&path, &json!({}), "replay"));
    first.expect(200);
    assert!(again.is_replay() && again.body == first.body);
    let other = client.post_once(&path, &json!({}), "another").expect(200);
    assert_ne!(other["delivery_id"], first.json()["delivery_id"]);
    let received = receiver.wait_for(3);
    let mut deliveries: Vec<_> =
        received.iter().map(|got| got.header("cryptocardium-delivery")).collect();
    deliveries.sort_unstable();
    deliveries.dedup();
    assert_eq!(deliveries.len(), 3);
}

fn what_is_not_the_accounts_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (server.sign_up(), server.sign_up());
    let body = json!({"url": "https://hooks.example.com/", "events": ["card.replaced"]});
    for client in [&mine, &theirs] {
        client.card(None);
        client.post("/v1/webhooks", &body).expect(201);
    }
    let event = |client: &Client| server.last_event(client.account());
    let zero = format!("evt_{}", "0".repeat(26));
    for (webhook, event) in [
        (id(&mine), event(&theirs)),
        (id(&theirs), event(&mine)),
        (id(&theirs), event(&theirs)),
        (id(&mine), zero),
        (id(&mine), id(&mine)),
        (id(&mine), "x".to_owned()),
        (id(&mine), "%00".to_owned()),
    ] {
        let refused = mine.post(&path(&webhook, &event), &json!({}));
        refused.expect_error(404, "resource_not_found", None);
    }
    let sql = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE replayed = TRUE AND event_id \
               NOT IN (SELECT id FROM events)";
    assert_eq!(server.count(sql), 0);
}

fn a_disabled_endpoint_replays_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.card(None);
    let body = json!({"url": "https://hooks.example.com/", "events": ["card.replaced"]});
    client.post("/v1/webhooks", &body).expect(201);
    let (webhook, event) = (id(&client), server.last_event(client.account()));
    let endpoint = format!("/v1/webhooks/{webhook}");
    client.patch(&endpoint, &json!({"status": "disabled"})).expect(200);
    let refused = client.post(&path(&webhook, &event), &json!({}));
    refused.expect_error(409, "webhook_disabled", None);
    client.patch(&endpoint, &json!({"status": "enabled"})).expect(200);
    client.post(&path(&webhook, &event), &json!({})).expect(200);
    client.delete(&endpoint).expect(204);
    let refused = client.post(&path(&webhook, &event), &json!({}));
    refused.expect_error(404, "resource_not_found", None);
    server.sign_up();
}

fn an_old_event_is_gone(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    client.card(None);
    let key = client.api_key(&["webhook:write", "webhook:read"]);
    let body = json!({"url": "https://hooks.example.com/", "events": ["card.replaced"]});
    key.post("/v1/webhooks", &body).expect(201);
    let (webhook, event) = (id(&key), server.last_event(client.account()));
    let day = 86_400;
    server.advance(90 * day - 60);
    key.post(&path(&webhook, &event), &json!({})).expect(200);
    server.advance(120);
    let refused = key.post(&path(&webhook, &event), &json!({}));
    refused.expect_error(410, "event_expired", None);
}

fn many_at_once_are_as_many_deliveries(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    let event = receiver.wait_for(1)[0].header("cryptocardium-event-id").to_owned();
    let path = path(&id(&client), &event);
    let body = json!({});
    let request = |_| client.request(Method::POST, &path).json(&body);
    for reply in client.all((0..10).map(request).collect()) {
        reply.expect(200);
    }
    let received = receiver.wait_for(11);
    let mut deliveries: Vec<_> =
        received.iter().map(|got| got.header("cryptocardium-delivery")).collect();
    deliveries.sort_unstable();
    deliveries.dedup();
    assert_eq!(deliveries.len(), 11);
}
