//! Advisory locks of PostgreSQL: numbers that a session or a transaction holds.
//!
//! They belong to a database, and an installation to a schema of it: so the schema's own number is
//! the first half of every lock, and two installations in one database do not know of each other.

use super::{Connection, DbError, Kind, Sql, Value};

/// What is done by one session at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alone {
    /// Owning a stripe of the system accounts, until the session ends.
    Stripe(i64),
    /// Fanning events out, until the transaction ends.
    FanOut,
    /// Removing old events, until the transaction ends.
    Purge,
    /// Changing the schema, until the session ends; the others wait.
    Migration,
}

impl Alone {
    /// More writers than any deployment has.
    pub(crate) const STRIPES: i64 = 1_024;

    const fn key(self) -> i64 {
        match self {
            Self::Stripe(stripe) => stripe,
            Self::FanOut => Self::STRIPES,
            Self::Purge => Self::STRIPES + 1,
            Self::Migration => Self::STRIPES + 2,
        }
    }

    const fn function(self) -> &'static str {
        match self {
            Self::Stripe(_) => "pg_try_advisory_lock",
            Self::FanOut | Self::Purge => "pg_try_advisory_xact_lock",
            Self::Migration => "pg_advisory_lock",
        }
    }

    /// The call that takes the lock, with `key` for its second number.
    fn call(self, key: &str) -> String {
        let schema = "quote_ident(current_schema())::regnamespace::oid::int";
        format!("SELECT {}({schema}, {key})", self.function())
    }

    /// A statement for a session that is not one of ours yet.
    pub(crate) fn statement(self) -> String {
        self.call(&self.key().to_string())
    }
}

impl Connection {
    /// Whether nobody else does this, who then has to wait. SQLite has one writer.
    pub(crate) fn begin_alone(&mut self, what: Alone) -> Result<bool, DbError> {
        if !self.is_postgres() {
            return Ok(true);
        }
        let sql = Sql::new(what.call("(?)::int"));
        let row = self.first(&sql.int(what.key()), &[Kind::Bool])?;
        Ok(row.as_deref() == Some(&[Value::Bool(true)]))
    }
}
