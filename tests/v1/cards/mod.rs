//! `/v1/cards`.

mod control;
mod funding;
mod issue;
mod reveal;

use serde_json::Value;

use crate::support::Client;

/// What every card shows.
const FIELDS: [&str; 17] = [
    "id",
    "object",
    "mode",
    "bin",
    "last4",
    "brand",
    "type",
    "status",
    "freeze_reason",
    "label",
    "balance_usd",
    "available_usd",
    "held_usd",
    "wallet",
    "expires_at",
    "created_at",
    "updated_at",
];

fn issue(client: &Client, body: &Value) -> Value {
    client.post("/v1/cards", body).expect(201)
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
