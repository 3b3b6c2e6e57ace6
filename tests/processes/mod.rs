//! Server processes beside each other and after each other: two on one PostgreSQL, one that is
//! stopped in its tracks, and restarts that drop nothing.

mod announcing;
mod draining;
mod limiting;
mod revoking;
mod rotating;
mod sharing;
mod stopping;
mod streaming;
mod uploading;

use serde_json::json;

use crate::support::{
    customer::{Card, Customer, Reply, dollars},
    eventually,
};

/// Loads a card under this key until the answer is no longer "not now".
fn load_once(customer: &Customer, card: &Card, cents: i64, key: &str) -> Reply {
    eventually("an answer to a load", || {
        let body = json!({"amount_usd": dollars(cents)});
        let reply = customer.send("POST", &card.path("load"), Some(&body), Some(key));
        reply.ok().filter(|reply| reply.status != 503)
    })
}
