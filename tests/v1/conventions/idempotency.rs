//! `Idempotency-Key`: one effect, one answer.

use cardium_api_v1::operation::{Effect, Operation};
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::samples::{Sample, operations, shows_json};
use crate::{
    on_both,
    support::{Server, items, text},
};

on_both! {
    every_effect_is_replayed_byte_for_byte;
    twenty_at_once_have_one_effect;
    a_key_belongs_to_account_operation_and_object;
    a_key_is_one_short_printable_value;
    reads_and_helpers_ignore_keys;
    a_key_is_free_again_after_a_day;
    a_conflict_names_what_differs;
    a_refusal_leaves_the_key_free;
    every_method_with_an_effect_heeds_keys;
}

/// Operations that heed keys, except the one after which the session is gone.
fn heeding() -> impl Iterator<Item = &'static Operation> {
    operations().filter(|op| op.effect == Effect::Once && op.id != "sign_out")
}

fn every_effect_is_replayed_byte_for_byte(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    for operation in heeding() {
        let client = sample.session(operation);
        let body = sample.body(operation);
        let send = |body: &Value| {
            sample.request_with(client, operation, body).key(&format!("k-{}", operation.id)).send()
        };
        let first = send(&body);
        first.expect(operation.success);
        assert!(!first.is_replay(), "{}", operation.id);
        let before = (client.holdings(), server.events(client.account()));
        let again = send(&body);
        again.expect(operation.success);
        assert_eq!((again.is_replay(), &again.body), (true, &first.body), "{}", operation.id);
        let mut other = body.clone();
        other["note"] = json!("another request");
        let refused = send(&other);
        let code = "conflict_idempotency_key";
        let refused = refused.expect_error(409, code, Some("Idempotency-Key"));
        assert!(text(&refused, "message").ends_with("body: 'note' differs."), "{refused}");
        assert_eq!((client.holdings(), server.events(client.account())), before);
    }
}

fn twenty_at_once_have_one_effect(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    for operation in heeding() {
        let client = sample.session(operation);
        let before = server.events(client.account());
        let body = sample.body(operation);
        let request = |_| sample.request_with(client, operation, &body).key("at-once");
        let replies = client.all((0..20).map(request).collect());
        for reply in &replies {
            reply.expect(operation.success);
            assert_eq!(reply.body, replies[0].body, "{}", operation.id);
        }
        let made = replies.iter().filter(|reply| !reply.is_replay()).count();
        assert_eq!(made, 1, "{}", operation.id);
        assert!(server.events(client.account()) - before <= 1, "{}", operation.id);
    }
}

