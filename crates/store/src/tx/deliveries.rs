use std::{collections::HashSet, time::Duration};

use cardium_kernel::{AccountId, EndpointId, EventId, StoreError, Timestamp};
use cardium_webhooks::{
    Care, Delivery, DeliveryState, DeliveryStore, Endpoint, EventRef, Lane, Released, Subject,
    Undispatched,
};

use super::{BatchTx, cold::execute_for};
use crate::{
    batch::insert_rows,
    db::{Alone, Bind, Connection, DbError, Fields, Kind, Record, Sql, Value},
    rows::{LANE, Row, attempt_log, is_careful, lane, time},
};

/// The columns of an [`EventRef`].
pub(super) const EVENT: &str = "id, account_id, object_id, account_seq, created_at";
pub(super) const EVENT_KINDS: [Kind; 5] = [Kind::Id, Kind::Id, Kind::Id, Kind::Int, Kind::Int];

/// Ordered deliveries on their way: word for word as the index `webhook_deliveries_ordered` has it.
pub(super) const ORDERED: &str = "ordered = TRUE AND state IN ('pending', 'queued')";

/// Conditions as above for a statement on one endpoint or some. SQLite keeps no statistics: without
/// a bound on the index's second column it takes another index, and reads an endpoint's whole
/// history.
pub(super) const fn ordered(connection: &Connection) -> &'static str {
    if connection.is_postgres() { ORDERED } else { ORDERED_BOUND }
}

pub(super) const ORDERED_BOUND: &str =
    "ordered = TRUE AND state IN ('pending', 'queued') AND object_id >= x''";

/// When the first of a lane's deliveries is due, if its endpoint gets anything: one look into an
/// index each.
const FIRST_DUE: &str = "(SELECT CASE WHEN w.enabled = TRUE THEN (SELECT d.next_attempt_at \
    FROM webhook_deliveries d WHERE d.endpoint_id = l.endpoint_id AND d.state = 'pending' \
    ORDER BY d.next_attempt_at LIMIT 1) END FROM webhook_endpoints w WHERE w.id = l.endpoint_id)";

/// No clock that is right lets a lane be leased, or rest, until so long after a lease that begins
/// now: what lies beyond was written by one that was wrong, and is not waited for.
const CLOCK_MARGIN: Duration = Duration::from_secs(60);

