//! Pings: an event about the endpoint itself.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{delivery::subscribe, receiver::Receiver};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, items, text},
};

on_both! {
    a_ping_arrives_like_any_event;
    a_key_pings_once;
    what_cannot_be_pinged_is_refused;
    a_confined_key_pings_sandbox_endpoints_alone;
}

/// The only endpoint of the account.
pub(super) fn only(client: &Client) -> String {
    text(&items(&client.get("/v1/webhooks").expect(200))[0], "id").to_owned()
}

/// A key of the account that stays in the sandbox.
pub(super) fn confined(client: &Client) -> Client {
    let body = json!({"name": "sandbox", "mode": "sandbox",
        "scopes": ["webhook:read", "webhook:write"]});
    let key = client.post("/v1/api_keys", &body).expect(201);
    client.with_token(text(&key, "key"))
}

fn path(webhook: &str) -> String {
    format!("/v1/webhooks/{webhook}/ping")
}

fn a_ping_arrives_like_any_event(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let secret = subscribe(&client, &receiver, &json!("*"));
    let webhook = only(&client);
    let pinged = client.post(&path(&webhook), &json!({})).expect(200);
    assert_fields(&pinged, &["object", "event_id", "webhook_id", "status"]);
    let shown = ["object", "webhook_id", "status"].map(|field| text(&pinged, field));
    assert_eq!(shown, ["webhook_ping", &webhook, "queued"]);
    let event = receiver.wait_for(1)[0].verified(&secret);
    assert_eq!((text(&event, "type"), &event["id"]), ("webhook.ping", &pinged["event_id"]));
    let shown = client.get(&format!("/v1/webhooks/{webhook}")).expect(200);
    assert_eq!(event["data"]["object"], shown);
    assert_eq!(server.last_event(client.account()), text(&pinged, "event_id"));
    assert!(items(&client.get("/v1/activity?type=webhook.ping").expect(200)).len() == 1);
}

fn a_key_pings_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    subscribe(&client, &Receiver::start(&[]), &json!("*"));
    let before = server.events(client.account());
    let path = path(&only(&client));
    let [first, again] = [(); 2].map(|()| client.post_once(&path, &json!({}), "ping"));
    first.expect(200);
    assert!(again.is_replay() && again.body == first.body);
    assert_eq!(server.events(client.account()), before + 1);
}

fn what_cannot_be_pinged_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    subscribe(&client, &Receiver::start(&[]), &json!("*"));
    let webhook = only(&client);
    let before = server.events(client.account());
    for (caller, webhook) in [(&other, webhook.as_str()), (&client, "x"), (&client, "%00")] {
        let refused = caller.post(&path(webhook), &json!({}));
        refused.expect_error(404, "resource_not_found", None);
    }
    let disabled = json!({"status": "disabled"});
    client.patch(&format!("/v1/webhooks/{webhook}"), &disabled).expect(200);
    client.post(&path(&webhook), &json!({})).expect_error(409, "webhook_disabled", None);
    assert_eq!(server.events(client.account()), before);
}

fn a_confined_key_pings_sandbox_endpoints_alone(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let key = confined(&client);
    for (mode, status) in [(json!("sandbox"), 200), (json!("live"), 404), (Value::Null, 403)] {
        let body = json!({"url": "https://hooks.example.com/", "events": "*", "mode": mode});
        let made = client.post("/v1/webhooks", &body).expect(201);
        let reply = key.post(&path(text(&made, "id")), &json!({}));
        assert_eq!(reply.status, status, "{mode}");
        if status == 403 {
            reply.expect_error(403, "insufficient_scope", None);
        }
    }
}
