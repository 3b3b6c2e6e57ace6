//! `/v1/cards`.

mod checks;
mod control;
mod controls;
mod decisions;
mod fulfilment;
mod funding;
mod geo;
mod issue;
mod limits;
mod mcc;
mod replace;
mod reveal;
mod shipping;
mod update;
mod wallets;

use serde_json::{Value, json};

use crate::support::{Client, Server};

/// What every card shows.
const FIELDS: [&str; 28] = [
    "id",
    "object",
    "mode",
    "bin",
    "last4",
    "brand",
    "type",
    "status",
    "freeze_reason",
    "cancel_reason",
    "replaces",
    "replaced_by",
    "label",
    "balance_usd",
    "available_usd",
    "held_usd",
    "wallet",
    "fulfillment",
    "shipping",
    "metadata",
    "limits",
    "mcc",
    "geo",
    "grant_id",
    "controls",
    "expires_at",
    "created_at",
    "updated_at",
];

fn issue(client: &Client, body: &Value) -> Value {
    client.post("/v1/cards", body).expect(201)
}

/// The path of one of a card's parts.
fn part(card: &str, part: &str) -> String {
    format!("/v1/cards/{card}/{part}")
}

/// Every part of a card's controls refuses whoever may not change it, and leaves no trace.
fn assert_guarded(server: &Server, name: &str, body: &Value) {
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let card = client.card(None);
    let path = part(&card, name);
    let before = client.get(&format!("/v1/cards/{card}")).expect(200);
    stranger.patch(&path, body).expect_error(404, "resource_not_found", None);
    let reader = client.api_key(&["card:read", "card:issue"]);
    reader.patch(&path, body).expect_error(403, "insufficient_scope", None);
    let after = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(after, before);
    client.post(&part(&card, "cancel"), &json!({})).expect(200);
    client.patch(&path, body).expect_error(409, "card_cancelled", None);
}

/// Luhn's check (ISO/IEC 7812-1, annex B).
fn is_luhn_valid(pan: &str) -> bool {
    let digits = pan.chars().rev().map(|digit| digit.to_digit(10).expect("a digit"));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}
