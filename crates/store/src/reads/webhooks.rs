use cardium_app::reads::{
    ByCreation, DeliveryFilter, LaneOf, ListQuery, LoggedDelivery, ProgressStretch, ReadResult,
    WebhookFilter,
};
use cardium_kernel::{AccountId, EndpointId, Page, StoreError, Timestamp};
use cardium_webhooks::{Delivery, DeliveryState, Endpoint, EndpointStatus, Patience, Recovery};

use super::{
    failed,
    list::{List, page, text},
};
use crate::{
    db::{Connection, Fields, Kind, Record, Sql, Value},
    progress::progress_of,
    rows::{Row, book, time},
};

/// Endpoints with their lanes.
const WITH_LANE: &str = "webhook_endpoints w LEFT JOIN webhook_lanes l ON l.endpoint_id = w.id";

fn with_lane() -> (String, Vec<Kind>) {
    let mut kinds = Endpoint::TABLE.kinds();
    kinds.push(Kind::Int);
    (format!("{}, l.failing_since", Endpoint::TABLE.list_as("w")), kinds)
}

fn read_with_lane(record: Record) -> Result<(Endpoint, Option<Timestamp>), StoreError> {
    let mut fields = Fields::new(Endpoint::TABLE.name, record);
    Ok((Endpoint::decode(&mut fields)?, fields.optional(Fields::time)?))
}

pub(super) fn find_webhook(
    connection: &mut Connection,
    account: AccountId,
    id: EndpointId,
) -> ReadResult<Option<(Endpoint, Option<Timestamp>)>> {
    let (columns, kinds) = with_lane();
    let text = format!("SELECT {columns} FROM {WITH_LANE} WHERE w.id = ? AND w.account_id = ?");
    let sql = Sql::new(text).id(id.value()).id(account.value());
    let record = connection.first(&sql, &kinds).map_err(failed)?;
    Ok(record.map(read_with_lane).transpose()?)
}

pub(super) fn list_webhooks(
    connection: &mut Connection,
    query: &ListQuery<WebhookFilter, ByCreation>,
) -> ReadResult<Page<(Endpoint, Option<Timestamp>)>> {
    let (columns, kinds) = with_lane();
    let mut list = List::new(&columns, WITH_LANE, "w.id");
    list.and("w.account_id = ?", Value::id(query.account.value()));
    let enabled = |status| Value::Bool(status == EndpointStatus::Enabled);
    list.and_some("w.enabled = ?", query.filter.status, enabled);
    list.and_some("w.mode = ?", query.filter.mode, book);
    list.and_some("(w.mode IS NULL OR w.mode = ?)", query.filter.seen_by, book);
    list.between("w.created_at", query);
    let sort = ("w.created_at", Kind::Int);
    let records = list.fetch(connection, query, sort, &kinds)?;
    page(records, query, |record| Ok(read_with_lane(record)?))
}

pub(super) fn list_deliveries(
    connection: &mut Connection,
    query: &ListQuery<DeliveryFilter, ByCreation>,
) -> ReadResult<Page<LoggedDelivery>> {
    let list = deliveries_of(query);
    let mut kinds = Delivery::TABLE.kinds();
    kinds.push(Kind::Text);
    let records = list.fetch(connection, query, ("d.created_at", Kind::Int), &kinds)?;
    page(records, query, |record| {
        let mut fields = Fields::new(Delivery::TABLE.name, record);
        let delivery = Delivery::decode(&mut fields)?;
        Ok(LoggedDelivery { delivery, kind: fields.text()? })
    })
}

/// No page reads an endpoint's whole history. An event's deliveries are found by indexes of their
/// own. So is what did not arrive, which the words of its index say: SQLite does not conclude them.
/// What an event says is in no index of deliveries, so it is asked of the newest alone.
pub(super) fn deliveries_of(query: &ListQuery<DeliveryFilter, ByCreation>) -> List {
    let filter = &query.filter;
    let columns = format!("{}, e.kind", Delivery::TABLE.list_as("d"));
    let from = "webhook_deliveries d JOIN events e ON e.id = d.event_id";
    let mut list = List::new(&columns, from, "d.id");
    let endpoint = Value::id(filter.endpoint.value());
    list.and(owner(filter), endpoint.clone());
    list.and("d.account_id = ?", Value::id(query.account.value()));
    list.and_some("d.state = ?", filter.state, |state| text(state.as_str()));
    if filter.state.is_some_and(|state| state != DeliveryState::Delivered) {
        list.and_plain("d.state <> 'delivered'");
    }
    if let Some(event) = filter.event {
        let event = Value::id(event.value());
        list.and_all(OF_EVENT, [endpoint.clone(), event.clone(), endpoint, event]);
    } else if filter.kind.is_some() || filter.book.is_some() {
        let before = query.created_before.map_or(i64::MAX, Timestamp::unix_micros);
        list.and_all(AMONG_NEWEST, [endpoint, Value::Int(before), Value::Int(NEWEST)]);
    }
    list.and_some("e.kind = ?", filter.kind, |kind| text(kind.as_str()));
    list.and_some("e.book = ?", filter.book, book);
    list.between("d.created_at", query);
    list
}

