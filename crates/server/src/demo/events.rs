//! What the account's lists and its subscribers were told.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use super::{
    DemoError, Tour,
    api::Api,
    check::{differs, same, text},
    receiver::Receiver,
    report::Step,
};

/// Newest first.
const TRANSACTIONS: [&str; 6] =
    ["declined", "declined", "reversed", "authorized", "captured", "authorized"];
/// By `account_seq`. The account's first event is older than its webhook.
const EVENTS: [&str; 15] = [
    "topup.created",
    "topup.confirmed",
    "card.issued",
    "card.loaded",
    "transaction.authorized",
    "transaction.captured",
    "transaction.authorized",
    "transaction.reversed",
    "card.frozen",
    "transaction.declined",
    "card.unfrozen",
    "transaction.declined",
    "withdrawal.created",
    "withdrawal.broadcasted",
    "withdrawal.confirmed",
];
/// The `account_seq` of the first of them.
const FIRST_SEQ: i64 = 2;
/// How long deliveries may take.
const SOON: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(25);

impl Tour<'_> {
    /// One object for each step on the card network.
    pub(super) async fn check_transactions(&mut self) -> Result<(), DemoError> {
        let listed = list(&self.api);
        self.report.step("List the transactions", listed).await
    }

    /// Every event of the story arrived, signed, without a gap.
    pub(super) async fn check_events(&mut self) -> Result<(), DemoError> {
        let received = receive(&self.receiver, &self.secret);
        self.report.step("Check the webhooks", received).await
    }
}

async fn list(api: &Api) -> Step<()> {
    let list = api.get("/v1/transactions?limit=100").await?;
    let data = list.get("data").and_then(Value::as_array);
    let data = data.ok_or_else(|| differs("data", "a list", &list))?;
    let statuses: Result<Vec<&str>, DemoError> =
        data.iter().map(|step| text(step, "status")).collect();
    same("the transactions", &TRANSACTIONS.as_slice(), &statuses?.as_slice())?;
    Ok(((), format!("{} of them", TRANSACTIONS.len())))
}

async fn receive(receiver: &Receiver, secret: &str) -> Step<()> {
    let deadline = Instant::now() + SOON;
    let mut told = told_by(receiver, secret)?;
    while told.len() < EVENTS.len() && Instant::now() < deadline {
        tokio::time::sleep(POLL).await;
        told = told_by(receiver, secret)?;
    }
    let names: Vec<&str> = told.values().map(String::as_str).collect();
    same("the events", &EVENTS.as_slice(), &names.as_slice())?;
    let sequence: Vec<i64> = (FIRST_SEQ..).take(EVENTS.len()).collect();
    same("account_seq", &sequence, &told.into_keys().collect())?;
    Ok(((), format!("{} events, all signed, no gap", EVENTS.len())))
}

/// Names of the events by `account_seq`. An event may come more than once, and in any order.
fn told_by(receiver: &Receiver, secret: &str) -> Result<BTreeMap<i64, String>, DemoError> {
    let mut told = BTreeMap::new();
    for webhook in receiver.received() {
        let event = webhook.verified(secret)?;
        let seq = event.get("account_seq").and_then(Value::as_i64);
        let seq = seq.ok_or_else(|| differs("account_seq", "a number", &event))?;
        if seq >= FIRST_SEQ {
            told.insert(seq, text(&event, "type")?.to_owned());
        }
    }
    Ok(told)
}
