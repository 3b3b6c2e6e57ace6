use std::collections::HashMap;

use cardium_app::EventType;

use super::{Check, Report, scan::Scan};
use crate::{OpenError, db::Kind};

/// I5: each account's events are numbered from one without a gap up to its counter, their
/// moments never run back, and each object's version rises.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    let counters = counters(check)?;
    let Events { seen, told } = events(check)?;
    for (account, counter) in &counters {
        let last = seen.get(account).copied().unwrap_or(0);
        if last != *counter {
            let detail = format!("account {account:032x} counts {counter} events and has {last}");
            check.report.find("I5", detail);
        }
    }
    for account in seen.keys().filter(|account| !counters.contains_key(account)) {
        check.report.find("I5", format!("account {account:032x} has events and no counter"));
    }
    transactions(check, told)
}

fn counters(check: &mut Check<'_>) -> Result<HashMap<u128, i64>, OpenError> {
    let scan = Scan {
        stage: "account_sequences",
        columns: "account_id, event_seq",
        from: "account_sequences",
        keys: &["account_id"],
        kinds: &[Kind::Id, Kind::Int],
    };
    let mut counters = HashMap::new();
    check.scan(&scan, |_, mut fields| {
        counters.insert(fields.id()?, fields.int()?);
        Ok(())
    })?;
    Ok(counters)
}

#[derive(Default)]
struct Account {
    id: u128,
    last_seq: i64,
    last_at: i64,
    versions: HashMap<u128, i64>,
}

#[derive(Default)]
struct Events {
    /// The last event of each account.
    seen: HashMap<u128, i64>,
    /// How many events tell of each transaction.
    told: HashMap<u128, u32>,
}

fn events(check: &mut Check<'_>) -> Result<Events, OpenError> {
    let scan = Scan {
        stage: "events",
        columns: "account_id, account_seq, object_id, object_version, created_at, kind",
        from: "events",
        keys: &["account_id", "account_seq"],
        kinds: &[Kind::Id, Kind::Int, Kind::Id, Kind::Int, Kind::Int, Kind::Text],
    };
    let mut events = Events::default();
    let mut account = Account::default();
    check.scan(&scan, |report, mut fields| {
        let (id, seq) = (fields.id()?, fields.int()?);
        let (object, version, at) = (fields.id()?, fields.int()?, fields.int()?);
        if id != account.id {
            account = Account { id, ..Account::default() };
        }
        follow(report, &mut account, (seq, at), (object, version));
        let kind = fields.text()?;
        // That the decision endpoint was late is told beside the step itself.
        let beside = kind == EventType::TransactionHookLate.as_str();
        if kind.starts_with("transaction.") && !beside {
            *events.told.entry(object).or_default() += 1;
        }
        events.seen.insert(id, seq);
        Ok(())
    })?;
    Ok(events)
}

fn follow(
    report: &mut Report,
    account: &mut Account,
    (seq, at): (i64, i64),
    (object, version): (u128, i64),
) {
    let id = account.id;
    if seq != account.last_seq.saturating_add(1) {
        let detail = format!("account {id:032x}: event {seq} follows {}", account.last_seq);
        report.find("I5", detail);
    }
    if at < account.last_at {
        report.find("I5", format!("account {id:032x}: event {seq} is dated before the last"));
    }
    let before = account.versions.insert(object, version);
    // An account's own object does not change when it signs in or out.
    if before.is_some_and(|before| version < before) {
        report.find("I5", format!("object {object:032x}: version {version} after {before:?}"));
    }
    (account.last_seq, account.last_at) = (seq, at);
}

/// Each transaction was told of by one event, and no event tells of a missing one.
fn transactions(check: &mut Check<'_>, mut told: HashMap<u128, u32>) -> Result<(), OpenError> {
    let scan = Scan {
        stage: "transactions",
        columns: "id",
        from: "transactions",
        keys: &["id"],
        kinds: &[Kind::Id],
    };
    check.scan(&scan, |report, mut fields| {
        let id = fields.id()?;
        let events = told.remove(&id).unwrap_or(0);
        if events != 1 {
            report.find("I5", format!("transaction {id:032x} has {events} events"));
        }
        Ok(())
    })?;
    for id in told.into_keys() {
        check.report.find("I5", format!("an event tells of unknown transaction {id:032x}"));
    }
    Ok(())
}
