use cardium_kernel::{AccountId, DeliveryId, EndpointId, EventId, StoreError};
use cardium_webhooks::{Cause, Delivery, DeliveryState, Endpoint, EndpointStatus, EventFilter};

use super::{Fields, Kind, Row, Table, Value, book, metadata::metadata, time};

impl Row for Endpoint {
    const TABLE: Table = Table {
        name: "webhook_endpoints",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("url", Kind::Text),
            ("events", Kind::Text),
            ("mode", Kind::Int),
            ("description", Kind::Text),
            ("secret", Kind::Bytes),
            ("enabled", Kind::Bool),
            ("metadata", Kind::Text),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::text(&self.url),
            Value::Text(self.events.to_text().into()),
            Value::optional(self.mode, book),
            Value::text(&self.description),
            Value::bytes(&self.secret),
            Value::Bool(self.status == EndpointStatus::Enabled),
            metadata(&self.metadata),
            time(self.created_at),
            time(self.updated_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: EndpointId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            url: fields.text()?,
            events: EventFilter::from_text(&fields.text()?),
            mode: fields.optional(Fields::book)?,
            description: fields.text()?,
            secret: fields.bytes()?,
            status: if fields.bool()? { EndpointStatus::Enabled } else { EndpointStatus::Disabled },
            metadata: fields.metadata()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        })
    }
}

impl Row for Delivery {
    const TABLE: Table = Table {
        name: "webhook_deliveries",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("event_id", Kind::Id),
            ("endpoint_id", Kind::Id),
            ("state", Kind::Text),
            ("attempts", Kind::Int),
            ("next_attempt_at", Kind::Int),
            ("lease", Kind::Int),
            ("last_status", Kind::Int),
            ("replayed", Kind::Bool),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::id(self.event.value()),
            Value::id(self.endpoint.value()),
            Value::text(self.state.as_str()),
            Value::Int(self.attempts),
            time(self.next_attempt_at),
            Value::Int(self.lease),
            Value::Int(self.last_status),
            Value::Bool(self.cause == Cause::Replay),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: DeliveryId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            event: EventId::new(fields.id()?),
            endpoint: EndpointId::new(fields.id()?),
            state: fields.word(DeliveryState::parse)?,
            attempts: fields.int()?,
            next_attempt_at: fields.time()?,
            lease: fields.int()?,
            last_status: fields.int()?,
            cause: if fields.bool()? { Cause::Replay } else { Cause::Event },
        })
    }
}
