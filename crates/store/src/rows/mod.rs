//! How each table's rows become domain values and back: one mapping a table, used by the write
//! path and by reads alike.

mod account;
mod announcement;
mod approval;
mod audit;
mod authorization;
mod card;
mod credential;
mod deposit;
mod dispute;
mod event;
mod evidence;
mod grant;
mod idempotency;
mod ledger;
mod message;
pub(crate) mod metadata;
mod oauth;
mod oauth_client;
pub(crate) mod oauth_key;
mod payee;
mod pending;
mod quota;
mod sequence;
mod ticket;
mod topup;
mod transaction;
mod velocity;
mod webhook;
mod withdrawal;

use cardium_kernel::{Book, Currency, Money, StoreError, Timestamp};

use crate::db::{Fields, Kind, Record, Value};

pub(crate) use audit::AuditRow;
pub(crate) use deposit::transfer;
pub(crate) use dispute::DisputeRow;
pub(crate) use event::EventRow;
pub(crate) use evidence::EvidenceRow;
pub(crate) use ledger::{EntryRow, PostingRow};
pub(crate) use oauth_client::client_key;
pub(crate) use sequence::Sequence;
pub(crate) use webhook::{LANE, attempt_log, is_careful, lane};

/// A table's name and columns, the key first.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// The identity column.
    pub(crate) fn key(&self) -> &'static str {
        self.columns.first().map_or("id", |(name, _)| name)
    }

    /// The column names, comma-separated.
    pub(crate) fn list(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// The column names with a table alias, comma-separated.
    pub(crate) fn list_as(&self, alias: &str) -> String {
        let names: Vec<_> =
            self.columns.iter().map(|(name, _)| format!("{alias}.{name}")).collect();
        names.join(", ")
    }

    /// What the columns hold.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.columns.iter().map(|(_, kind)| *kind).collect()
    }
}

/// A stored row as a value of the domain.
pub(crate) trait Row: Clone + PartialEq + Send {
    /// Where it is stored.
    const TABLE: Table;

    /// The column that holds [`Row::version`], for compare-and-set.
    const VERSION: &'static str = "version";

    /// Its identity.
    fn key(&self) -> u128;

    /// Rises with every change; zero for a row that was never stored. Rows that never change
    /// have version 1.
    fn version(&self) -> i64 {
        1
    }

    /// Its values, in column order.
    fn encode(&self) -> Vec<Value<'_>>;

    /// Reads the values, in column order.
    fn decode(fields: &mut Fields) -> Result<Self, StoreError>;

    /// Reads a selected record.
    fn read(record: Record) -> Result<Self, StoreError> {
        Self::decode(&mut Fields::new(Self::TABLE.name, record))
    }
}

/// Values that many tables share.
impl Fields {
    pub(crate) fn book(&mut self) -> Result<Book, StoreError> {
        self.code(Book::from_code)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.int().map(Timestamp::from_unix_micros)
    }

    pub(crate) fn currency(&mut self) -> Result<Currency, StoreError> {
        self.word(Currency::from_code)
    }
}

pub(crate) fn money(minor: i64, currency: Currency) -> Money {
    Money::new(minor, currency)
}

pub(crate) const fn time(at: Timestamp) -> Value<'static> {
    Value::Int(at.unix_micros())
}

pub(crate) const fn book(book: Book) -> Value<'static> {
    Value::Int(book.code())
}
