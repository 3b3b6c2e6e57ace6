//! `/v1/withdrawals`, with the simulated chain in the place of the real ones.

mod lists;
mod races;
mod refusals;
mod requests;
mod settling;

use serde_json::{Value, json};

use crate::support::{Client, Reply, text, usd};

/// An address on Tron.
const TRON: &str = "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G";
/// An address on chains with EVM addresses: the example of EIP-55.
const EVM: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

/// Asks for a withdrawal on Tron.
fn withdraw(client: &Client, amount: &str) -> Reply {
    client.post("/v1/withdrawals", &wish(amount))
}

fn wish(amount: &str) -> Value {
    json!({"amount_usd": amount, "chain": "tron", "address": TRON})
}

/// The withdrawal once it is in this state.
#[track_caller]
fn reaches(client: &Client, withdrawal: &Value, status: &str) -> Value {
    client.get_until(&path(withdrawal), |shown| shown["status"] == status)
}

fn path(withdrawal: &Value) -> String {
    format!("/v1/withdrawals/{}", text(withdrawal, "id"))
}

/// Moves the payment of a withdrawal.
fn settle(client: &Client, withdrawal: &Value, to: &str) -> Reply {
    let path = format!("/v1/test/withdrawals/{}/settlement", text(withdrawal, "id"));
    client.post(&path, &json!({"to": to}))
}

/// Amount, fee and what the payee gets.
fn amounts(withdrawal: &Value) -> [String; 3] {
    ["amount_usd", "fee_usd", "net_usd"].map(|field| usd(withdrawal, field))
}

/// Kinds and amounts of the treasury's history, oldest first, its top-up left out.
fn history(client: &Client, mode: &str) -> Vec<(String, String)> {
    let list = client.get(&format!("/v1/balance/history?mode={mode}&sort=created_at"));
    let list = list.expect(200);
    let entries = crate::support::items(&list).iter();
    let entries = entries.filter(|entry| entry["type"] != "topup");
    entries.map(|entry| (text(entry, "type").to_owned(), usd(entry, "amount_usd"))).collect()
}
