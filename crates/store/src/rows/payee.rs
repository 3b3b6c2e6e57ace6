use cardium_kernel::{AccountId, Network, StoreError};
use cardium_withdrawals::{Payee, PayeeId};

use super::{Fields, Kind, Row, Table, Value, book, time};

impl Row for Payee {
    const TABLE: Table = Table {
        name: "withdrawal_payees",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("book", Kind::Int),
            ("network", Kind::Text),
            ("address", Kind::Text),
            ("trusted_at", Kind::Int),
            ("created_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            book(self.book),
            Value::text(self.network.as_str()),
            Value::text(&self.address),
            time(self.trusted_at),
            time(self.created_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: PayeeId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            book: fields.book()?,
            network: fields.word(Network::parse)?,
            address: fields.text()?,
            trusted_at: fields.time()?,
            created_at: fields.time()?,
        })
    }
}
