use cardium_kernel::{AccountId, Book, EndpointId, EventId, StoreError};
use cardium_webhooks::{Endpoint, EventRef, Ordering, Pace, WebhookStore};

use super::{
    BatchTx,
    deliveries::{EVENT, EVENT_KINDS, ORDERED, ORDERED_BOUND, event},
};
use crate::{
    batch::insert_rows,
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{Row, is_careful},
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

    fn find_event(
        &mut self,
        account: AccountId,
        id: EventId,
    ) -> Result<Option<(EventRef, Book)>, StoreError> {
        let text = format!("SELECT {EVENT}, book FROM events WHERE id = ? AND account_id = ?");
        let sql = Sql::new(text).id(id.value()).id(account.value());
        let kinds = [EVENT_KINDS.as_slice(), &[Kind::Int]].concat();
        let Some(record) = self.cold()?.first(&sql, &kinds)? else { return Ok(None) };
        let mut fields = Fields::new("events", record);
        Ok(Some((event(&mut fields)?, fields.book()?)))
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
