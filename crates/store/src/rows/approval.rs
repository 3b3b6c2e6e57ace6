use cardium_auth::grants::{Approval, ApprovalRecord, ApprovalStatus};
use cardium_kernel::{AccountId, ApprovalId, CardId, GrantId, Money, StoreError};

use super::{Fields, Kind, Row, Table, Value, book, time};

impl Row for Approval {
    const TABLE: Table = Table {
        name: "approvals",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("grant_id", Kind::Id),
            ("operation", Kind::Text),
            ("summary", Kind::Text),
            ("book", Kind::Int),
            ("card_id", Kind::Id),
            ("amount", Kind::Int),
            ("status", Kind::Text),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("expires_at", Kind::Int),
            ("decided_at", Kind::Int),
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
            Value::id(self.account.value()),
            Value::id(self.grant.value()),
            Value::text(&self.operation),
            Value::text(&self.summary),
            book(self.book),
            Value::optional(self.card, |card| Value::id(card.value())),
            Value::optional(self.amount, |amount| Value::Int(amount.minor())),
            Value::text(self.status.as_str()),
            time(self.created_at),
            time(self.updated_at),
            time(self.expires_at),
            Value::optional(self.decided_at, time),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(ApprovalRecord {
            id: ApprovalId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            grant: GrantId::new(fields.id()?),
            operation: fields.text()?,
            summary: fields.text()?,
            book: fields.book()?,
            card: fields.optional(Fields::id)?.map(CardId::new),
            amount: fields.optional(Fields::int)?.map(Money::usd),
            status: fields.word(ApprovalStatus::parse)?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            expires_at: fields.time()?,
            decided_at: fields.optional(Fields::time)?,
            version: fields.int()?,
        }))
    }
}