impl DeliveryStore for BatchTx<'_> {
    fn begin_fan_out(&mut self) -> Result<bool, StoreError> {
        Ok(self.cold()?.begin_alone(Alone::FanOut)?)
    }

    fn take_undispatched(
        &mut self,
        after: AccountId,
        limit: i64,
    ) -> Result<Vec<Undispatched>, StoreError> {
        let connection = self.cold()?;
        let kinds = [EVENT_KINDS.as_slice(), &[Kind::Text, Kind::Int]].concat();
        let mut records: Vec<Record> = Vec::new();
        for range in ["account_id > ?", "account_id <= ?"] {
            let taken = i64::try_from(records.len()).unwrap_or(limit);
            if taken < limit {
                let text = format!(
                    "SELECT {EVENT}, kind, book FROM events WHERE dispatched = FALSE AND {range} \
                     ORDER BY account_id, account_seq LIMIT ?"
                );
                let sql = Sql::new(text).id(after.value()).int(limit.saturating_sub(taken));
                records.extend(connection.select(&sql, &kinds)?);
            }
        }
        records.into_iter().map(undispatched).collect()
    }

    fn lock_lanes_of(&mut self, accounts: &[AccountId]) -> Result<HashSet<EndpointId>, StoreError> {
        let connection = self.cold()?;
        let lock = lock(connection);
        let text = "SELECT endpoint_id FROM webhook_lanes WHERE endpoint_id IN \
                    (SELECT id FROM webhook_endpoints WHERE account_id";
        let rest = format!(") ORDER BY endpoint_id{lock}");
        let ids = accounts.iter().map(|account| account.value());
        let records = select_each(connection, (text, &rest), ids, &[Kind::Id])?;
        let lane = |record| Ok(EndpointId::new(Fields::new("webhook_lanes", record).id()?));
        records.into_iter().map(lane).collect()
    }

    fn lock_lanes(&mut self, endpoints: &[EndpointId]) -> Result<Vec<Lane>, StoreError> {
        let connection = self.cold()?;
        let lock = lock(connection);
        let text = format!("SELECT {} FROM webhook_lanes WHERE endpoint_id", LANE.list());
        let rest = format!(" ORDER BY endpoint_id{lock}");
        let ids = endpoints.iter().map(|endpoint| endpoint.value());
        let records = select_each(connection, (&text, &rest), ids, &LANE.kinds())?;
        records.into_iter().map(lane).collect()
    }

    fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError> {
        let connection = self.cold()?;
        let text =
            format!("SELECT {} FROM webhook_endpoints WHERE account_id", Endpoint::TABLE.list());
        let ids = accounts.iter().map(|account| account.value());
        let records = select_each(connection, (&text, ""), ids, &Endpoint::TABLE.kinds())?;
        records.into_iter().map(Endpoint::read).collect()
    }

    fn find_busy(&mut self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError> {
        let connection = self.cold()?;
        if connection.is_postgres() {
            return busy_set(connection, subjects);
        }
        let text = format!(
            "SELECT 1 FROM webhook_deliveries WHERE endpoint_id = ? AND object_id = ? \
             AND {ORDERED} LIMIT 1"
        );
        let mut busy = HashSet::new();
        for (endpoint, object) in subjects {
            let sql = Sql::new(text.as_str()).id(endpoint.value()).id(*object);
            if connection.first(&sql, &[Kind::Int])?.is_some() {
                busy.insert((*endpoint, *object));
            }
        }
        Ok(busy)
    }

    fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        Ok(insert_rows(self.cold()?, deliveries)?)
    }

    fn wake_lanes(&mut self, endpoints: &[EndpointId], now: Timestamp) -> Result<(), StoreError> {
        // A disabled endpoint's lane would stay due for ever, first of all.
        let text = "UPDATE webhook_lanes SET due_at = CASE WHEN due_at <= ? THEN due_at ELSE ? END \
                    WHERE EXISTS (SELECT 1 FROM webhook_endpoints w WHERE w.enabled = TRUE \
                    AND w.id = webhook_lanes.endpoint_id) AND endpoint_id";
        let ids = endpoints.iter().map(|endpoint| endpoint.value());
        execute_for(self.cold()?, (text, &[time(now), time(now)]), ids)?;
        Ok(())
    }

    fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError> {
        let ids = events.iter().map(|event| event.value());
        let text = "UPDATE events SET dispatched = TRUE WHERE id";
        execute_for(self.cold()?, (text, &[]), ids)?;
        Ok(())
    }

    fn lease_lanes(
        &mut self,
        care: Care,
        (now, until): (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<Vec<Lane>, StoreError> {
        let connection = self.cold()?;
        let lock = if connection.is_postgres() { " FOR UPDATE OF l SKIP LOCKED" } else { "" };
        let text = format!(
            "SELECT {} FROM webhook_lanes l JOIN webhook_endpoints w ON w.id = l.endpoint_id \
             WHERE l.careful = ? AND l.due_at <= ? AND w.enabled = TRUE \
             AND (l.leased_until <= ? OR l.leased_until > ?) ORDER BY {} LIMIT ?{lock}",
            LANE.list_as("l"),
            first(care)
        );
        let sql = Sql::new(text).bind(is_careful(care));
        let sql = sql.bind(time(now)).bind(time(now)).bind(time(until.after(CLOCK_MARGIN)));
        let sql = sql.int(limit);
        let mut lanes = Vec::new();
        for record in connection.select(&sql, &LANE.kinds())? {
            let found = lane(record)?;
            lanes.push(Lane { lease: found.lease.saturating_add(1), ..found });
        }
        if lanes.is_empty() {
            return Ok(lanes);
        }
        let text = "UPDATE webhook_lanes SET lease = lease + 1, leased_until = ? WHERE endpoint_id";
        let ids = lanes.iter().map(|lane| lane.endpoint.value());
        execute_for(connection, (text, &[time(until)]), ids)?;
        Ok(lanes)
    }

    fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        let connection = self.cold()?;
        if connection.is_postgres() {
            return Ok(save_set(connection, deliveries)?);
        }
        for delivery in deliveries {
            let text = "UPDATE webhook_deliveries SET state = ?, attempts = ?, \
                        next_attempt_at = ?, last_status = ?, attempt_log = ? WHERE id = ?";
            let sql = Sql::new(text)
                .text(delivery.state.as_str())
                .int(delivery.attempts)
                .bind(time(delivery.next_attempt_at))
                .int(delivery.last_status)
                .bind(attempt_log(&delivery.log))
                .id(delivery.id.value());
            connection.execute(&sql)?;
        }
        Ok(())
    }

    fn let_next_go(&mut self, subjects: &[Subject], now: Timestamp) -> Result<(), StoreError> {
        let connection = self.cold()?;
        if connection.is_postgres() {
            let text = next(
                ("u.endpoint_id", "u.object_id"),
                "FROM unnest(?, ?) AS u(endpoint_id, object_id)",
            );
            let sql = Sql::new(text).bind(time(now));
            connection.execute(&bind_subjects(sql, subjects))?;
            return Ok(());
        }
        let text = next(("?", "?"), "");
        for (endpoint, object) in subjects {
            let sql = Sql::new(text.as_str()).bind(time(now));
            let sql = sql.id(endpoint.value()).id(*object).id(endpoint.value()).id(*object);
            connection.execute(&sql)?;
        }
        Ok(())
    }

    fn save_failing(
        &mut self,
        lanes: &[(EndpointId, Option<Timestamp>)],
    ) -> Result<(), StoreError> {
        let connection = self.cold()?;
        let since = |since: &Option<Timestamp>| Value::optional(*since, time);
        if connection.is_postgres() {
            let text = "UPDATE webhook_lanes AS l SET failing_since = u.since \
                        FROM unnest(?, ?) AS u(id, since) WHERE l.endpoint_id = u.id";
            let moments = lanes.iter().map(|(_, at)| since(at)).collect();
            let sql = Sql::new(text)
                .ids(lanes.iter().map(|(endpoint, _)| endpoint.value()))
                .with(Bind::Many(Kind::Int, moments));
            connection.execute(&sql)?;
            return Ok(());
        }
        for (endpoint, at) in lanes {
            let sql = Sql::new("UPDATE webhook_lanes SET failing_since = ? WHERE endpoint_id = ?");
            connection.execute(&sql.bind(since(at)).id(endpoint.value()))?;
        }
        Ok(())
    }

    fn release_lanes(&mut self, lanes: &[Released], now: Timestamp) -> Result<bool, StoreError> {
        let connection = self.cold()?;
        let lanes: Vec<Released> = lanes.iter().map(|lane| in_turn(*lane, now)).collect();
        let due = if connection.is_postgres() {
            release_set(connection, &lanes)?
        } else {
            release_each(connection, &lanes)?
        };
        let now = now.unix_micros();
        Ok(due.iter().any(|record| {
            matches!(record[..], [Value::Int(due), Value::Int(rests)] if due <= now && rests <= now)
        }))
    }
}

