use cardium_kernel::{AccountId, StoreError, TopupId};
use cardium_topups::{Asset, Network, Topup, TopupRecord, TopupStatus};

use super::{Fields, Kind, Row, Table, Value, book, metadata::metadata, money, time};

impl Row for Topup {
    const TABLE: Table = Table {
        name: "topups",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("book", Kind::Int),
            ("asset", Kind::Text),
            ("network", Kind::Text),
            ("address", Kind::Text),
            ("amount", Kind::Int),
            ("confirming", Kind::Int),
            ("received", Kind::Int),
            ("currency", Kind::Text),
            ("status", Kind::Text),
            ("expired", Kind::Bool),
            ("late", Kind::Bool),
            ("txid", Kind::Text),
            ("confirmations", Kind::Int),
            ("expires_at", Kind::Int),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("version", Kind::Int),
            ("metadata", Kind::Text),
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
            book(self.book),
            Value::text(self.asset.as_str()),
            Value::text(self.network.as_str()),
            Value::text(&self.address),
            Value::Int(self.amount.minor()),
            Value::Int(self.confirming.minor()),
            Value::Int(self.received.minor()),
            Value::text(self.amount.currency().code()),
            Value::text(self.status.as_str()),
            Value::Bool(self.expired),
            Value::Bool(self.late),
            Value::optional(self.txid.as_deref(), Value::text),
            Value::Int(self.confirmations),
            time(self.expires_at),
            time(self.created_at),
            time(self.updated_at),
            Value::Int(self.version),
            metadata(&self.metadata),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = TopupId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let book = fields.book()?;
        let asset = fields.word(Asset::parse)?;
        let network = fields.word(Network::parse)?;
        let address = fields.text()?;
        let (amount, confirming, received) = (fields.int()?, fields.int()?, fields.int()?);
        let currency = fields.currency()?;
        Ok(Self::restore(TopupRecord {
            id,
            account,
            book,
            asset,
            network,
            address,
            amount: money(amount, currency),
            confirming: money(confirming, currency),
            received: money(received, currency),
            status: fields.word(TopupStatus::parse)?,
            expired: fields.bool()?,
            late: fields.bool()?,
            txid: fields.optional(Fields::text)?,
            confirmations: fields.int()?,
            expires_at: fields.time()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
            metadata: fields.metadata()?,
        }))
    }
}
