//! `Dry-Run`: what an operation would do, without a trace of it.

use cardium_api_v1::operation::{Effect, Operation};
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::samples::{Sample, operations};
use crate::{
    on_both,
    support::{Client, Reply, Server, text},
};

on_both! {
    a_trial_answers_like_the_real_thing_and_leaves_no_trace;
    a_trial_neither_looks_a_key_up_nor_spends_it;
    a_trial_is_refused_like_the_real_thing;
    what_cannot_be_tried_is_not_done_instead;
    the_header_is_true_or_false;
}

/// Operations that can be tried.
fn previewable() -> impl Iterator<Item = &'static Operation> {
    operations().filter(|operation| operation.dry_run)
}

/// All that a trial could be told by, in the account's own eyes and behind the product's back.
fn traces(server: &Server, client: &Client) -> (Vec<Value>, Vec<i64>) {
    let tables =
        ["events", "audit_entries", "cards", "card_pans", "dispute_dockets", "withdrawals"];
    let rows = tables.into_iter().map(|table| server.rows_of(client.account(), table));
    (client.holdings(), rows.collect())
}

/// An answer without what no two answers share.
fn lasting(reply: &Reply, status: u16) -> Value {
    let mut body = reply.expect(status);
    let fields = body.as_object_mut().expect("an object");
    for moment in ["created_at", "updated_at", "evidence_due_by", "releases_at"] {
        fields.remove(moment);
    }
    // A new card has an id and a number of its own, also where it replaces one.
    if status == 201 || fields.get("replaces").is_some_and(|old| !old.is_null()) {
        for own in ["id", "last4", "address"] {
            fields.remove(own);
        }
    }
    body
}

fn a_trial_answers_like_the_real_thing_and_leaves_no_trace(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let client = &sample.client;
    let tried: Vec<_> = previewable().map(|operation| operation.id).collect();
    for expected in ["issue_card", "load_card", "unload_card", "cancel_card", "file_dispute"] {
        assert!(tried.contains(&expected), "{tried:?}");
    }
    for operation in previewable() {
        let before = traces(&server, client);
        let request = || sample.request(client, operation).key(&format!("try-{}", operation.id));
        let trial = request().header("Dry-Run", "true").send();
        let shown = lasting(&trial, operation.success);
        assert_eq!(trial.header("Dry-Run"), Some("true"), "{}", operation.id);
        assert_eq!(traces(&server, client), before, "{}", operation.id);
        let real = request().send();
        assert_eq!(lasting(&real, operation.success), shown, "{}", operation.id);
        assert_eq!((real.is_replay(), real.header("Dry-Run")), (false, None), "{}", operation.id);
        assert_ne!(traces(&server, client), before, "{}", operation.id);
    }
}

fn a_trial_neither_looks_a_key_up_nor_spends_it(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let path = format!("/v1/cards/{}/load", client.card(None));
    let load = |amount: u32| {
        client.request(Method::POST, &path).json(&json!({"amount_usd": amount})).key("k")
    };
    let tried = || load(7).header("Dry-Run", "true").send();
    tried().expect(200);
    let real = load(5).send();
    assert_eq!((real.status, real.is_replay()), (200, false));
    // The key is spent now, on another body: the trial does not ask.
    let after = tried();
    assert!(!after.is_replay());
    assert_eq!(after.expect(200)["new_card_balance_usd"].to_string(), "12.00");
    assert_eq!((load(5).send().is_replay(), load(5).send().body), (true, real.body));
    // A key that could not be spent is refused all the same.
    let bad = client.request(Method::POST, &path).json(&json!({"amount_usd": 7}));
    let refused = bad.key("").header("Dry-Run", "true").send();
    refused.expect_error(400, "invalid_field", Some("Idempotency-Key"));
}