/// The endpoint's own; where the ids are known, in words that lead to no index.
const fn owner(filter: &DeliveryFilter) -> &'static str {
    if filter.event.is_some() { "COALESCE(d.endpoint_id, d.id) = ?" } else { "d.endpoint_id = ?" }
}

/// An event's deliveries, of which there are two indexes.
const OF_EVENT: &str = "d.id IN (SELECT id FROM webhook_deliveries WHERE endpoint_id = ? \
    AND event_id = ? AND replayed = FALSE UNION ALL SELECT id FROM webhook_deliveries \
    WHERE endpoint_id = ? AND event_id = ? AND replayed = TRUE)";

/// How many deliveries are asked for what their events say.
const NEWEST: i64 = 10_000;
const AMONG_NEWEST: &str = "d.created_at >= (SELECT COALESCE(MIN(created_at), 0) FROM \
    (SELECT created_at FROM webhook_deliveries WHERE endpoint_id = ? AND created_at < ? \
    ORDER BY created_at DESC, id DESC LIMIT ?) AS newest)";

pub(super) fn webhook_progress(
    connection: &mut Connection,
    endpoint: &Endpoint,
    after: i64,
    limit: i64,
) -> ReadResult<ProgressStretch> {
    let sql =
        Sql::new("SELECT COALESCE(MAX(event_seq), 0) FROM account_sequences WHERE account_id = ?");
    let last = connection.integer(&sql.id(endpoint.account.value())).map_err(failed)?;
    let range = Recovery { after, until: last };
    let events = progress_of(connection, endpoint, range, limit).map_err(failed)?;
    Ok(ProgressStretch { events, last })
}

/// As [`Endpoint::judge`] decides once more; whatever is found here has something coming.
pub(super) fn failing_webhooks(
    connection: &mut Connection,
    patience: Patience,
    now: Timestamp,
    limit: i64,
) -> ReadResult<Vec<LaneOf>> {
    let grace = patience.disable_after.saturating_sub(patience.warn_after);
    let text = "SELECT l.endpoint_id, l.account_id FROM webhook_lanes l \
                JOIN webhook_endpoints w ON w.id = l.endpoint_id AND w.enabled = TRUE \
                WHERE l.failing_since <= ? AND (w.warned_at IS NULL \
                OR w.warned_at < l.failing_since \
                OR (l.failing_since <= ? AND w.warned_at <= ?)) \
                AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = l.endpoint_id \
                AND d.state = 'pending' AND d.next_attempt_at > ?) \
                ORDER BY l.failing_since LIMIT ?";
    let sql = Sql::new(text)
        .bind(time(now.before(patience.warn_after)))
        .bind(time(now.before(patience.disable_after)))
        .bind(time(now.before(grace)))
        .bind(time(now))
        .int(limit);
    lanes(connection, &sql)
}

pub(super) fn recovering_webhooks(
    connection: &mut Connection,
    limit: i64,
) -> ReadResult<Vec<LaneOf>> {
    let text = "SELECT l.endpoint_id, l.account_id FROM webhook_lanes l \
                JOIN webhook_endpoints w ON w.id = l.endpoint_id AND w.enabled = TRUE \
                WHERE l.recover_until IS NOT NULL ORDER BY l.endpoint_id LIMIT ?";
    lanes(connection, &Sql::new(text).int(limit))
}

fn lanes(connection: &mut Connection, sql: &Sql<'_>) -> ReadResult<Vec<LaneOf>> {
    let records = connection.select(sql, &[Kind::Id, Kind::Id]).map_err(failed)?;
    let lane = |record| {
        let mut fields = Fields::new("webhook_lanes", record);
        Ok((EndpointId::new(fields.id()?), AccountId::new(fields.id()?)))
    };
    records.into_iter().map(lane).collect()
}
