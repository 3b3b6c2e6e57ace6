use cardium_authorizations::{Authorization, AuthorizationRecord, AuthorizationStatus, Merchant};
use cardium_kernel::{AccountId, AuthorizationId, CardId, StoreError};

use super::{Fields, Kind, Row, Table, Value, book, money, time};

impl Row for Authorization {
    const TABLE: Table = Table {
        name: "authorizations",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("card_id", Kind::Id),
            ("book", Kind::Int),
            ("approval_code", Kind::Text),
            ("retrieval_reference", Kind::Text),
            ("authorized", Kind::Int),
            ("held", Kind::Int),
            ("cleared", Kind::Int),
            ("refunded", Kind::Int),
            ("currency", Kind::Text),
            ("status", Kind::Text),
            ("merchant_name", Kind::Text),
            ("mcc", Kind::Text),
            ("merchant_id", Kind::Text),
            ("merchant_city", Kind::Text),
            ("merchant_country", Kind::Text),
            ("expires_at", Kind::Int),
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
        let mut values = vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::id(self.card.value()),
            book(self.book),
            Value::text(&self.approval_code),
            Value::text(&self.retrieval_reference),
            Value::Int(self.authorized.minor()),
            Value::Int(self.held.minor()),
            Value::Int(self.cleared.minor()),
            Value::Int(self.refunded.minor()),
            Value::text(self.authorized.currency().code()),
            Value::text(self.status.as_str()),
        ];
        values.extend(encode_merchant(&self.merchant));
        values.extend([
            time(self.expires_at),
            time(self.created_at),
            time(self.updated_at),
            Value::Int(self.version),
        ]);
        values
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = AuthorizationId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let card = CardId::new(fields.id()?);
        let book = fields.book()?;
        let (approval_code, retrieval_reference) = (fields.text()?, fields.text()?);
        let (authorized, held) = (fields.int()?, fields.int()?);
        let (cleared, refunded) = (fields.int()?, fields.int()?);
        let currency = fields.currency()?;
        Ok(Self::restore(AuthorizationRecord {
            id,
            account,
            card,
            book,
            approval_code,
            retrieval_reference,
            authorized: money(authorized, currency),
            held: money(held, currency),
            cleared: money(cleared, currency),
            refunded: money(refunded, currency),
            status: fields.word(AuthorizationStatus::parse)?,
            merchant: decode_merchant(fields)?,
            expires_at: fields.time()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}

/// The five columns of a merchant.
pub(super) fn encode_merchant(merchant: &Merchant) -> [Value<'_>; 5] {
    [&merchant.name, &merchant.mcc, &merchant.id, &merchant.city, &merchant.country]
        .map(|text| Value::text(text))
}

/// Reads the five columns of a merchant.
pub(super) fn decode_merchant(fields: &mut Fields) -> Result<Merchant, StoreError> {
    Ok(Merchant {
        name: fields.text()?,
        mcc: fields.text()?,
        id: fields.text()?,
        city: fields.text()?,
        country: fields.text()?,
    })
}
