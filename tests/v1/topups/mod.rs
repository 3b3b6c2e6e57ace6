//! `/v1/topups`, with the simulated chain in the place of the real ones.

mod deposits;
mod lists;
mod requests;

use serde_json::Value;

use crate::support::{text, usd};

/// The status in both vocabularies.
fn status(topup: &Value) -> (&str, &str) {
    (text(topup, "status"), text(topup, "lifecycle_status"))
}

/// What was credited, what is on its way and what is missing.
fn amounts(topup: &Value) -> [String; 3] {
    ["received_usd", "pending_usd", "remaining_usd"].map(|field| usd(topup, field))
}
