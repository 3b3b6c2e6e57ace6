use std::collections::{HashMap, HashSet};

use cardium_app::reads::{Dispatch, ReadResult, StoredEvent, Visit};
use cardium_kernel::{EndpointId, EventId, Timestamp};
use cardium_webhooks::{Delivery, Endpoint, EndpointStatus, Lane};

use super::{by_ids, failed};
use crate::{
    db::{Bind, Connection, Kind, Record, Sql, Value},
    rows::{EventRow, Row, time},
};

/// What is due in leased lanes. At most one delivery of an event is part of a visit, so that a
/// replay and the original are never on the way together.
pub(super) fn visits(
    connection: &mut Connection,
    lanes: Vec<Lane>,
    now: Timestamp,
) -> ReadResult<Vec<Visit>> {
    let ids: Vec<u128> = lanes.iter().map(|lane| lane.endpoint.value()).collect();
    let endpoints: HashMap<EndpointId, Endpoint> = by_ids::<Endpoint>(connection, &ids)?
        .into_iter()
        .filter(|endpoint| endpoint.status == EndpointStatus::Enabled)
        .map(|endpoint| (endpoint.id, endpoint))
        .collect();
    let mut visits: HashMap<EndpointId, Visit> = HashMap::new();
    for lane in lanes {
        visits.insert(lane.endpoint, Visit { lane, dispatches: Vec::new(), gone: Vec::new() });
    }
    let mut seen: HashSet<(EndpointId, EventId)> = HashSet::new();
    for (delivery, event) in due(connection, &visits, now)? {
        let (Some(visit), Some(endpoint)) =
            (visits.get_mut(&delivery.endpoint), endpoints.get(&delivery.endpoint))
        else {
            continue;
        };
        match event {
            None => visit.gone.push(delivery),
            Some(event) if seen.insert((delivery.endpoint, delivery.event)) => {
                visit.dispatches.push(Dispatch { delivery, event, endpoint: endpoint.clone() });
            }
            Some(_) => {}
        }
    }
    Ok(visits.into_values().collect())
}

/// Due deliveries of these lanes, each with its event.
fn due(
    connection: &mut Connection,
    visits: &HashMap<EndpointId, Visit>,
    now: Timestamp,
) -> ReadResult<Vec<(Delivery, Option<StoredEvent>)>> {
    let records = if connection.is_postgres() {
        due_set(connection, visits, now)?
    } else {
        due_each(connection, visits, now)?
    };
    records.into_iter().map(read).collect()
}

fn due_set(
    connection: &mut Connection,
    visits: &HashMap<EndpointId, Visit>,
    now: Timestamp,
) -> ReadResult<Vec<Record>> {
    let most = visits.values().map(|visit| Value::Int(visit.lane.pace.visit())).collect();
    let text = format!(
        "SELECT {} FROM unnest(?, ?) AS l(endpoint_id, most) \
         CROSS JOIN LATERAL (SELECT * FROM webhook_deliveries d \
         WHERE d.endpoint_id = l.endpoint_id AND d.state = 'pending' AND d.next_attempt_at <= ? \
         ORDER BY d.next_attempt_at, d.id LIMIT l.most) AS d \
         LEFT JOIN events e ON e.id = d.event_id ORDER BY d.next_attempt_at, d.id",
        columns()
    );
    let sql = Sql::new(text)
        .ids(visits.keys().map(|endpoint| endpoint.value()))
        .with(Bind::Many(Kind::Int, most))
        .bind(time(now));
    connection.select(&sql, &kinds()).map_err(failed)
}

fn due_each(
    connection: &mut Connection,
    visits: &HashMap<EndpointId, Visit>,
    now: Timestamp,
) -> ReadResult<Vec<Record>> {
    let text = format!(
        "SELECT {} FROM webhook_deliveries d LEFT JOIN events e ON e.id = d.event_id \
         WHERE d.endpoint_id = ? AND d.state = 'pending' AND d.next_attempt_at <= ? \
         ORDER BY d.next_attempt_at, d.id LIMIT ?",
        columns()
    );
    let mut records = Vec::new();
    for (endpoint, visit) in visits {
        let sql = Sql::new(text.as_str()).id(endpoint.value()).bind(time(now));
        let sql = sql.int(visit.lane.pace.visit());
        records.extend(connection.select(&sql, &kinds()).map_err(failed)?);
    }
    Ok(records)
}

fn columns() -> String {
    format!("{}, {}", Delivery::TABLE.list_as("d"), EventRow::TABLE.list_as("e"))
}

fn kinds() -> Vec<Kind> {
    [Delivery::TABLE.kinds(), EventRow::TABLE.kinds()].concat()
}

fn read(mut record: Record) -> ReadResult<(Delivery, Option<StoredEvent>)> {
    let event = record.split_off(Delivery::TABLE.columns.len());
    let delivery = Delivery::read(record)?;
    if event.first() == Some(&Value::Null) {
        return Ok((delivery, None));
    }
    Ok((delivery, Some(EventRow::read(event)?.event)))
}
