//! How far an account's events are on their way to one of its endpoints, for the write path and for
//! display alike.

use cardium_kernel::{AccountId, EventId, StoreError};
use cardium_webhooks::{Endpoint, EventProgress, EventRef, Progress, Recovery};

use crate::db::{Connection, DbError, Fields, Kind, Record, Sql};

/// The best of an event's deliveries: those that came of the event and those that were asked for
/// each have an index of their own.
const SELECT: &str = "SELECT e.id, e.account_id, e.object_id, e.account_seq, e.created_at, \
     e.kind, e.book, e.dispatched, \
     CAST(COALESCE((SELECT MAX(CASE d.state WHEN 'delivered' THEN 3 WHEN 'failed' THEN 1 ELSE 2 \
     END) FROM webhook_deliveries d WHERE d.endpoint_id = ? AND d.event_id = e.id \
     AND d.replayed = FALSE), 0) AS BIGINT), \
     CAST(COALESCE((SELECT MAX(CASE d.state WHEN 'delivered' THEN 3 WHEN 'failed' THEN 1 ELSE 2 \
     END) FROM webhook_deliveries d WHERE d.endpoint_id = ? AND d.event_id = e.id \
     AND d.replayed = TRUE), 0) AS BIGINT) \
     FROM events e WHERE e.account_id = ? AND e.account_seq > ? AND e.account_seq <= ? \
     ORDER BY e.account_seq LIMIT ?";

const KINDS: [Kind; 10] = [
    Kind::Id,
    Kind::Id,
    Kind::Id,
    Kind::Int,
    Kind::Int,
    Kind::Text,
    Kind::Int,
    Kind::Bool,
    Kind::Int,
    Kind::Int,
];

/// The first `limit` events of a range of the account's sequence.
pub(crate) fn progress_of(
    connection: &mut Connection,
    endpoint: &Endpoint,
    range: Recovery,
    limit: i64,
) -> Result<Vec<EventProgress>, DbError> {
    let id = endpoint.id.value();
    let sql = Sql::new(SELECT)
        .id(id)
        .id(id)
        .id(endpoint.account.value())
        .int(range.after)
        .int(range.until)
        .int(limit);
    let mut found = Vec::new();
    for record in connection.select(&sql, &KINDS)? {
        found.push(read(record)?);
    }
    Ok(found)
}

fn read(record: Record) -> Result<EventProgress, StoreError> {
    let mut fields = Fields::new("events", record);
    let event = EventRef {
        id: EventId::new(fields.id()?),
        account: AccountId::new(fields.id()?),
        object: fields.id()?,
        account_seq: fields.int()?,
        created_at: fields.time()?,
    };
    let (kind, book, dispatched) = (fields.text()?, fields.book()?, fields.bool()?);
    let progress = match fields.int()?.max(fields.int()?) {
        3 => Progress::Delivered,
        2 => Progress::Underway,
        1 => Progress::Failed,
        // Its deliveries are still to be made.
        _ if !dispatched => Progress::Underway,
        _ => Progress::NotSent,
    };
    Ok(EventProgress { event, kind, book, progress })
}
