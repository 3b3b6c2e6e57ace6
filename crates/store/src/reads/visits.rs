use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use cardium_app::reads::{Dispatch, ReadResult, StoredEvent, Visit};
use cardium_kernel::{EndpointId, EventId, StoreError, Timestamp};
use cardium_webhooks::{Delivery, Endpoint, EndpointStatus, Lane};

use super::{failed, records_by_ids};
use crate::{
    db::{Bind, Connection, Kind, Record, Sql, Value},
    rows::{EventRow, Row, Table, time},
};

/// The most bytes of events that a visit takes, and one event more: some hundred visits are under
/// way at once.
const VISIT_BYTES: i64 = 512 * 1024;

/// What is due in leased lanes. At most one delivery of an event is part of a visit, so that a
/// replay and the original are never on the way together. A lane of which something does not
/// decode has no visit: it stays behind, and the others get on.
pub(super) fn visits(
    connection: &mut Connection,
    lanes: Vec<Lane>,
    now: Timestamp,
) -> ReadResult<Vec<Visit>> {
    let mut visits: HashMap<EndpointId, Visit> = HashMap::new();
    for lane in lanes {
        visits.insert(lane.endpoint, Visit { lane, dispatches: Vec::new(), gone: Vec::new() });
    }
    let endpoints = endpoints(connection, &mut visits)?;
    let mut seen: HashSet<(EndpointId, EventId)> = HashSet::new();
    for (delivery, event) in due(connection, &mut visits, now)? {
        let (Some(visit), Some(endpoint)) =
            (visits.get_mut(&delivery.endpoint), endpoints.get(&delivery.endpoint))
        else {
            continue;
        };
        match event {
            None => visit.gone.push(delivery),
            // An agent took the endpoint over with what was on its way to the account itself.
            Some(event) if !endpoint.may_be_told(&event.kind) => visit.gone.push(delivery),
            Some(event) if seen.insert((delivery.endpoint, delivery.event)) => {
                let endpoint = Arc::clone(endpoint);
                visit.dispatches.push(Dispatch { delivery, event, endpoint });
            }
            Some(_) => {}
        }
    }
    Ok(visits.into_values().collect())
}

/// The endpoints of these lanes that are enabled.
fn endpoints(
    connection: &mut Connection,
    visits: &mut HashMap<EndpointId, Visit>,
) -> ReadResult<HashMap<EndpointId, Arc<Endpoint>>> {
    let ids: Vec<u128> = visits.keys().map(|endpoint| endpoint.value()).collect();
    let records = records_by_ids::<Endpoint>(connection, &ids)?;
    let found = readable(visits, (&Endpoint::TABLE, "id"), records, Endpoint::read);
    let enabled = found.into_iter().filter(|found| found.status == EndpointStatus::Enabled);
    Ok(enabled.map(|endpoint| (endpoint.id, Arc::new(endpoint))).collect())
}

/// Due deliveries of these lanes, each with its event.
fn due(
    connection: &mut Connection,
    visits: &mut HashMap<EndpointId, Visit>,
    now: Timestamp,
) -> ReadResult<Vec<(Delivery, Option<StoredEvent>)>> {
    let records = if connection.is_postgres() {
        due_set(connection, visits, now)?
    } else {
        due_each(connection, visits, now)?
    };
    Ok(readable(visits, (&Delivery::TABLE, "endpoint_id"), records, read))
}

/// What decodes of these records, each of which says in a column whose it is. Whose does not is
/// left out of the visits: sent would be what could not be told from what was not.
fn readable<T>(
    visits: &mut HashMap<EndpointId, Visit>,
    (table, column): (&Table, &str),
    records: Vec<Record>,
    read: impl Fn(Record) -> Result<T, StoreError>,
) -> Vec<T> {
    let column = table.columns.iter().position(|(name, _)| *name == column);
    let mut found = Vec::new();
    for record in records {
        let owner = match column.and_then(|column| record.get(column)) {
            Some(Value::Id(id)) => Some(EndpointId::new(u128::from_be_bytes(*id))),
            _ => None,
        };
        match (read(record), owner) {
            (Ok(value), _) => found.push(value),
            (Err(error), Some(owner)) => {
                tracing::error!(endpoint.id = %owner, %error, "webhooks to an endpoint wait");
                visits.remove(&owner);
            }
            (Err(error), None) => tracing::error!(%error, "a row of webhooks is nobody's"),
        }
    }
    found
}

fn due_set(
    connection: &mut Connection,
    visits: &HashMap<EndpointId, Visit>,
    now: Timestamp,
) -> ReadResult<Vec<Record>> {
    let most = visits.values().map(|visit| Value::Int(visit.lane.pace.visit())).collect();
    let text = format!(
        "SELECT {} FROM unnest(?, ?) AS l(endpoint_id, most) CROSS JOIN LATERAL ({}) AS d {REST}",
        columns(),
        due_of("l.endpoint_id", "l.most")
    );
    let sql = Sql::new(text)
        .ids(visits.keys().map(|endpoint| endpoint.value()))
        .with(Bind::Many(Kind::Int, most))
        .bind(time(now))
        .int(VISIT_BYTES);
    connection.select(&sql, &kinds()).map_err(failed)
}

fn due_each(
    connection: &mut Connection,
    visits: &HashMap<EndpointId, Visit>,
    now: Timestamp,
) -> ReadResult<Vec<Record>> {
    let text = format!("SELECT {} FROM ({}) AS d {REST}", columns(), due_of("?", "?"));
    let mut records = Vec::new();
    for (endpoint, visit) in visits {
        let sql = Sql::new(text.as_str()).id(endpoint.value()).bind(time(now));
        let sql = sql.int(visit.lane.pace.visit()).int(VISIT_BYTES);
        records.extend(connection.select(&sql, &kinds()).map_err(failed)?);
    }
    Ok(records)
}

/// An endpoint's due deliveries, each with the bytes of the events before it. The length of a
/// column is known without reading it.
fn due_of(endpoint: &str, most: &str) -> String {
    format!(
        "SELECT s.*, SUM(s.bytes) OVER (ORDER BY s.next_attempt_at, s.id) - s.bytes AS before \
         FROM (SELECT d.*, COALESCE((SELECT LENGTH(o.object) FROM events o \
         WHERE o.id = d.event_id), 0) AS bytes FROM webhook_deliveries d \
         WHERE d.endpoint_id = {endpoint} AND d.state = 'pending' AND d.next_attempt_at <= ? \
         ORDER BY d.next_attempt_at, d.id LIMIT {most}) AS s"
    )
}

const REST: &str = "LEFT JOIN events e ON e.id = d.event_id WHERE d.before < ? \
                    ORDER BY d.next_attempt_at, d.id";

fn columns() -> String {
    format!("{}, {}", Delivery::TABLE.list_as("d"), EventRow::TABLE.list_as("e"))
}

fn kinds() -> Vec<Kind> {
    [Delivery::TABLE.kinds(), EventRow::TABLE.kinds()].concat()
}

fn read(mut record: Record) -> Result<(Delivery, Option<StoredEvent>), StoreError> {
    let event = record.split_off(Delivery::TABLE.columns.len());
    let delivery = Delivery::read(record)?;
    if event.first() == Some(&Value::Null) {
        return Ok((delivery, None));
    }
    Ok((delivery, Some(EventRow::read(event)?.event)))
}
