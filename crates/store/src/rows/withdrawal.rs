use cardium_kernel::{AccountId, Asset, Network, StoreError, WithdrawalId};
use cardium_withdrawals::{Failure, FailureCode, Withdrawal, WithdrawalRecord, WithdrawalStatus};

use super::{Fields, Kind, Row, Table, Value, book, metadata::metadata, money, time};

impl Row for Withdrawal {
    const TABLE: Table = Table {
        name: "withdrawals",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("book", Kind::Int),
            ("asset", Kind::Text),
            ("network", Kind::Text),
            ("address", Kind::Text),
            ("memo", Kind::Text),
            ("amount", Kind::Int),
            ("fee", Kind::Int),
            ("currency", Kind::Text),
            ("status", Kind::Text),
            ("handed_over", Kind::Bool),
            ("txid", Kind::Text),
            ("failure_code", Kind::Text),
            ("failure_message", Kind::Text),
            ("releases_at", Kind::Int),
            ("due_at", Kind::Int),
            ("metadata", Kind::Text),
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
        let failure = self.failure.as_ref();
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            book(self.book),
            Value::text(self.asset.as_str()),
            Value::text(self.network.as_str()),
            Value::text(&self.address),
            Value::optional(self.memo.as_deref(), Value::text),
            Value::Int(self.amount.minor()),
            Value::Int(self.fee.minor()),
            Value::text(self.amount.currency().code()),
            Value::text(self.status.as_str()),
            Value::Bool(self.handed_over),
            Value::optional(self.txid.as_deref(), Value::text),
            Value::optional(failure, |failure| Value::text(failure.code.as_str())),
            Value::optional(failure, |failure| Value::text(&failure.message)),
            time(self.releases_at),
            time(self.due_at),
            metadata(&self.metadata),
            time(self.created_at),
            time(self.updated_at),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = WithdrawalId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let book = fields.book()?;
        let asset = fields.word(Asset::parse)?;
        let network = fields.word(Network::parse)?;
        let (address, memo) = (fields.text()?, fields.optional(Fields::text)?);
        let (amount, fee, currency) = (fields.int()?, fields.int()?, fields.currency()?);
        Ok(Self::restore(WithdrawalRecord {
            id,
            account,
            book,
            asset,
            network,
            address,
            memo,
            amount: money(amount, currency),
            fee: money(fee, currency),
            status: fields.word(WithdrawalStatus::parse)?,
            handed_over: fields.bool()?,
            txid: fields.optional(Fields::text)?,
            failure: failure(fields)?,
            releases_at: fields.time()?,
            due_at: fields.time()?,
            metadata: fields.metadata()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}

/// Two columns: code and message, both or neither.
fn failure(fields: &mut Fields) -> Result<Option<Failure>, StoreError> {
    let code = fields.optional(|fields| fields.word(FailureCode::parse))?;
    let message = fields.optional(Fields::text)?;
    Ok(code.zip(message).map(|(code, message)| Failure { code, message }))
}
