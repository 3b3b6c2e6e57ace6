//! What a request for a withdrawal answers.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{EVM, TRON, amounts, path, settle, wish, withdraw};
use crate::{
    on_both,
    support::{Server, assert_fields, items, text, usd},
};

on_both! {
    a_withdrawal_sets_its_amount_aside;
    the_fee_is_that_of_the_chain_to_the_cent;
    the_whole_balance_can_leave;
    a_request_with_a_key_has_one_effect;
    the_book_is_named_or_live_once_it_was_used;
    somebody_elses_looks_unknown;
}

const FIELDS: [&str; 17] = [
    "id",
    "object",
    "mode",
    "status",
    "amount_usd",
    "fee_usd",
    "net_usd",
    "asset",
    "chain",
    "address",
    "memo",
    "txid",
    "releases_at",
    "failure",
    "metadata",
    "created_at",
    "updated_at",
];

fn a_withdrawal_sets_its_amount_aside(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let before = server.events(client.account());
    let body = json!({"amount_usd": "50.00", "chain": "tron", "address": TRON, "memo": "4921",
        "expected_fee_usd": "1.00", "metadata": {"order": "4921"}});
    let made = client.post("/v1/withdrawals", &body).expect(201);
    assert_fields(&made, &FIELDS);
    assert_eq!(amounts(&made), ["50.00", "1.00", "49.00"]);
    for (field, value) in [
        ("object", json!("withdrawal")),
        ("mode", json!("live")),
        ("status", json!("created")),
        ("asset", json!("USDT")),
        ("chain", json!("tron")),
        ("address", json!(TRON)),
        ("memo", json!("4921")),
        ("txid", Value::Null),
        ("failure", Value::Null),
        ("metadata", json!({"order": "4921"})),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(client.get(&path(&made)).expect(200), made);
    let balance = client.get("/v1/balance").expect(200);
    assert_eq!(usd(&balance, "available_usd"), "450.00");
    assert_eq!(usd(&balance, "reserved_usd"), "50.00");
    assert_eq!(server.events(client.account()) - before, 1);
}

fn the_fee_is_that_of_the_chain_to_the_cent(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    for (chain, address, amount, expected) in [
        ("tron", TRON, "10.00", ["10.00", "1.00", "9.00"]),
        ("ethereum", EVM, "10.01", ["10.01", "5.00", "5.01"]),
        ("bsc", EVM, "99.99", ["99.99", "0.50", "99.49"]),
    ] {
        let body = json!({"amount_usd": amount, "chain": chain, "address": address});
        let made = client.post("/v1/withdrawals", &body).expect(201);
        assert_eq!(amounts(&made), expected, "{chain}");
    }
    assert_eq!(client.available(), "380.00");
}

fn the_whole_balance_can_leave(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.01");
    let refused = withdraw(&client, "500.02");
    refused.expect_error(403, "insufficient_balance", None);
    let made = withdraw(&client, "500.01").expect(201);
    assert_eq!(amounts(&made), ["500.01", "1.00", "499.01"]);
    assert_eq!(client.available(), "0.00");
}

fn a_request_with_a_key_has_one_effect(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let first = client.post_once("/v1/withdrawals", &wish("20.00"), "once");
    let made = first.expect(201);
    settle(&client, &made, "confirmed").expect(200);
    // The answer is the first one, whatever became of the withdrawal.
    let again = client.post_once("/v1/withdrawals", &wish("20.00"), "once");
    assert!(again.is_replay() && again.body == first.body);
    let refused = client.post_once("/v1/withdrawals", &wish("21.00"), "once");
    refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    assert_eq!(client.available(), "480.00");
    assert_eq!(items(&client.get("/v1/withdrawals").expect(200)).len(), 1);
}

fn the_book_is_named_or_live_once_it_was_used(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    client.fund("100.00");
    let with = |amount: &str, mode: &str| {
        let mut body = wish(amount);
        body["mode"] = json!(mode);
        client.post("/v1/withdrawals", &body)
    };
    let first = withdraw(&client, "10.00").expect(201);
    assert_eq!(text(&first, "mode"), "sandbox");
    // Sandbox money cannot pay what is live, however much there is of it.
    with("10.00", "live").expect_error(403, "insufficient_balance", None);
    client.fund("200.00");
    assert_eq!(text(&withdraw(&client, "11.00").expect(201), "mode"), "live");
    assert_eq!(text(&with("12.00", "sandbox").expect(201), "mode"), "sandbox");
    withdraw(&client, "189.01").expect_error(403, "insufficient_balance", None);
    with("78.01", "sandbox").expect_error(403, "insufficient_balance", None);
    // Sandbox money settles like live money.
    let settled = settle(&client, &first, "confirmed").expect(200);
    assert_eq!(text(&settled, "status"), "confirmed");
}

fn somebody_elses_looks_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, other) = (server.sign_up(), server.sign_up());
    owner.fund("500.00");
    let made = withdraw(&owner, "10.00").expect(201);
    other.get(&path(&made)).expect_error(404, "resource_not_found", None);
    settle(&other, &made, "confirmed").expect_error(404, "resource_not_found", None);
    for unknown in ["wd_00000000000000000000000000", "wd_", "card_00000000000000000000000000"] {
        let refused = owner.get(&format!("/v1/withdrawals/{unknown}"));
        refused.expect_error(404, "resource_not_found", None);
    }
    assert!(items(&other.get("/v1/withdrawals").expect(200)).is_empty());
    assert_eq!(owner.get(&path(&made)).expect(200), made);
}