impl BatchTx<'_> {
    /// Locks an endpoint's lane, before anything of it is changed.
    pub(super) fn lock_lane(&mut self, endpoint: EndpointId) -> Result<(), StoreError> {
        self.lock_lanes(&[endpoint]).map(drop)
    }

    /// Brings a locked lane in line with its endpoint.
    pub(super) fn align_lane(&mut self, endpoint: EndpointId) -> Result<(), StoreError> {
        let text =
            format!("UPDATE webhook_lanes AS l SET due_at = {FIRST_DUE} WHERE l.endpoint_id = ?");
        self.cold()?.execute(&Sql::new(text).id(endpoint.value()))?;
        Ok(())
    }

    /// Lets everything go that waits for its turn.
    pub(super) fn end_order(&mut self, endpoint: EndpointId) -> Result<(), StoreError> {
        let connection = self.cold()?;
        let text = end_order(ordered(connection));
        let sql = Sql::new(text).text(DeliveryState::Pending.as_str()).id(endpoint.value());
        connection.execute(&sql)?;
        Ok(())
    }
}

/// Which lanes are leased first. What a silent receiver has not got stays due longest: by that, the
/// same ones would be first again and again, so careful lanes take turns.
const fn first(care: Care) -> &'static str {
    match care {
        Care::Swift => "l.due_at",
        Care::Careful => "l.leased_until, l.due_at",
    }
}

