//! `/v1/transactions`, made by the simulated card network.

mod declines;
mod lapsing;
mod lists;
mod simulated;
mod steps;

use serde_json::Value;

use crate::support::{Client, Server, text, usd};

/// What every transaction shows.
const FIELDS: [&str; 16] = [
    "id",
    "object",
    "mode",
    "card_id",
    "status",
    "amount_usd",
    "currency",
    "kind",
    "fees",
    "fx",
    "merchant",
    "authorization_id",
    "auth_response_code",
    "decline",
    "created_at",
    "updated_at",
];

/// Asks to capture or reverse an authorization.
fn follow(client: &Client, made: &Value, verb: &str, body: &Value) -> Value {
    let id = text(made, "authorization_id");
    client.post(&format!("/v1/test/authorizations/{id}/{verb}"), body).expect(201)
}

/// What a card has available and on hold.
fn balance(client: &Client, card: &str) -> [String; 2] {
    let card = client.get(&format!("/v1/cards/{card}")).expect(200);
    ["available_usd", "held_usd"].map(|field| usd(&card, field))
}

/// The transaction as it is shown by itself.
fn read(client: &Client, made: &Value) -> Value {
    client.get(&format!("/v1/transactions/{}", text(made, "id"))).expect(200)
}

/// A client with a card that has 100.00 on it.
fn shopper(server: &Server) -> (Client, String) {
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    (client, card)
}
