//! `/v1/disputes`, with the test helper in the place of the card network.

mod ends;
mod evidence;
mod filing;
mod lists;
mod races;
mod refunds;
mod uploads;

use serde_json::{Value, json};

use crate::support::{Client, Reply, Server, text, usd};

/// What every dispute shows.
const FIELDS: [&str; 17] = [
    "id",
    "object",
    "mode",
    "status",
    "stage",
    "transaction_id",
    "card_id",
    "amount_usd",
    "credited_usd",
    "reason",
    "description",
    "evidence",
    "evidence_due_by",
    "metadata",
    "resolution",
    "created_at",
    "updated_at",
];

/// A client with a card that had 100.00 on it and spent 40.00: authorized and captured step.
struct Shopper {
    client: Client,
    card: String,
    authorized: Value,
    captured: Value,
}

impl Shopper {
    fn new(server: &Server) -> Self {
        let client = server.sign_up();
        client.fund("500.00");
        let card = client.card(Some("100.00"));
        let (authorized, captured) = buy(&client, &card, "40.00");
        Self { client, card, authorized, captured }
    }

    /// What the card has available and owes nothing of.
    fn available(&self) -> String {
        let card = self.client.get(&format!("/v1/cards/{}", self.card)).expect(200);
        usd(&card, "available_usd")
    }

    /// Files a dispute of the whole purchase.
    fn file(&self) -> Value {
        file(&self.client, &wish(&self.captured)).expect(201)
    }

    fn advance(&self, dispute: &Value, to: &str) -> Reply {
        let path = format!("/v1/test/disputes/{}/advance", text(dispute, "id"));
        self.client.post(&path, &json!({"to": to}))
    }

    fn read(&self, dispute: &Value) -> Value {
        self.client.get(&format!("/v1/disputes/{}", text(dispute, "id"))).expect(200)
    }
}

/// Buys and lets the merchant capture: both steps.
fn buy(client: &Client, card: &str, amount: &str) -> (Value, Value) {
    let authorized = client.authorize(card, &json!({"amount_usd": amount}));
    let id = text(&authorized, "authorization_id");
    let path = format!("/v1/test/authorizations/{id}/capture");
    let captured = client.post(&path, &json!({})).expect(201);
    (authorized, captured)
}

/// A request to dispute a step.
fn wish(step: &Value) -> Value {
    json!({"transaction_id": step["id"], "reason": "duplicate",
        "description": "Merchant charged twice, same order #4921."})
}

/// The same with one field changed.
fn wish_with(step: &Value, field: &str, value: Value) -> Value {
    let mut wish = wish(step);
    wish[field] = value;
    wish
}

fn file(client: &Client, wish: &Value) -> Reply {
    client.post("/v1/disputes", wish)
}

/// Status, stage and resolution.
fn standing(dispute: &Value) -> (&str, &str, Option<&str>) {
    (text(dispute, "status"), text(dispute, "stage"), dispute["resolution"].as_str())
}
