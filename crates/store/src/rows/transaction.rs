use cardium_authorizations::{DeclineReason, ForeignAmount, Step, Transaction, TransactionKind};
use cardium_kernel::{AccountId, AuthorizationId, CardId, MessageId, StoreError, TransactionId};

use super::{
    Fields, Kind, Row, Table, Value,
    authorization::{decode_merchant, encode_merchant},
    book, money, time,
};

impl Row for Transaction {
    const TABLE: Table = Table {
        name: "transactions",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("card_id", Kind::Id),
            ("book", Kind::Int),
            ("authorization_id", Kind::Id),
            ("step", Kind::Text),
            ("amount", Kind::Int),
            ("currency", Kind::Text),
            ("merchant_name", Kind::Text),
            ("mcc", Kind::Text),
            ("merchant_id", Kind::Text),
            ("merchant_city", Kind::Text),
            ("merchant_country", Kind::Text),
            ("response_code", Kind::Text),
            ("decline", Kind::Text),
            ("message_id", Kind::Id),
            ("created_at", Kind::Int),
            ("kind", Kind::Text),
            ("fee", Kind::Int),
            ("merchant_amount", Kind::Text),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let mut values = vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::id(self.card.value()),
            book(self.book),
            Value::optional(self.authorization, |id| Value::id(id.value())),
            Value::text(self.step.as_str()),
            Value::Int(self.amount.minor()),
            Value::text(self.amount.currency().code()),
        ];
        values.extend(encode_merchant(&self.merchant));
        values.extend([
            Value::text(&self.response_code),
            Value::optional(self.decline, |reason| Value::text(reason.as_str())),
            Value::optional(self.message, |id| Value::id(id.value())),
            time(self.created_at),
            Value::text(self.kind.as_str()),
            Value::Int(self.fee.minor()),
            Value::optional(self.merchant_amount.as_ref(), |amount| {
                Value::Text(amount.to_string().into())
            }),
        ]);
        values
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = TransactionId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let card = CardId::new(fields.id()?);
        let book = fields.book()?;
        let authorization = fields.optional(Fields::id)?.map(AuthorizationId::new);
        let step = fields.word(Step::parse)?;
        let minor = fields.int()?;
        let amount = money(minor, fields.currency()?);
        let merchant = decode_merchant(fields)?;
        Ok(Self {
            id,
            account,
            card,
            book,
            authorization,
            step,
            amount,
            merchant,
            response_code: fields.text()?,
            decline: fields.optional(|fields| fields.word(DeclineReason::parse))?,
            message: fields.optional(Fields::id)?.map(MessageId::new),
            created_at: fields.time()?,
            kind: fields.word(TransactionKind::parse)?,
            fee: money(fields.int()?, amount.currency()),
            merchant_amount: fields.optional(|fields| fields.word(ForeignAmount::parse))?,
        })
    }
}
