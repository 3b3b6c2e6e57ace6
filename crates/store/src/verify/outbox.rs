use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use cardium_app::EventType;
use cardium_kernel::{IdSource, Timestamp};
use cardium_webhooks::REPLAYABLE;

use super::{Check, Report, scan::Scan};
use crate::{OpenError, db::Kind};

/// By how much what is purged may lie behind what this clock would purge.
const MARGIN: Duration = Duration::from_secs(300);

/// I5: each account's events are numbered without a gap up to its counter, their moments never run
/// back, and each object's version rises. They begin with one, but for accounts of which the first
/// ones can have grown old and been purged. How far that went is written down nowhere: of an
/// account that is as old the first events, or all of them, may be missing for another reason.
pub(super) fn check(check: &mut Check<'_>, now: Timestamp) -> Result<(), OpenError> {
    let Counters { events: counters, latest } = counters(check)?;
    // The clock of whoever purged may have been ahead of this one, and may purge meanwhile.
    let latest = now.max(latest).after(MARGIN);
    let kept_since = Horizon(IdSource::floor(latest.before(REPLAYABLE)));
    let Events { seen, told, cut } = events(check, kept_since)?;
    for (account, counter) in &counters {
        let last = seen.get(account).copied();
        let purged = last.is_none() && kept_since.is_before(*account);
        if last.unwrap_or(0) != *counter && !purged {
            let last = last.unwrap_or(0);
            let detail = format!("account {account:032x} counts {counter} events and has {last}");
            check.report.find("I5", detail);
        }
    }
    for account in seen.keys().filter(|account| !counters.contains_key(account)) {
        check.report.find("I5", format!("account {account:032x} has events and no counter"));
    }
    let is_purged = |account, id| {
        kept_since.is_before(id) && (cut.contains(&account) || !seen.contains_key(&account))
    };
    transactions(check, told, is_purged)
}

/// The least id of the moment since which every event is kept.
#[derive(Debug, Clone, Copy)]
struct Horizon(u128);

impl Horizon {
    /// Whether what has this id, and whatever was told of it then, lies before that moment.
    const fn is_before(self, id: u128) -> bool {
        id < self.0
    }
}

struct Counters {
    /// How many events each account had.
    events: HashMap<u128, i64>,
    /// The latest moment that any account knows of.
    latest: Timestamp,
}

fn counters(check: &mut Check<'_>) -> Result<Counters, OpenError> {
    let scan = Scan {
        stage: "account_sequences",
        columns: "account_id, event_seq, last_at",
        from: "account_sequences",
        keys: &["account_id"],
        kinds: &[Kind::Id, Kind::Int, Kind::Int],
    };
    let mut counters = Counters { events: HashMap::new(), latest: Timestamp::EPOCH };
    check.scan(&scan, |_, mut fields| {
        counters.events.insert(fields.id()?, fields.int()?);
        counters.latest = counters.latest.max(fields.time()?);
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
    /// Old accounts whose first events are not there.
    cut: HashSet<u128>,
}

fn events(check: &mut Check<'_>, kept_since: Horizon) -> Result<Events, OpenError> {
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
            if seq > 1 && kept_since.is_before(id) {
                account.last_seq = seq.saturating_sub(1);
                events.cut.insert(id);
            }
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

/// Each transaction was told of by one event, unless that was purged, and no event tells of a
/// missing one.
fn transactions(
    check: &mut Check<'_>,
    mut told: HashMap<u128, u32>,
    is_purged: impl Fn(u128, u128) -> bool,
) -> Result<(), OpenError> {
    let scan = Scan {
        stage: "transactions",
        columns: "id, account_id",
        from: "transactions",
        keys: &["id"],
        kinds: &[Kind::Id, Kind::Id],
    };
    check.scan(&scan, |report, mut fields| {
        let (id, account) = (fields.id()?, fields.id()?);
        let events = told.remove(&id).unwrap_or(0);
        if events != 1 && !(events == 0 && is_purged(account, id)) {
            report.find("I5", format!("transaction {id:032x} has {events} events"));
        }
        Ok(())
    })?;
    for id in told.into_keys() {
        check.report.find("I5", format!("an event tells of unknown transaction {id:032x}"));
    }
    Ok(())
}
