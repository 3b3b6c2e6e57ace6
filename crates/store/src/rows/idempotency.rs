use cardium_app::idempotency::IdempotencyRecord;
use cardium_kernel::StoreError;

use super::{Fields, Kind, Row, Table, Value, time};

impl Row for IdempotencyRecord {
    const TABLE: Table = Table {
        name: "idempotency_records",
        columns: &[
            ("id", Kind::Id),
            ("fingerprint", Kind::Bytes),
            ("status", Kind::Int),
            ("body", Kind::Bytes),
            ("sealed", Kind::Bool),
            ("created_at", Kind::Int),
            ("parts", Kind::Bytes),
        ],
    };

    const VERSION: &'static str = "created_at";

    fn key(&self) -> u128 {
        self.id
    }

    /// A record is only ever replaced by a later one, so its moment serves as its version.
    fn version(&self) -> i64 {
        self.created_at.unix_micros()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id),
            Value::bytes(&self.fingerprint),
            Value::Int(i64::from(self.status)),
            Value::bytes(&self.body),
            Value::Bool(self.sealed),
            time(self.created_at),
            Value::bytes(&self.parts),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: fields.id()?,
            fingerprint: fields.array()?,
            status: fields.code(|status| u16::try_from(status).ok())?,
            body: fields.bytes()?,
            sealed: fields.bool()?,
            created_at: fields.time()?,
            parts: fields.optional(Fields::bytes)?.unwrap_or_default(),
        })
    }
}
