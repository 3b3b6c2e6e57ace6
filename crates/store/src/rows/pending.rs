use cardium_authorizations::{PendingAuthorization, PendingRecord, PendingState, Trace};
use cardium_kernel::{AccountId, AuthorizationId, CardId, MessageId, StoreError, TransactionId};

use super::{Fields, Kind, Row, Table, Value, money, time};

impl Row for PendingAuthorization {
    const TABLE: Table = Table {
        name: "pending_authorizations",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("card_id", Kind::Id),
            ("authorization_id", Kind::Id),
            ("asked", Kind::Int),
            ("currency", Kind::Text),
            ("request", Kind::Bytes),
            ("preliminary", Kind::Text),
            ("deadline", Kind::Int),
            ("state", Kind::Text),
            ("transaction_id", Kind::Id),
            ("created_at", Kind::Int),
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
            Value::id(self.card.value()),
            Value::id(self.authorization.value()),
            Value::Int(self.asked.minor()),
            Value::text(self.asked.currency().code()),
            Value::bytes(&self.request),
            Value::Text(self.preliminary.to_text().into()),
            time(self.deadline),
            Value::text(self.state.as_str()),
            Value::optional(self.transaction, |id| Value::id(id.value())),
            time(self.created_at),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = MessageId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let card = CardId::new(fields.id()?);
        let authorization = AuthorizationId::new(fields.id()?);
        let asked = fields.int()?;
        Ok(Self::restore(PendingRecord {
            id,
            account,
            card,
            authorization,
            asked: money(asked, fields.currency()?),
            request: fields.bytes()?,
            preliminary: fields.word(Trace::from_text)?,
            deadline: fields.time()?,
            state: fields.word(PendingState::parse)?,
            transaction: fields.optional(Fields::id)?.map(TransactionId::new),
            created_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}
