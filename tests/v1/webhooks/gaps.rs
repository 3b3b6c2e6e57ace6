//! Which events an endpoint is missing.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{
    delivery::subscribe,
    ping::{confined, only},
    receiver::Receiver,
};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, items, text},
};

on_both! {
    gaps_say_what_is_missing_and_why;
    a_replay_closes_a_gap;
    stretches_follow_each_other;
    a_confined_key_sees_gaps_of_the_sandbox;
    gaps_are_refused_by_field_and_to_strangers;
}

fn path(webhook: &str) -> String {
    format!("/v1/webhooks/{webhook}/gaps")
}

fn gap(from: i64, to: i64, count: i64, reason: &str) -> Value {
    json!({"from_seq": from, "to_seq": to, "count": count, "reason": reason})
}

/// Waits until an endpoint's gaps are these.
fn wait_for(client: &Client, webhook: &str, gaps: &[Value]) -> Value {
    client.get_until(&path(webhook), |answer| answer["data"] == json!(gaps))
}

fn gaps_say_what_is_missing_and_why(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let receiver = Receiver::start(&["200 OK", "500 Oh"]);
    // The account itself is the first event.
    let card = client.card(None);
    client.post(&format!("/v1/cards/{card}/freeze"), &json!({})).expect(200);
    client.card(None);
    subscribe(&client, &receiver, &json!(["card.issued"]));
    let webhook = only(&client);
    let missed = gap(2, 4, 2, "not_sent");
    wait_for(&client, &webhook, std::slice::from_ref(&missed));
    client.card(None);
    wait_for(&client, &webhook, std::slice::from_ref(&missed));
    client.card(None);
    let answer = wait_for(&client, &webhook, &[missed.clone(), gap(6, 6, 1, "pending")]);
    assert_fields(
        &answer,
        &["object", "webhook_id", "data", "next_after_seq", "has_more", "last_seq"],
    );
    assert_eq!((text(&answer, "object"), text(&answer, "webhook_id")), ("webhook_gaps", &*webhook));
    let ends = (&answer["next_after_seq"], &answer["has_more"], &answer["last_seq"]);
    assert_eq!(ends, (&json!(6), &json!(false), &json!(6)));
    receiver.wait_for(2);
    server.alter_deliveries(&webhook, "state = 'failed'");
    let failed = gap(5, 6, 2, "failed");
    wait_for(&client, &webhook, &[missed, failed.clone()]);
    // What it asks for now is what counts, and a disabled one still has its gaps.
    let patch = json!({"events": ["card.frozen"], "status": "disabled"});
    client.patch(&format!("/v1/webhooks/{webhook}"), &patch).expect(200);
    wait_for(&client, &webhook, &[gap(3, 3, 1, "not_sent")]);
}

fn a_replay_closes_a_gap(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    client.card(None);
    let event = server.last_event(client.account());
    subscribe(&client, &receiver, &json!(["card.issued"]));
    let webhook = only(&client);
    wait_for(&client, &webhook, &[gap(2, 2, 1, "not_sent")]);
    client.post(&format!("/v1/webhooks/{webhook}/replay/{event}"), &json!({})).expect(200);
    wait_for(&client, &webhook, &[]);
}

fn stretches_follow_each_other(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for _ in 0..3 {
        client.card(None);
    }
    subscribe(&client, &Receiver::start(&[]), &json!("*"));
    let path = path(&only(&client));
    let (mut after, mut counted) = (0, Vec::new());
    loop {
        let part = client.get(&format!("{path}?after_seq={after}&limit=2")).expect(200);
        counted.extend(part["data"].as_array().expect("gaps").iter().cloned());
        after = part["next_after_seq"].as_i64().expect("a place");
        assert_eq!(part["last_seq"], json!(4));
        if part["has_more"] == false {
            break;
        }
    }
    assert_eq!(counted, [gap(1, 2, 2, "not_sent"), gap(3, 4, 2, "not_sent")]);
    let beyond = client.get(&format!("{path}?after_seq=9")).expect(200);
    assert_eq!((&beyond["next_after_seq"], &beyond["data"]), (&json!(9), &json!([])));
}

fn a_confined_key_sees_gaps_of_the_sandbox(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for amount in [20, 300, 20] {
        client.topup(&json!({"amount_usd": amount}));
    }
    subscribe(&client, &Receiver::start(&[]), &json!(["topup.created"]));
    let webhook = only(&client);
    wait_for(&client, &webhook, &[gap(2, 4, 3, "not_sent")]);
    wait_for(&confined(&client), &webhook, &[gap(2, 4, 2, "not_sent")]);
}

fn gaps_are_refused_by_field_and_to_strangers(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    subscribe(&client, &Receiver::start(&[]), &json!("*"));
    let webhook = only(&client);
    for (query, param) in
        [("after_seq=-1", "after_seq"), ("limit=0", "limit"), ("limit=1001", "limit")]
    {
        let refused = client.get(&format!("{}?{query}", path(&webhook)));
        refused.expect_error(400, "invalid_field", Some(param));
    }
    for (caller, webhook) in [(&other, webhook.as_str()), (&client, "x")] {
        caller.get(&path(webhook)).expect_error(404, "resource_not_found", None);
    }
    assert_eq!(items(&other.get("/v1/webhooks").expect(200)).len(), 0);
}
