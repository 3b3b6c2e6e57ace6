use cardium_kernel::{AccountId, Book, EndpointId, EventId, GrantId, StoreError, Timestamp};
use cardium_webhooks::{
    DeliveryStore, DisabledBy, Endpoint, EventRef, Ordering, Pace, WebhookStore,
};

use super::{
    BatchTx,
    cold::execute_for,
    deliveries::{EVENT, EVENT_KINDS, ORDERED, ORDERED_BOUND, event},
};
use crate::{
    batch::insert_rows,
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{Row, is_careful, time},
};

/// Deliveries that are still to be made: as two indexes have them, word for word, and bounded by
/// the second column of each, so that no database reads an endpoint's whole history.
pub(super) const fn waiting(connection: &Connection) -> [&'static str; 2] {
    if connection.is_postgres() { [WAITING[0], ORDERED] } else { WAITING }
}

pub(super) const WAITING: [&str; 2] = ["state = 'pending' AND next_attempt_at >= 0", ORDERED_BOUND];

pub(super) fn delete_waiting(waiting: &str) -> String {
    format!("DELETE FROM webhook_deliveries WHERE endpoint_id = ? AND {waiting}")
}

impl WebhookStore for BatchTx<'_> {
    fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError> {
        Ok(self.sequence(account)?.endpoints)
    }

    fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.add_endpoints(endpoint.account, 1)?;
        let connection = self.cold()?;
        insert_rows(connection, std::slice::from_ref(endpoint))?;
        let text = "INSERT INTO webhook_lanes \
                    (endpoint_id, account_id, lease, leased_until, width, careful) \
                    VALUES (?, ?, 0, 0, ?, ?)";
        let sql = Sql::new(text)
            .id(endpoint.id.value())
            .id(endpoint.account.value())
            .int(Pace::NEW.width())
            .bind(is_careful(Pace::NEW.care()));
        connection.execute(&sql)?;
        Ok(())
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
        self.lock_lane(endpoint.id)?;
        let sql = update(endpoint).id(endpoint.id.value());
        self.cold()?.execute(&sql)?;
        if endpoint.ordering == Ordering::None {
            self.end_order(endpoint.id)?;
        }
        self.align_lane(endpoint.id)
    }

    fn lock_endpoints_of(
        &mut self,
        account: AccountId,
        grants: &[GrantId],
    ) -> Result<Vec<Endpoint>, StoreError> {
        let text = format!(
            "SELECT {} FROM webhook_endpoints WHERE account_id = ? AND enabled = TRUE \
             AND grant_id IS NOT NULL ORDER BY id",
            Endpoint::TABLE.list()
        );
        let sql = Sql::new(text).id(account.value());
        let records = self.cold()?.select(&sql, &Endpoint::TABLE.kinds())?;
        let mut found = records.into_iter().map(Endpoint::read).collect::<Result<Vec<_>, _>>()?;
        found.retain(|endpoint| endpoint.grant.is_some_and(|grant| grants.contains(&grant)));
        // The account's sequence, which is locked, keeps endpoints as they were read.
        let lanes: Vec<EndpointId> = found.iter().map(|endpoint| endpoint.id).collect();
        if !lanes.is_empty() {
            self.lock_lanes(&lanes)?;
        }
        Ok(found)
    }

    fn save_ended(&mut self, ended: &[EndpointId], now: Timestamp) -> Result<(), StoreError> {
        let connection = self.cold()?;
        let ids = || ended.iter().map(|endpoint| endpoint.value());
        let text = "UPDATE webhook_endpoints SET enabled = FALSE, disabled_by = ?, \
                    warned_at = NULL, updated_at = ?, version = version + 1 WHERE id";
        let first = [Value::text(DisabledBy::Grant.as_str()), time(now)];
        execute_for(connection, (text, &first), ids())?;
        let text = "UPDATE webhook_lanes SET due_at = NULL, failing_since = NULL WHERE endpoint_id";
        execute_for(connection, (text, &[]), ids())?;
        Ok(())
    }

    fn find_event(
        &mut self,
        account: AccountId,
        id: EventId,
    ) -> Result<Option<(EventRef, String, Book)>, StoreError> {
        let text =
            format!("SELECT {EVENT}, kind, book FROM events WHERE id = ? AND account_id = ?");
        let sql = Sql::new(text).id(id.value()).id(account.value());
        let kinds = [EVENT_KINDS.as_slice(), &[Kind::Text, Kind::Int]].concat();
        let Some(record) = self.cold()?.first(&sql, &kinds)? else { return Ok(None) };
        let mut fields = Fields::new("events", record);
        Ok(Some((event(&mut fields)?, fields.text()?, fields.book()?)))
    }

    fn delete_endpoint(&mut self, account: AccountId, id: EndpointId) -> Result<bool, StoreError> {
        self.lock_lane(id)?;
        let connection = self.cold()?;
        let sql = Sql::new("DELETE FROM webhook_endpoints WHERE id = ? AND account_id = ?");
        let gone = connection.execute(&sql.id(id.value()).id(account.value()))?;
        if gone == 1 {
            for waiting in waiting(connection) {
                connection.execute(&Sql::new(delete_waiting(waiting)).id(id.value()))?;
            }
            let sql = Sql::new("DELETE FROM webhook_lanes WHERE endpoint_id = ?");
            connection.execute(&sql.id(id.value()))?;
            self.add_endpoints(account, -1)?;
        }
        Ok(gone == 1)
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

/// All columns of a row anew; a null has no type of its own, so it stands in the text.
fn update<R: Row>(row: &R) -> Sql<'_> {
    let columns = R::TABLE.columns.iter().zip(row.encode());
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for ((name, _), value) in columns {
        match value {
            Value::Null => names.push(format!("{name} = NULL")),
            value => {
                names.push(format!("{name} = ?"));
                values.push(value);
            }
        }
    }
    let text = format!("UPDATE {} SET {} WHERE id = ?", R::TABLE.name, names.join(", "));
    values.into_iter().fold(Sql::new(text), Sql::bind)
}
