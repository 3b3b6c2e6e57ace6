use cardium_kernel::{AccountId, EndpointId, EventId, StoreError, Timestamp};
use cardium_webhooks::{
    Delivery, DeliveryState, Endpoint, EndpointStatus, Undispatched, WebhookStore,
};

use super::{BatchTx, cold::execute_for};
use crate::{
    batch::insert_rows,
    db::{Bind, Connection, DbError, Fields, Kind, Sql, Value},
    rows::{Row, book, metadata::metadata, time},
};

/// Deliveries that are still to be made: as the index `webhook_deliveries_waiting` has it, word for
/// word, so that neither database reads an endpoint's whole history.
pub(super) const WAITING: &str = "state IN ('pending', 'paused')";

impl WebhookStore for BatchTx<'_> {
    fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError> {
        Ok(self.sequence(account)?.endpoints)
    }

    fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.add_endpoints(endpoint.account, 1)?;
        Ok(insert_rows(self.cold()?, std::slice::from_ref(endpoint))?)
    }

    fn find_endpoint(
        &mut self,
        account: AccountId,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError> {
        let list = Endpoint::TABLE.list();
        let text = format!("SELECT {list} FROM webhook_endpoints WHERE id = ? AND account_id = ?");
        let sql = Sql::new(text).id(id.value()).id(account.value());
        let record = self.cold()?.first(&sql, &Endpoint::TABLE.kinds())?;
        record.map(Endpoint::read).transpose()
    }

    fn save_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        let (events, notes) = (endpoint.events.to_text(), metadata(&endpoint.metadata));
        let enabled = endpoint.status == EndpointStatus::Enabled;
        let text = "UPDATE webhook_endpoints SET url = ?, events = ?, mode = ?, description = ?, \
                    enabled = ?, metadata = ?, updated_at = ? WHERE id = ?";
        let sql = Sql::new(text)
            .text(&endpoint.url)
            .text(&events)
            .bind(Value::optional(endpoint.mode, book))
            .text(&endpoint.description)
            .bind(Value::Bool(enabled))
            .bind(notes)
            .bind(time(endpoint.updated_at))
            .id(endpoint.id.value());
        self.cold()?.execute(&sql)?;
        Ok(())
    }

    fn move_deliveries(
        &mut self,
        endpoint: EndpointId,
        status: EndpointStatus,
    ) -> Result<(), StoreError> {
        let state = match status {
            EndpointStatus::Enabled => DeliveryState::Pending,
            EndpointStatus::Disabled => DeliveryState::Paused,
        };
        let text =
            format!("UPDATE webhook_deliveries SET state = ? WHERE endpoint_id = ? AND {WAITING}");
        let sql = Sql::new(text).text(state.as_str()).id(endpoint.value());
        self.cold()?.execute(&sql)?;
        Ok(())
    }

    fn find_event_time(
        &mut self,
        account: AccountId,
        id: EventId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let sql = Sql::new("SELECT created_at FROM events WHERE id = ? AND account_id = ?");
        let sql = sql.id(id.value()).id(account.value());
        let record = self.cold()?.first(&sql, &[Kind::Int])?;
        record.map(|record| Fields::new("events", record).time()).transpose()
    }

    fn delete_endpoint(&mut self, account: AccountId, id: EndpointId) -> Result<bool, StoreError> {
        let connection = self.cold()?;
        let sql = Sql::new("DELETE FROM webhook_endpoints WHERE id = ? AND account_id = ?");
        let gone = connection.execute(&sql.id(id.value()).id(account.value()))?;
        if gone == 1 {
            let text =
                format!("DELETE FROM webhook_deliveries WHERE endpoint_id = ? AND {WAITING}");
            connection.execute(&Sql::new(text).id(id.value()))?;
            self.add_endpoints(account, -1)?;
        }
        Ok(gone == 1)
    }

    fn take_undispatched(&mut self, limit: i64) -> Result<Vec<Undispatched>, StoreError> {
        let connection = self.cold()?;
        let lock = if connection.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        let text = format!(
            "SELECT id, account_id, kind, book FROM events WHERE dispatched = FALSE \
             ORDER BY id LIMIT ?{lock}"
        );
        let kinds = [Kind::Id, Kind::Id, Kind::Text, Kind::Int];
        let records = connection.select(&Sql::new(text).int(limit), &kinds)?;
        records.into_iter().map(undispatched).collect()
    }

    fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError> {
        let connection = self.cold()?;
        let text =
            format!("SELECT {} FROM webhook_endpoints WHERE account_id", Endpoint::TABLE.list());
        let ids = accounts.iter().map(|account| account.value());
        let mut endpoints = Vec::new();
        for record in select_for(connection, &text, ids, &Endpoint::TABLE.kinds())? {
            endpoints.push(Endpoint::read(record)?);
        }
        Ok(endpoints)
    }

    fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        Ok(insert_rows(self.cold()?, deliveries)?)
    }

    fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError> {
        let ids = events.iter().map(|event| event.value());
        let text = "UPDATE events SET dispatched = TRUE WHERE id";
        execute_for(self.cold()?, (text, &[]), ids)?;
        Ok(())
    }

    fn lease_deliveries(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let connection = self.cold()?;
        let lock = if connection.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        let text = format!(
            "SELECT {} FROM webhook_deliveries WHERE state = 'pending' AND next_attempt_at <= ? \
             AND EXISTS (SELECT 1 FROM webhook_endpoints w WHERE w.id = endpoint_id \
             AND w.enabled = TRUE) ORDER BY next_attempt_at, id LIMIT ?{lock}",
            Delivery::TABLE.list()
        );
        let sql = Sql::new(text).bind(time(now)).int(limit);
        let mut due = Vec::new();
        for record in connection.select(&sql, &Delivery::TABLE.kinds())? {
            let delivery = Delivery::read(record)?;
            let lease = delivery.lease.saturating_add(1);
            due.push(Delivery { lease, next_attempt_at: until, ..delivery });
        }
        let text = "UPDATE webhook_deliveries SET lease = lease + 1, next_attempt_at = ? WHERE id";
        let ids = due.iter().map(|delivery| delivery.id.value());
        execute_for(connection, (text, &[time(until)]), ids)?;
        Ok(due)
    }

    fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        let connection = self.cold()?;
        if connection.is_postgres() {
            return Ok(save_set(connection, deliveries)?);
        }
        for delivery in deliveries {
            let text = "UPDATE webhook_deliveries SET state = ?, attempts = ?, \
                        next_attempt_at = ?, last_status = ? WHERE id = ? AND lease = ?";
            let sql = Sql::new(text)
                .text(delivery.state.as_str())
                .int(delivery.attempts)
                .bind(time(delivery.next_attempt_at))
                .int(delivery.last_status)
                .id(delivery.id.value())
                .int(delivery.lease);
            connection.execute(&sql)?;
        }
        Ok(())
    }
}

