//! Withdrawals that are not made.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{EVM, TRON, reaches, settle, wish, withdraw};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    bad_requests_name_their_field;
    broken_rules_name_their_field;
    deposit_addresses_of_ours_are_not_paid;
    blocked_addresses_are_not_paid;
    a_new_address_cools_down;
}

/// The usual request with one field changed; null removes it.
fn with(field: &str, value: Value) -> Value {
    let mut body = wish("10.00");
    body[field] = value;
    body
}

fn bad_requests_name_their_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let before = (client.holdings(), server.events(client.account()));
    for field in ["amount_usd", "chain", "address"] {
        let refused = client.post("/v1/withdrawals", &with(field, Value::Null));
        refused.expect_error(400, "missing_required_field", Some(field));
    }
    for (field, value) in [
        ("amount_usd", json!("ten")),
        ("amount_usd", json!(-10)),
        ("amount_usd", json!(0)),
        ("chain", json!(5)),
        ("address", json!("")),
        ("address", json!("T".repeat(129))),
        ("memo", json!("")),
        ("memo", json!("m".repeat(129))),
        ("mode", json!("test")),
        ("expected_fee_usd", json!(-1)),
        ("metadata", json!({"": "no name"})),
    ] {
        let refused = client.post("/v1/withdrawals", &with(field, value.clone()));
        let refused = refused.expect_error(400, "invalid_field", Some(field));
        assert_eq!(refused["param"], field, "{value}");
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn broken_rules_name_their_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let before = (client.holdings(), server.events(client.account()));
    let mistyped = TRON.replace("32G", "32H");
    let zero = format!("0x{}", "0".repeat(40));
    let tether = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
    for (field, value, code) in [
        ("amount_usd", json!("9.99"), "amount_below_minimum"),
        ("amount_usd", json!("10.001"), "invalid_precision"),
        ("chain", json!("bitcoin"), "unsupported_asset_chain"),
        ("asset", json!("BTC"), "unsupported_asset_chain"),
        ("address", json!("nobody's"), "invalid_address"),
        ("address", json!(mistyped), "invalid_address"),
        ("address", json!(tether), "invalid_address"),
        ("address", json!(EVM), "address_chain_mismatch"),
        ("expected_fee_usd", json!("0.99"), "fee_changed"),
    ] {
        let refused = client.post("/v1/withdrawals", &with(field, value));
        refused.expect_error(422, code, Some(field));
    }
    for (address, code) in [
        (TRON, "address_chain_mismatch"),
        (&EVM.replacen('A', "a", 1), "invalid_address"),
        (&zero, "invalid_address"),
    ] {
        let body = json!({"amount_usd": 10, "chain": "ethereum", "address": address});
        client.post("/v1/withdrawals", &body).expect_error(422, code, Some("address"));
    }
    withdraw(&client, "500.01").expect_error(403, "insufficient_balance", None);
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn deposit_addresses_of_ours_are_not_paid(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    client.fund("500.00");
    for topup in [client.topup(&json!({"amount_usd": 20})), other.topup(&json!({"amount_usd": 20}))]
    {
        let ours = with("address", topup["deposit_address"].clone());
        let refused = client.post("/v1/withdrawals", &ours);
        refused.expect_error(422, "own_deposit_address", Some("address"));
    }
    assert_eq!(client.available(), "500.00");
}

fn blocked_addresses_are_not_paid(backend: Backend) {
    let server = Server::own(backend, |settings| {
        settings.screening.blocked_addresses = vec![TRON.to_owned(), EVM.to_lowercase()];
    });
    let client = server.sign_up();
    client.fund("500.00");
    withdraw(&client, "10.00").expect_error(422, "address_blocked", Some("address"));
    let body = json!({"amount_usd": 10, "chain": "bsc", "address": EVM});
    client.post("/v1/withdrawals", &body).expect_error(422, "address_blocked", Some("address"));
    assert_eq!(client.available(), "500.00");
}

fn a_new_address_cools_down(backend: Backend) {
    let server =
        Server::own(backend, |settings| settings.limits.withdrawal_cooling_seconds = 3_600);
    let client = server.sign_up();
    client.fund("500.00");
    let first = withdraw(&client, "10.00").expect(201);
    assert!(text(&first, "releases_at") > text(&first, "created_at"));
    withdraw(&client, "10.00").expect_error(403, "address_cooling_down", Some("address"));
    // Another account's trust is no reason to trust, and another address is new again.
    let other = server.sign_up();
    other.fund("500.00");
    let theirs = withdraw(&other, "10.00").expect(201);
    assert!(text(&theirs, "releases_at") > text(&theirs, "created_at"));
    server.advance(3_600);
    reaches(&client, &first, "broadcasted");
    let second = withdraw(&client, "10.00").expect(201);
    assert_eq!(second["releases_at"], second["created_at"]);
    reaches(&client, &second, "broadcasted");
    settle(&client, &second, "confirmed").expect(200);
}
