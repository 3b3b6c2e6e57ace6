//! Endpoints that fail for days: their owners are warned, then they are disabled. Since when an
//! endpoint fails is set by SQL: who notes that is tested where attempts are recorded.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{delivery::wait_for_record, receiver::Receiver};
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    a_failing_endpoint_is_warned_of_and_then_disabled;
    an_endpoint_at_which_nothing_is_tried_is_left_alone;
}

const HOUR: i64 = 3_600;

fn hook(client: &Client, receiver: &Receiver, events: &Value) -> String {
    let body = json!({"url": receiver.url, "events": events});
    text(&client.post("/v1/webhooks", &body).expect(201), "id").to_owned()
}

/// Lets an endpoint have failed for so many hours.
fn fails_since(server: &Server, webhook: &str, hours: i64) {
    let since = (server.now() - hours * HOUR) * 1_000_000;
    server.alter_lane(webhook, &format!("failing_since = {since}"));
}

fn told(receiver: &Receiver, count: usize) -> Value {
    serde_json::from_slice(&receiver.wait_for(count)[count - 1].body).expect("JSON")
}

fn a_failing_endpoint_is_warned_of_and_then_disabled(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let key = client.api_key(&["card:issue", "webhook:read", "webhook:write"]);
    let (receiver, watcher) = (Receiver::start(&["500 Oh", "503 No"]), Receiver::start(&[]));
    let webhook = hook(&key, &receiver, &json!(["card.issued"]));
    hook(&key, &watcher, &json!(["webhook.failing", "webhook.disabled"]));
    let path = format!("/v1/webhooks/{webhook}");
    assert!(key.get(&path).expect(200)["failing"].is_null());
    key.card(None);
    wait_for_record(&server, 1);
    fails_since(&server, &webhook, 49);
    let warned = key.get_until(&path, |shown| shown["failing"]["warned_at"].is_string());
    assert_eq!((text(&warned, "status"), &warned["disabled_by"]), ("enabled", &Value::Null));
    let failing = &warned["failing"];
    assert!(text(failing, "since") < text(failing, "warned_at"));
    assert!(text(failing, "warned_at") < text(failing, "disables_at"));
    let event = told(&watcher, 1);
    assert_eq!((text(&event, "type"), &event["data"]["object"]), ("webhook.failing", &warned));
    server.advance(u64::try_from(72 * HOUR + 60).expect("some days"));
    let disabled = key.get_until(&path, |shown| shown["status"] == "disabled");
    assert_eq!((text(&disabled, "disabled_by"), &disabled["failing"]), ("failures", &Value::Null));
    let event = told(&watcher, 2);
    assert_eq!((text(&event, "type"), &event["data"]["object"]), ("webhook.disabled", &disabled));
    for action in ["webhook.warned", "webhook.disabled"] {
        let sql = format!(
            "SELECT COUNT(*) AS count FROM audit_entries WHERE action = '{action}' \
             AND actor = 'system'"
        );
        assert_eq!(server.count(&sql), 1, "{action}");
    }
    let enabled = key.patch(&path, &json!({"status": "enabled"})).expect(200);
    assert_eq!((&enabled["failing"], &enabled["disabled_by"]), (&Value::Null, &Value::Null));
    // What waits goes on.
    server.advance(331);
    assert_eq!(receiver.wait_for(3).len(), 3);
    assert_eq!(watcher.received().len(), 2);
}

fn an_endpoint_at_which_nothing_is_tried_is_left_alone(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let (quiet, receiver) = (Receiver::start(&[]), Receiver::start(&["500 Oh"]));
    let silent = hook(&client, &quiet, &json!(["card.frozen"]));
    let other = hook(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    wait_for_record(&server, 1);
    fails_since(&server, &silent, 500);
    fails_since(&server, &other, 50);
    let path = |webhook: &str| format!("/v1/webhooks/{webhook}");
    client.get_until(&path(&other), |shown| shown["failing"]["warned_at"].is_string());
    // The round that found the one would have found the other as well.
    let shown = client.get(&path(&silent)).expect(200);
    assert_eq!((text(&shown, "status"), &shown["failing"]["warned_at"]), ("enabled", &Value::Null));
}
