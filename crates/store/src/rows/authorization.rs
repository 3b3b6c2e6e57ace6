use cardium_authorizations::{
    Authorization, AuthorizationRecord, AuthorizationStatus, Merchant, Origin, Tally,
};
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
            ("origin", Kind::Text),
            ("stan", Kind::Text),
            ("network_trace", Kind::Text),
            ("advanced", Kind::Int),
            ("credited", Kind::Int),
            ("excess", Kind::Int),
            ("withheld", Kind::Int),
            ("tallies", Kind::Text),
            ("late_presentment", Kind::Bool),
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
            Value::text(self.origin.as_str()),
            Value::text(&self.stan),
            Value::text(&self.network_trace),
            Value::Int(self.advanced.minor()),
            Value::Int(self.credited.minor()),
            Value::Int(self.excess.minor()),
            Value::Int(self.withheld.minor()),
            Value::Text(encode_tallies(self).into()),
            Value::Bool(self.late_presentment),
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
        let usd = |minor| money(minor, currency);
        let mut record = AuthorizationRecord {
            id,
            account,
            card,
            book,
            approval_code,
            retrieval_reference,
            authorized: usd(authorized),
            held: usd(held),
            cleared: usd(cleared),
            refunded: usd(refunded),
            status: fields.word(AuthorizationStatus::parse)?,
            merchant: decode_merchant(fields)?,
            expires_at: fields.time()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
            origin: fields.word(Origin::parse)?,
            stan: fields.text()?,
            network_trace: fields.text()?,
            advanced: usd(fields.int()?),
            credited: usd(fields.int()?),
            excess: usd(fields.int()?),
            withheld: usd(fields.int()?),
            tallies: Vec::new(),
            late_presentment: false,
        };
        let tallies = fields.word(|text| Tally::from_text(text, currency))?;
        record.late_presentment = fields.bool()?;
        record.tallies = if tallies.is_empty() { usual_tallies(&record) } else { tallies };
        Ok(Self::restore(record))
    }
}

/// What nearly every authorization has: one tally of all that counts, since it began.
fn usual_tallies(record: &AuthorizationRecord) -> Vec<Tally> {
    let parts = [record.held, record.advanced, record.cleared];
    let minor = parts.iter().fold(0_i64, |sum, part| sum.saturating_add(part.minor()));
    let amount = money(minor, record.held.currency());
    let tally = Tally { at: record.created_at, amount };
    if amount.is_positive() { vec![tally] } else { Vec::new() }
}

/// Empty for the usual ones, which most rows need not store.
fn encode_tallies(record: &AuthorizationRecord) -> String {
    if record.tallies == usual_tallies(record) {
        return String::new();
    }
    Tally::to_text(&record.tallies)
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
