use cardium_accounts::{Account, AccountRecord, Email, PasswordHash};
use cardium_kernel::{AccountId, StoreError};

use super::{Fields, Kind, Row, Table, Value, time};

impl Row for Account {
    const TABLE: Table = Table {
        name: "accounts",
        columns: &[
            ("id", Kind::Id),
            ("email", Kind::Text),
            ("password", Kind::Text),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::text(self.email.as_str()),
            Value::text(self.password.expose()),
            time(self.created_at),
            time(self.updated_at),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(AccountRecord {
            id: AccountId::new(fields.id()?),
            email: fields.word(|text| Email::parse(text).ok())?,
            password: PasswordHash::from_phc(fields.text()?),
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}
