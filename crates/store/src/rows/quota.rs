use cardium_app::quotas::Quota;
use cardium_kernel::StoreError;

use super::{Fields, Kind, Row, Table, Value, time};

impl Row for Quota {
    const TABLE: Table = Table {
        name: "rate_quotas",
        columns: &[
            ("id", Kind::Id),
            ("started_at", Kind::Int),
            ("ends_at", Kind::Int),
            ("used", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id),
            time(self.started_at),
            time(self.ends_at),
            Value::Int(self.used),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: fields.id()?,
            started_at: fields.time()?,
            ends_at: fields.time()?,
            used: fields.int()?,
            version: fields.int()?,
        })
    }
}
