//! What is kept for a time: events, and deliveries of them.

use std::collections::BTreeMap;

use cardium_app::upkeep::RetentionStore;
use cardium_kernel::{AccountId, EndpointId, IdSource, StoreError, Timestamp};
use cardium_webhooks::{DeliveryStore, Subject};

use super::{BatchTx, deliveries::ordered, webhooks::waiting};
use crate::{
    db::{Alone, Bind, Connection, DbError, Fields, Kind, Sql, Value},
    rows::time,
};

/// Events that are old enough to go: their ids, and how far each account's sequence goes with them.
#[derive(Default)]
struct Old {
    ids: Vec<u128>,
    /// The greatest number of each account.
    up_to: BTreeMap<u128, i64>,
}

impl RetentionStore for BatchTx<'_> {
    /// Ids are those of the moment of submission, so that the oldest are found by the primary key.
    /// Commands that were submitted in one order and committed in another make the ids of one
    /// account differ from the order of its numbers; so all numbers up to the greatest go, and what
    /// is left has no gap. Moments never fall from one number to the next: an event that a clock
    /// far behind gave its id is as young as it says, and takes none with it.
    ///
    /// Lanes are locked before what waits in them is looked at, as for results: else something
    /// could be queued meanwhile behind what goes here. One transaction at a time does this.
    fn purge_events(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        if !self.cold()?.begin_alone(Alone::Purge)? {
            return Ok(0);
        }
        let old = find_old(self.cold()?, before, limit)?;
        if old.ids.is_empty() {
            return Ok(0);
        }
        let accounts: Vec<_> = old.up_to.keys().copied().map(AccountId::new).collect();
        self.lock_lanes_of(&accounts)?;
        let connection = self.cold()?;
        let behind = forget_waiting(connection, &old)?;
        forget_events(connection, &old)?;
        self.go_on(&behind, before)?;
        Ok(i64::try_from(old.ids.len()).unwrap_or(i64::MAX))
    }

    fn purge_deliveries(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let text = "DELETE FROM webhook_deliveries WHERE id IN \
                    (SELECT id FROM webhook_deliveries WHERE id < ? \
                    AND state IN ('delivered', 'failed') ORDER BY id LIMIT ?)";
        let sql = Sql::new(text).id(IdSource::floor(before)).int(limit);
        let purged = self.cold()?.execute(&sql)?;
        Ok(i64::try_from(purged).unwrap_or(i64::MAX))
    }
}

impl BatchTx<'_> {
    /// What waited behind a delivery that is gone has its turn.
    fn go_on(&mut self, subjects: &[Subject], now: Timestamp) -> Result<(), StoreError> {
        if subjects.is_empty() {
            return Ok(());
        }
        self.let_next_go(subjects, now)?;
        let endpoints: Vec<EndpointId> = subjects.iter().map(|(endpoint, _)| *endpoint).collect();
        self.wake_lanes(&endpoints, now)
    }
}

fn find_old(connection: &mut Connection, before: Timestamp, limit: i64) -> Result<Old, StoreError> {
    let text = "SELECT id, account_id, account_seq FROM events WHERE id < ? AND created_at < ? \
                ORDER BY id LIMIT ?";
    let sql = Sql::new(text).id(IdSource::floor(before)).bind(time(before)).int(limit);
    let mut old = Old::default();
    for record in connection.select(&sql, &[Kind::Id, Kind::Id, Kind::Int])? {
        let mut fields = Fields::new("events", record);
        let (id, account, seq) = (fields.id()?, fields.id()?, fields.int()?);
        old.ids.push(id);
        let up_to = old.up_to.entry(account).or_insert(seq);
        *up_to = seq.max(*up_to);
    }
    Ok(old)
}

/// What an account's endpoints have of its events up to a number; SQLite.
pub(super) const OF_ACCOUNT: &str = "endpoint_id IN (SELECT id FROM webhook_endpoints \
    WHERE account_id = ?) AND event_id IN (SELECT id FROM events \
    WHERE account_id = ? AND account_seq <= ?)";

/// An endpoint that was disabled since, or asked for an old event again, may still wait for one.
/// Gives what ordered ones among them told of.
fn forget_waiting(connection: &mut Connection, old: &Old) -> Result<Vec<Subject>, StoreError> {
    if connection.is_postgres() {
        let of = "endpoint_id IN (SELECT id FROM webhook_endpoints WHERE account_id = ANY(?)) \
                  AND event_id IN (SELECT e.id FROM events e JOIN unnest(?, ?) \
                  AS u(account_id, account_seq) ON e.account_id = u.account_id \
                  AND e.account_seq <= u.account_seq)";
        return forget(connection, of, |sql| {
            let accounts = || old.up_to.keys().copied();
            let numbers = old.up_to.values().map(|seq| Value::Int(*seq)).collect();
            sql.ids(accounts()).ids(accounts()).with(Bind::Many(Kind::Int, numbers))
        });
    }
    let mut ordered = Vec::new();
    for (account, seq) in &old.up_to {
        let bind = |sql: Sql<'static>| sql.id(*account).id(*account).int(*seq);
        ordered.extend(forget(connection, OF_ACCOUNT, bind)?);
    }
    ordered.sort_unstable();
    Ok(ordered)
}

/// Removes waiting deliveries that meet a condition; gives what ordered ones among them told of.
fn forget(
    connection: &mut Connection,
    of: &str,
    bind: impl Fn(Sql<'static>) -> Sql<'static>,
) -> Result<Vec<Subject>, StoreError> {
    let text = subjects_of(ordered(connection), of);
    let records = connection.select(&bind(Sql::new(text)), &[Kind::Id, Kind::Id])?;
    for waiting in waiting(connection) {
        connection.execute(&bind(Sql::new(delete_of(waiting, of))))?;
    }
    let subject = |record| {
        let mut fields = Fields::new("webhook_deliveries", record);
        Ok((EndpointId::new(fields.id()?), fields.id()?))
    };
    records.into_iter().map(subject).collect()
}

pub(super) fn subjects_of(ordered: &str, of: &str) -> String {
    format!(
        "SELECT DISTINCT endpoint_id, object_id FROM webhook_deliveries WHERE {ordered} AND {of} \
         ORDER BY endpoint_id, object_id"
    )
}

pub(super) fn delete_of(waiting: &str, of: &str) -> String {
    format!("DELETE FROM webhook_deliveries WHERE {waiting} AND {of}")
}

fn forget_events(connection: &mut Connection, old: &Old) -> Result<(), DbError> {
    if connection.is_postgres() {
        let text = "DELETE FROM events AS e USING unnest(?, ?) AS u(account_id, account_seq) \
                    WHERE e.account_id = u.account_id AND e.account_seq <= u.account_seq";
        let numbers = old.up_to.values().map(|seq| Value::Int(*seq)).collect();
        let sql = Sql::new(text).ids(old.up_to.keys().copied());
        connection.execute(&sql.with(Bind::Many(Kind::Int, numbers)))?;
        return Ok(());
    }
    for (account, seq) in &old.up_to {
        let text = "DELETE FROM events WHERE account_id = ? AND account_seq <= ?";
        connection.execute(&Sql::new(text).id(*account).int(*seq))?;
    }
    Ok(())
}
