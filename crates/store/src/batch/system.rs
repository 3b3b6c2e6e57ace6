use std::collections::BTreeMap;

use cardium_kernel::{Book, Currency};
use cardium_ledger::SystemAccount;

use crate::db::{Bind, Connection, DbError, Kind, Sql, Value};

/// What a batch adds to the programme's own accounts. They are never read or locked up front:
/// each writer adds to a stripe of its own, last, so that writers never wait for each other.
#[derive(Default)]
pub(crate) struct SystemDeltas {
    merged: BTreeMap<(SystemAccount, Book, Currency), Delta>,
    overlay: Vec<((SystemAccount, Book, Currency), i64)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Delta {
    amount: i64,
    entries: i64,
}

impl SystemDeltas {
    pub(crate) fn clear(&mut self) {
        self.merged.clear();
        self.overlay.clear();
    }

    pub(crate) fn add(&mut self, account: SystemAccount, book: Book, currency: Currency, by: i64) {
        self.overlay.push(((account, book, currency), by));
    }

    pub(crate) fn merge(&mut self) {
        for (key, amount) in self.overlay.drain(..) {
            let delta = self.merged.entry(key).or_default();
            delta.amount = delta.amount.saturating_add(amount);
            delta.entries = delta.entries.saturating_add(1);
        }
    }

    pub(crate) fn discard(&mut self) {
        self.overlay.clear();
    }

    /// Adds the deltas to this writer's stripe.
    pub(crate) fn flush(&self, connection: &mut Connection, stripe: i64) -> Result<(), DbError> {
        if self.merged.is_empty() {
            return Ok(());
        }
        let rows: Vec<[Value<'_>; 7]> = self.merged.iter().map(|e| row(e, stripe)).collect();
        if connection.is_postgres() {
            let sql = Sql::new(upsert("SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?)"));
            connection.execute(&columns(sql, &rows))?;
            return Ok(());
        }
        let text = upsert("VALUES (?, ?, ?, ?, ?, ?, ?)");
        for row in rows {
            connection.execute(&row.into_iter().fold(Sql::new(text.as_str()), Sql::bind))?;
        }
        Ok(())
    }
}

const KINDS: [Kind; 7] =
    [Kind::Id, Kind::Int, Kind::Int, Kind::Text, Kind::Text, Kind::Int, Kind::Int];

fn upsert(rows: &str) -> String {
    format!(
        "INSERT INTO system_balances \
         (account_id, stripe, book, code, currency, posted, entry_count) {rows} \
         ON CONFLICT (account_id, stripe) DO UPDATE SET \
         posted = system_balances.posted + excluded.posted, \
         entry_count = system_balances.entry_count + excluded.entry_count"
    )
}

fn row(
    ((account, book, currency), delta): (&(SystemAccount, Book, Currency), &Delta),
    stripe: i64,
) -> [Value<'static>; 7] {
    [
        Value::id(account.id(*book, *currency)),
        Value::Int(stripe),
        Value::Int(book.code()),
        Value::text(account.code()),
        Value::text(currency.code()),
        Value::Int(delta.amount),
        Value::Int(delta.entries),
    ]
}

fn columns<'a>(sql: Sql<'a>, rows: &[[Value<'a>; 7]]) -> Sql<'a> {
    KINDS.iter().enumerate().fold(sql, |sql, (index, kind)| {
        let column = rows.iter().filter_map(|row| row.get(index).cloned()).collect();
        sql.with(Bind::Many(*kind, column))
    })
}
