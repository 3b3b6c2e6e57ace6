use cardium_kernel::{AccountId, Currency, EntryId, PostingId, StoreError, Timestamp};
use cardium_ledger::{AccountRecord, Hold, HoldId, LedgerAccount, LedgerAccountId, Posting, Role};

use super::{Fields, Kind, Row, Table, Value, book, money, time};

impl Row for LedgerAccount {
    const TABLE: Table = Table {
        name: "ledger_accounts",
        columns: &[
            ("id", Kind::Id),
            ("owner_id", Kind::Id),
            ("book", Kind::Int),
            ("role", Kind::Int),
            ("currency", Kind::Text),
            ("posted", Kind::Int),
            ("held", Kind::Int),
            ("version", Kind::Int),
            ("updated_at", Kind::Int),
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
            Value::id(self.owner.value()),
            book(self.book),
            Value::Int(i64::from(self.role.code())),
            Value::text(self.posted.currency().code()),
            Value::Int(self.posted.minor()),
            Value::Int(self.held.minor()),
            Value::Int(self.version),
            time(self.updated_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = LedgerAccountId::new(fields.id()?);
        let owner = AccountId::new(fields.id()?);
        let (book, role) = (fields.book()?, fields.code(Role::from_code)?);
        let currency = fields.currency()?;
        let posted = money(fields.int()?, currency);
        let held = money(fields.int()?, currency);
        let (version, updated_at) = (fields.int()?, fields.time()?);
        let record = AccountRecord { id, owner, book, role, posted, held, version, updated_at };
        Ok(Self::restore(record))
    }
}

impl Row for Hold {
    const TABLE: Table = Table {
        name: "holds",
        columns: &[
            ("id", Kind::Id),
            ("ledger_account_id", Kind::Id),
            ("amount", Kind::Int),
            ("currency", Kind::Text),
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
            Value::Int(self.amount.minor()),
            Value::text(self.amount.currency().code()),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = HoldId::new(fields.id()?);
        let account = LedgerAccountId::new(fields.id()?);
        let minor = fields.int()?;
        let amount = money(minor, fields.currency()?);
        Ok(Self { id, account, amount, version: fields.int()? })
    }
}

/// A posting's own row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostingRow(pub(crate) Posting);

impl Row for PostingRow {
    const TABLE: Table = Table {
        name: "postings",
        columns: &[
            ("id", Kind::Id),
            ("book", Kind::Int),
            ("kind", Kind::Text),
            ("currency", Kind::Text),
            ("source_object", Kind::Text),
            ("source_id", Kind::Id),
        ],
    };

    fn key(&self) -> u128 {
        self.0.id().value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let posting = &self.0;
        vec![
            Value::id(posting.id().value()),
            book(posting.book()),
            Value::text(posting.kind().as_str()),
            Value::text(posting.currency().code()),
            Value::text(posting.source().object),
            Value::id(posting.source().id),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Err(fields.damaged("postings are read with their entries"))
    }
}

/// A line of a posting, on a customer's or a system account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) id: EntryId,
    pub(crate) posting: PostingId,
    pub(crate) account: u128,
    /// None on a system account, whose row is never read.
    pub(crate) account_version: Option<i64>,
    pub(crate) amount: i64,
    pub(crate) balance_after: Option<i64>,
    pub(crate) currency: Currency,
    pub(crate) created_at: Timestamp,
}

impl Row for EntryRow {
    const TABLE: Table = Table {
        name: "entries",
        columns: &[
            ("id", Kind::Id),
            ("posting_id", Kind::Id),
            ("account_id", Kind::Id),
            ("account_version", Kind::Int),
            ("amount", Kind::Int),
            ("balance_after", Kind::Int),
            ("currency", Kind::Text),
            ("created_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.posting.value()),
            Value::id(self.account),
            Value::optional(self.account_version, Value::Int),
            Value::Int(self.amount),
            Value::optional(self.balance_after, Value::Int),
            Value::text(self.currency.code()),
            time(self.created_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: EntryId::new(fields.id()?),
            posting: PostingId::new(fields.id()?),
            account: fields.id()?,
            account_version: fields.optional(Fields::int)?,
            amount: fields.int()?,
            balance_after: fields.optional(Fields::int)?,
            currency: fields.currency()?,
            created_at: fields.time()?,
        })
    }
}