/// A careful lane keeps the moment of its last visit, by which it has its turn.
fn in_turn(lane: Released, now: Timestamp) -> Released {
    match lane.pace.care() {
        Care::Swift => lane,
        Care::Careful => Released { rests_until: lane.rests_until.max(now), ..lane },
    }
}

pub(super) fn end_order(ordered: &str) -> String {
    format!(
        "UPDATE webhook_deliveries SET state = ?, ordered = FALSE \
         WHERE endpoint_id = ? AND {ordered}"
    )
}

/// SQLite has one writer: nothing need be locked.
const fn lock(connection: &Connection) -> &'static str {
    if connection.is_postgres() { " FOR UPDATE" } else { "" }
}

pub(super) fn event(fields: &mut Fields) -> Result<EventRef, StoreError> {
    Ok(EventRef {
        id: EventId::new(fields.id()?),
        account: AccountId::new(fields.id()?),
        object: fields.id()?,
        account_seq: fields.int()?,
        created_at: fields.time()?,
    })
}

fn undispatched(record: Record) -> Result<Undispatched, StoreError> {
    let mut fields = Fields::new("events", record);
    Ok(Undispatched { event: event(&mut fields)?, kind: fields.text()?, book: fields.book()? })
}

/// Selects for each of these ids: with all of them on PostgreSQL, with one at a time on SQLite. The
/// comparison stands between the two texts.
fn select_each(
    connection: &mut Connection,
    (text, rest): (&str, &str),
    ids: impl IntoIterator<Item = u128>,
    kinds: &[Kind],
) -> Result<Vec<Record>, DbError> {
    if connection.is_postgres() {
        return connection.select(&Sql::new(format!("{text} = ANY(?){rest}")).ids(ids), kinds);
    }
    let text = format!("{text} = ?{rest}");
    let mut records = Vec::new();
    for id in ids {
        records.extend(connection.select(&Sql::new(text.as_str()).id(id), kinds)?);
    }
    Ok(records)
}

fn bind_subjects<'a>(sql: Sql<'a>, subjects: &[Subject]) -> Sql<'a> {
    sql.ids(subjects.iter().map(|(endpoint, _)| endpoint.value()))
        .ids(subjects.iter().map(|(_, object)| *object))
}

fn busy_set(
    connection: &mut Connection,
    subjects: &[Subject],
) -> Result<HashSet<Subject>, StoreError> {
    let text = format!(
        "SELECT u.endpoint_id, u.object_id FROM unnest(?, ?) AS u(endpoint_id, object_id) \
         WHERE EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = u.endpoint_id \
         AND d.object_id = u.object_id AND d.{ORDERED})"
    );
    let sql = bind_subjects(Sql::new(text), subjects);
    let subject = |record| {
        let mut fields = Fields::new("webhook_deliveries", record);
        Ok((EndpointId::new(fields.id()?), fields.id()?))
    };
    connection.select(&sql, &[Kind::Id, Kind::Id])?.into_iter().map(subject).collect()
}

