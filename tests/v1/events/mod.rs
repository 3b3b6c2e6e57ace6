//! `/v1/events`: the stream of what happened, and whoever waits for the next event.

mod expired;
mod listening;
mod stream;
mod waiting;

use serde_json::Value;

use crate::support::{Client, items, text};

/// A stretch of the stream.
#[track_caller]
fn read(client: &Client, query: &str) -> Value {
    client.get(&format!("/v1/events{query}")).expect(200)
}

/// The numbers of a stretch's events.
#[track_caller]
fn numbers(stretch: &Value) -> Vec<i64> {
    items(stretch).iter().map(|event| number(event, "account_seq")).collect()
}

/// The types of a stretch's events.
#[track_caller]
fn kinds(stretch: &Value) -> Vec<&str> {
    items(stretch).iter().map(|event| text(event, "type")).collect()
}

#[track_caller]
fn number(object: &Value, field: &str) -> i64 {
    object[field].as_i64().unwrap_or_else(|| panic!("{field} is no number: {object}"))
}

/// Whether there is more, up to which number was read, and the last one.
#[track_caller]
fn ends(stretch: &Value) -> (bool, i64, i64) {
    let has_more = stretch["has_more"].as_bool().expect("true or false");
    (has_more, number(stretch, "next_after_seq"), number(stretch, "last_seq"))
}