impl BatchTx<'_> {
    fn add_endpoints(&mut self, account: AccountId, by: i64) -> Result<(), StoreError> {
        let mut sequence = self.sequence(account)?;
        sequence.endpoints = sequence.endpoints.saturating_add(by);
        sequence.version = sequence.version.saturating_add(1);
        self.batch.sequences.save(sequence)
    }
}

fn undispatched(record: Vec<Value<'static>>) -> Result<Undispatched, StoreError> {
    let mut fields = Fields::new("events", record);
    Ok(Undispatched {
        id: EventId::new(fields.id()?),
        account: AccountId::new(fields.id()?),
        kind: fields.text()?,
        book: fields.book()?,
    })
}

fn select_for(
    connection: &mut Connection,
    text: &str,
    ids: impl IntoIterator<Item = u128>,
    kinds: &[Kind],
) -> Result<Vec<Vec<Value<'static>>>, DbError> {
    if connection.is_postgres() {
        return connection.select(&Sql::new(format!("{text} = ANY(?)")).ids(ids), kinds);
    }
    let text = format!("{text} = ?");
    let mut records = Vec::new();
    for id in ids {
        records.extend(connection.select(&Sql::new(text.as_str()).id(id), kinds)?);
    }
    Ok(records)
}

fn save_set(connection: &mut Connection, deliveries: &[Delivery]) -> Result<(), DbError> {
    let column = |value: fn(&Delivery) -> Value<'_>| deliveries.iter().map(value).collect();
    let text = "UPDATE webhook_deliveries AS d SET state = u.state, attempts = u.attempts, \
                next_attempt_at = u.next_attempt_at, last_status = u.last_status \
                FROM unnest(?, ?, ?, ?, ?, ?) \
                AS u(id, lease, state, attempts, next_attempt_at, last_status) \
                WHERE d.id = u.id AND d.lease = u.lease";
    let sql = Sql::new(text)
        .ids(deliveries.iter().map(|delivery| delivery.id.value()))
        .with(Bind::Many(Kind::Int, column(|delivery| Value::Int(delivery.lease))))
        .with(Bind::Many(Kind::Text, column(|delivery| Value::text(delivery.state.as_str()))))
        .with(Bind::Many(Kind::Int, column(|delivery| Value::Int(delivery.attempts))))
        .with(Bind::Many(Kind::Int, column(|delivery| time(delivery.next_attempt_at))))
        .with(Bind::Many(Kind::Int, column(|delivery| Value::Int(delivery.last_status))));
    connection.execute(&sql)?;
    Ok(())
}
