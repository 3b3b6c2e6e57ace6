use cardium_app::reads::StoredEvent;
use cardium_kernel::{AccountId, EventId, StoreError};

use super::{Fields, Kind, Row, Table, Value, book, time};

/// An event on its way into the outbox, or read back from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) event: StoredEvent,
    pub(crate) object_id: u128,
    /// Who did it; empty on events older than the column.
    pub(crate) actor: String,
    /// Whether no endpoint waits for it.
    pub(crate) dispatched: bool,
}

impl Row for EventRow {
    const TABLE: Table = Table {
        name: "events",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("account_seq", Kind::Int),
            ("kind", Kind::Text),
            ("object_id", Kind::Id),
            ("object_version", Kind::Int),
            ("book", Kind::Int),
            ("object", Kind::Bytes),
            ("created_at", Kind::Int),
            ("dispatched", Kind::Bool),
            ("actor", Kind::Text),
        ],
    };

    fn key(&self) -> u128 {
        self.event.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let event = &self.event;
        vec![
            Value::id(event.id.value()),
            Value::id(event.account.value()),
            Value::Int(event.account_seq),
            Value::text(&event.kind),
            Value::id(self.object_id),
            Value::Int(event.object_version),
            book(event.book),
            Value::bytes(&event.object),
            time(event.created_at),
            Value::Bool(self.dispatched),
            Value::text(&self.actor),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = EventId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let (account_seq, kind) = (fields.int()?, fields.text()?);
        let object_id = fields.id()?;
        let object_version = fields.int()?;
        let event = StoredEvent {
            id,
            account,
            account_seq,
            kind,
            object_version,
            book: fields.book()?,
            object: fields.bytes()?,
            created_at: fields.time()?,
        };
        Ok(Self { event, object_id, dispatched: fields.bool()?, actor: fields.text()? })
    }
}
