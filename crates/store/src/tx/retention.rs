//! What is kept for a time: events, and deliveries of them.

use std::collections::BTreeMap;

use cardium_app::upkeep::RetentionStore;
use cardium_kernel::{IdSource, StoreError, Timestamp};

use super::{BatchTx, webhooks::WAITING};
use crate::db::{Bind, Connection, DbError, Fields, Kind, Sql, Value};

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
    /// is left has no gap.
    fn purge_events(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let connection = self.cold()?;
        let old = find_old(connection, before, limit)?;
        if old.ids.is_empty() {
            return Ok(0);
        }
        forget_waiting(connection, &old)?;
        forget_events(connection, &old)?;
        Ok(i64::try_from(old.ids.len()).unwrap_or(i64::MAX))
    }

    fn purge_deliveries(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let text = "DELETE FROM webhook_deliveries WHERE id IN \
                    (SELECT id FROM webhook_deliveries WHERE id < ? ORDER BY id LIMIT ?)";
        let sql = Sql::new(text).id(IdSource::floor(before)).int(limit);
        let purged = self.cold()?.execute(&sql)?;
        Ok(i64::try_from(purged).unwrap_or(i64::MAX))
    }
}

fn find_old(connection: &mut Connection, before: Timestamp, limit: i64) -> Result<Old, StoreError> {
    let lock = if connection.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let text = format!(
        "SELECT id, account_id, account_seq FROM events WHERE id < ? ORDER BY id LIMIT ?{lock}"
    );
    let sql = Sql::new(text).id(IdSource::floor(before)).int(limit);
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

/// An endpoint that was disabled since, or asked for an old event again, may still wait for one.
fn forget_waiting(connection: &mut Connection, old: &Old) -> Result<(), DbError> {
    let text = format!("DELETE FROM webhook_deliveries WHERE {WAITING}");
    let endpoints = "endpoint_id IN (SELECT id FROM webhook_endpoints WHERE account_id";
    if connection.is_postgres() {
        let sql = Sql::new(format!("{text} AND {endpoints} = ANY(?)) AND event_id = ANY(?)"));
        let sql = sql.ids(old.up_to.keys().copied()).ids(old.ids.iter().copied());
        connection.execute(&sql)?;
        return Ok(());
    }
    let events = "event_id IN (SELECT id FROM events WHERE account_id = ? AND account_seq <= ?)";
    let text = format!("{text} AND {endpoints} = ?) AND {events}");
    for (account, seq) in &old.up_to {
        let sql = Sql::new(text.as_str()).id(*account).id(*account).int(*seq);
        connection.execute(&sql)?;
    }
    Ok(())
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