fn a_trial_is_refused_like_the_real_thing(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let client = &sample.client;
    let gone = client.card(None);
    client.post(&format!("/v1/cards/{gone}/cancel"), &json!({})).expect(200);
    let theirs = server.sign_up();
    let foreign = theirs.card(None);
    let declined = client.authorize(&client.card(None), &json!({"amount_usd": 1}));
    let dispute = json!({"transaction_id": text(&declined, "id"), "reason": "fraud",
        "description": "This was not my doing."});
    let card = client.card(None);
    for (path, body, status, code) in [
        (format!("/v1/cards/{card}/load"), json!({}), 400, "missing_required_field"),
        (
            format!("/v1/cards/{card}/load"),
            json!({"amount_usd": 40_000}),
            403,
            "insufficient_balance",
        ),
        (
            format!("/v1/cards/{card}/load"),
            json!({"amount_usd": 50_001}),
            422,
            "amount_above_maximum",
        ),
        (
            format!("/v1/cards/{card}/load"),
            json!({"amount_usd": 1, "expected_fee_usd": 1}),
            422,
            "fee_changed",
        ),
        (format!("/v1/cards/{gone}/load"), json!({"amount_usd": 1}), 409, "card_cancelled"),
        (format!("/v1/cards/{foreign}/load"), json!({"amount_usd": 1}), 404, "resource_not_found"),
        (
            format!("/v1/cards/{card}/unload"),
            json!({"amount_usd": 1}),
            422,
            "amount_exceeds_available",
        ),
        ("/v1/cards".into(), json!({"type": "virtual", "bin": "1"}), 400, "invalid_field"),
        (
            "/v1/cards".into(),
            json!({"type": "virtual", "bin": "489517", "load_usd": 40_000}),
            403,
            "insufficient_balance",
        ),
        ("/v1/disputes".into(), dispute, 422, "transaction_not_disputable"),
    ] {
        let before = traces(&server, client);
        let request = || client.request(Method::POST, &path).json(&body);
        let (trial, real) = (request().header("Dry-Run", "true").send(), request().send());
        let param = real.json()["param"].as_str().map(str::to_owned);
        let tried = trial.expect_error(status, code, param.as_deref());
        let done = real.expect_error(status, code, param.as_deref());
        assert_eq!(tried["message"], done["message"], "{path} {body}");
        assert_eq!(trial.header("Dry-Run"), Some("true"), "{path} {body}");
        assert_eq!(traces(&server, client), before, "{path} {body}");
    }
}

fn what_cannot_be_tried_is_not_done_instead(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let client = &sample.client;
    let before = traces(&server, client);
    for operation in operations().filter(|operation| !operation.dry_run) {
        let reply = sample.request(client, operation).header("Dry-Run", "true").send();
        if operation.effect == Effect::Read {
            // To read is to change nothing.
            assert_eq!((reply.status, reply.header("Dry-Run")), (operation.success, None));
        } else {
            reply.expect_error(400, "invalid_field", Some("Dry-Run"));
        }
    }
    assert_eq!(traces(&server, client), before);
}

fn the_header_is_true_or_false(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let issue = || {
        let card = json!({"type": "virtual", "bin": "489517"});
        client.request(Method::POST, "/v1/cards").json(&card)
    };
    for wrong in ["", "1", "yes", "TRUE", "true, true", "wahr"] {
        let refused = issue().header("Dry-Run", wrong).send();
        refused.expect_error(400, "invalid_field", Some("Dry-Run"));
    }
    let twice = issue().header("Dry-Run", "true").header("Dry-Run", "true").send();
    twice.expect_error(400, "invalid_field", Some("Dry-Run"));
    let none = client.get("/v1/cards").expect(200);
    assert!(crate::support::items(&none).is_empty(), "{none}");
    let real = issue().header("Dry-Run", "false").send();
    let made = real.expect(201);
    assert_eq!(real.header("Dry-Run"), None);
    client.get(&format!("/v1/cards/{}", text(&made, "id"))).expect(200);
    let tried = issue().header("Dry-Run", "true").send().expect(201);
    let unknown = client.get(&format!("/v1/cards/{}", text(&tried, "id")));
    unknown.expect_error(404, "resource_not_found", None);
}