/// The statement that lets the next of an endpoint's object go. The conditions repeat the index's
/// own, which SQLite would not find by itself.
fn next((endpoint, object): (&str, &str), from: &str) -> String {
    let of = |alias: &str| {
        format!(
            "FROM webhook_deliveries {alias} WHERE {alias}.endpoint_id = {endpoint} \
             AND {alias}.object_id = {object} AND {alias}.ordered = TRUE \
             AND {alias}.state IN ('pending', 'queued')"
        )
    };
    format!(
        "UPDATE webhook_deliveries AS d SET state = 'pending', next_attempt_at = ? {from} \
         WHERE d.id = (SELECT q.id {} AND q.state = 'queued' ORDER BY q.account_seq, q.id LIMIT 1) \
         AND NOT EXISTS (SELECT 1 {} AND p.state = 'pending')",
        of("q"),
        of("p")
    )
}

fn save_set(connection: &mut Connection, deliveries: &[Delivery]) -> Result<(), DbError> {
    let column = |value: fn(&Delivery) -> Value<'_>| deliveries.iter().map(value).collect();
    let text = "UPDATE webhook_deliveries AS d SET state = u.state, attempts = u.attempts, \
                next_attempt_at = u.next_attempt_at, last_status = u.last_status, \
                attempt_log = u.attempt_log FROM unnest(?, ?, ?, ?, ?, ?) \
                AS u(id, state, attempts, next_attempt_at, last_status, attempt_log) \
                WHERE d.id = u.id";
    let sql = Sql::new(text)
        .ids(deliveries.iter().map(|delivery| delivery.id.value()))
        .with(Bind::Many(Kind::Text, column(|delivery| Value::text(delivery.state.as_str()))))
        .with(Bind::Many(Kind::Int, column(|delivery| Value::Int(delivery.attempts))))
        .with(Bind::Many(Kind::Int, column(|delivery| time(delivery.next_attempt_at))))
        .with(Bind::Many(Kind::Int, column(|delivery| Value::Int(delivery.last_status))))
        .with(Bind::Many(Kind::Text, column(|delivery| attempt_log(&delivery.log))));
    connection.execute(&sql)?;
    Ok(())
}

const RELEASED: [Kind; 2] = [Kind::Int, Kind::Int];

/// A statement after the one that locked the lanes: it sees what was written in them until then.
fn release_set(connection: &mut Connection, lanes: &[Released]) -> Result<Vec<Record>, DbError> {
    let text = format!(
        "UPDATE webhook_lanes AS l SET width = u.width, careful = u.careful, \
         leased_until = u.rests_until, due_at = {FIRST_DUE} \
         FROM unnest(?, ?, ?, ?) AS u(id, width, careful, rests_until) \
         WHERE l.endpoint_id = u.id RETURNING l.due_at, l.leased_until"
    );
    let column = |value: fn(&Released) -> Value<'_>| lanes.iter().map(value).collect();
    let sql = Sql::new(text)
        .ids(lanes.iter().map(|lane| lane.endpoint.value()))
        .with(Bind::Many(Kind::Int, column(|lane| Value::Int(lane.pace.width()))))
        .with(Bind::Many(Kind::Bool, column(|lane| is_careful(lane.pace.care()))))
        .with(Bind::Many(Kind::Int, column(|lane| time(lane.rests_until))));
    connection.select(&sql, &RELEASED)
}

fn release_each(connection: &mut Connection, lanes: &[Released]) -> Result<Vec<Record>, DbError> {
    let text = format!(
        "UPDATE webhook_lanes AS l SET width = ?, careful = ?, leased_until = ?, \
         due_at = {FIRST_DUE} WHERE l.endpoint_id = ? RETURNING due_at, leased_until"
    );
    let mut due = Vec::new();
    for lane in lanes {
        let sql = Sql::new(text.as_str())
            .int(lane.pace.width())
            .bind(is_careful(lane.pace.care()))
            .bind(time(lane.rests_until))
            .id(lane.endpoint.value());
        due.extend(connection.select(&sql, &RELEASED)?);
    }
    Ok(due)
}