fn a_key_belongs_to_account_operation_and_object(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let (one, two) = (client.card(None), client.card(None));
    let body = json!({"amount_usd": 1});
    let load = |card: &str| client.post_once(&format!("/v1/cards/{card}/load"), &body, "k");
    load(&one).expect(200);
    let refused = load(&two);
    let refused = refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    assert!(text(&refused, "message").ends_with("with another path."), "{refused}");
    let unload = client.post_once(&format!("/v1/cards/{one}/unload"), &body, "k");
    assert!(!unload.is_replay() && unload.status == 200);
    let other = server.sign_up();
    other.fund("500.00");
    let theirs = other.card(None);
    let reply = other.post_once(&format!("/v1/cards/{theirs}/load"), &body, "k");
    assert!(!reply.is_replay() && reply.status == 200);
    // Another credential of the account repeats the same request.
    let key = client.api_key(&["card:fund"]);
    let reply = key.post_once(&format!("/v1/cards/{one}/load"), &body, "k");
    assert!(reply.is_replay() && reply.status == 200);
    // The order of fields and the blanks between them are no part of a request.
    let path = format!("/v1/cards/{one}/load");
    let send = |body: &str| {
        let request = client.request(Method::POST, &path).key("order");
        request.header("Content-Type", "application/json").body(body).send()
    };
    send(r#"{"amount_usd": 2, "expected_fee_usd": 0.04}"#).expect(200);
    assert!(send(r#"{"expected_fee_usd":0.04,"amount_usd":2}"#).is_replay());
}

fn a_key_is_one_short_printable_value(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let request = || client.request(Method::POST, "/v1/topups").json(&json!({"amount_usd": 20}));
    for key in [String::new(), "x".repeat(256), "a\tb".into(), "schlüssel".into()] {
        let refused = request().key(&key).send();
        refused.expect_error(400, "invalid_field", Some("Idempotency-Key"));
    }
    let refused = request().key("a").key("b").send();
    refused.expect_error(400, "invalid_field", Some("Idempotency-Key"));
    assert!(items(&client.get("/v1/topups").expect(200)).is_empty());
    for key in ["x".repeat(255), "create_topup_2f1b/~!".into()] {
        request().key(&key).send().expect(201);
        assert!(request().key(&key).send().is_replay());
    }
}

fn reads_and_helpers_ignore_keys(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    for operation in operations().filter(|op| op.effect != Effect::Once && shows_json(op)) {
        // After a capture or an expiry there is nothing left to end.
        if ["capture", "reversal", "expiry"].iter().any(|end| operation.id.ends_with(end)) {
            continue;
        }
        for key in ["k".repeat(300), "same".into(), "same".into()] {
            let reply = sample.request(sample.session(operation), operation).key(&key).send();
            reply.expect(operation.success);
            assert!(!reply.is_replay(), "{}", operation.id);
        }
    }
}

fn a_key_is_free_again_after_a_day(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let key = server.sign_up().api_key(&["topup:create", "topup:read"]);
    let send = |amount: u32| key.post_once("/v1/topups", &json!({"amount_usd": amount}), "day");
    let first = send(20);
    server.advance(86_000);
    assert_eq!((send(20).is_replay(), send(20).body), (true, first.body.clone()));
    send(30).expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    server.advance(400);
    let later = send(30);
    assert!(!later.is_replay());
    assert_ne!(text(&later.expect(201), "id"), text(&first.expect(201), "id"));
}

fn a_conflict_names_what_differs(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let ask = |body: &Value| client.post_once("/v1/topups", body, "k");
    ask(&json!({"amount_usd": 20, "chain": "tron", "note": "x"})).expect(201);
    for (body, said) in [
        (json!({"amount_usd": 21, "chain": "tron", "note": "x"}), "body: 'amount_usd' differs."),
        (
            json!({"amount_usd": 21, "chain": "bsc", "note": "x"}),
            "body: 'amount_usd', 'chain' differ.",
        ),
        (json!({"amount_usd": 20, "chain": "tron"}), "body, which had more fields."),
        (json!({"amount_usd": "20", "chain": "tron", "note": "x"}), "'amount_usd' differs."),
    ] {
        let refused = ask(&body);
        let code = "conflict_idempotency_key";
        let refused = refused.expect_error(409, code, Some("Idempotency-Key"));
        assert!(text(&refused, "message").ends_with(said), "{refused}");
    }
}

fn a_refusal_leaves_the_key_free(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let path = format!("/v1/cards/{}/load", client.card(None));
    let load = |amount: u32| client.post_once(&path, &json!({"amount_usd": amount}), "k");
    load(5_000).expect_error(403, "insufficient_balance", None);
    load(60_000).expect_error(422, "amount_above_maximum", Some("amount_usd"));
    let done = load(5);
    assert_eq!((done.status, done.is_replay()), (200, false));
    load(5_000).expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    assert_eq!(load(5).body, done.body);
}

fn every_method_with_an_effect_heeds_keys(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let hook = json!({"url": "https://hooks.example.com/", "events": ["*"]});
    let hook = client.post("/v1/webhooks", &hook).expect(201);
    let (card, hook) = (client.card(None), format!("/v1/webhooks/{}", text(&hook, "id")));
    let limits = format!("/v1/cards/{card}/limits");
    let patch = |limit: u32| {
        let body = json!({"daily_usd": limit});
        client.request(Method::PATCH, &limits).json(&body).key("k").send()
    };
    let first = patch(10);
    first.expect(200);
    assert_eq!((patch(10).is_replay(), patch(10).body), (true, first.body));
    patch(11).expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    let delete = || client.request(Method::DELETE, &hook).key("k").send();
    delete().expect(204);
    let again = delete();
    again.expect(204);
    assert!(again.is_replay(), "the object is gone, the answer is not");
    client.delete(&hook).expect_error(404, "resource_not_found", None);
}
