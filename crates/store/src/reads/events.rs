//! The event stream: an account's events by their dense numbers.

use cardium_app::reads::{ReadResult, STRETCH, StoredEvent, Stretch, StretchQuery};
use cardium_kernel::{AccountId, EventId};

use super::{all, failed, first, select};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{EventRow, book},
};

/// A stretch of events. Numbers are dense, so that bounds on them bound the rows that are looked
/// at, whatever the filters let through.
pub(super) fn read_events(
    connection: &mut Connection,
    query: &StretchQuery,
) -> ReadResult<Stretch> {
    let last = last_event_seqs(connection, &[query.account])?;
    let last = last.first().map_or(0, |(_, seq)| *seq);
    let oldest = oldest(connection, query.account)?.unwrap_or_else(|| last.saturating_add(1));
    let after = query.after.unwrap_or_else(|| oldest.saturating_sub(1));
    let until = after.saturating_add(STRETCH).min(last);
    let events = between(connection, query, (after, until))?;
    let is_full = events.len() >= usize::from(query.limit.get());
    let read_to = match events.last().filter(|_| is_full) {
        Some(event) => event.account_seq,
        None => until.max(after),
    };
    Ok(Stretch { events, oldest, read_to, last })
}

fn oldest(connection: &mut Connection, account: AccountId) -> ReadResult<Option<i64>> {
    let text = "SELECT account_seq FROM events WHERE account_id = ? ORDER BY account_seq LIMIT 1";
    let sql = Sql::new(text).id(account.value());
    let record = connection.first(&sql, &[Kind::Int]).map_err(failed)?;
    Ok(record.map(|record| Fields::new("events", record).int()).transpose()?)
}

fn between(
    connection: &mut Connection,
    query: &StretchQuery,
    (after, until): (i64, i64),
) -> ReadResult<Vec<StoredEvent>> {
    let mut rest = "account_id = ? AND account_seq > ? AND account_seq <= ?".to_owned();
    let kinds = padded(query.kinds.iter().map(|kind| Value::text(kind.as_str())).collect());
    if !kinds.is_empty() {
        rest.push_str(&format!(" AND kind IN ({})", marks(&kinds)));
    }
    let hidden = padded(query.reader.hidden().map(|kind| Value::text(kind.as_str())).collect());
    if !hidden.is_empty() {
        rest.push_str(&format!(" AND kind NOT IN ({})", marks(&hidden)));
    }
    if query.book.is_some() {
        rest.push_str(" AND book = ?");
    }
    rest.push_str(" ORDER BY account_seq LIMIT ?");
    let sql = Sql::new(select::<EventRow>(&rest)).id(query.account.value()).int(after).int(until);
    let sql = kinds.into_iter().chain(hidden).fold(sql, Sql::bind);
    let sql = query.book.into_iter().map(book).fold(sql, Sql::bind);
    let rows = all::<EventRow>(connection, &sql.int(i64::from(query.limit.get())))?;
    Ok(rows.into_iter().map(|row| row.event).collect())
}

pub(super) fn find_event(
    connection: &mut Connection,
    account: AccountId,
    id: EventId,
) -> ReadResult<Option<StoredEvent>> {
    let sql = Sql::new(select::<EventRow>("id = ? AND account_id = ?"));
    let sql = sql.id(id.value()).id(account.value());
    Ok(first::<EventRow>(connection, &sql)?.map(|row| row.event))
}

pub(super) fn last_event_seqs(
    connection: &mut Connection,
    accounts: &[AccountId],
) -> ReadResult<Vec<(AccountId, i64)>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let text = "SELECT account_id, event_seq FROM account_sequences WHERE account_id";
    let ids = accounts.iter().map(|account| account.value());
    let sql = if connection.is_postgres() {
        Sql::new(format!("{text} = ANY(?)")).ids(ids)
    } else {
        let ids = padded(ids.map(Value::id).collect());
        let sql = Sql::new(format!("{text} IN ({})", marks(&ids)));
        ids.into_iter().fold(sql, Sql::bind)
    };
    let records = connection.select(&sql, &[Kind::Id, Kind::Int]).map_err(failed)?;
    let read = |record| {
        let mut fields = Fields::new("account_sequences", record);
        Ok((AccountId::new(fields.id()?), fields.int()?))
    };
    records.into_iter().map(read).collect()
}

/// The values, the last one repeated up to the next power of two. Statements are cached under their
/// text, and so there are a dozen of texts and not one for each number of values.
fn padded<'a>(mut values: Vec<Value<'a>>) -> Vec<Value<'a>> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

fn marks(values: &[Value<'_>]) -> String {
    vec!["?"; values.len()].join(", ")
}
