//! Queries for display, on pooled connections that cannot write.

mod accounts;
mod announcements;
mod balances;
mod cards;
mod chain;
mod disputes;
mod events;
mod grants;
mod list;
mod log;
mod oauth;
mod oauth_keys;
mod pending;
#[cfg(test)]
mod plans;
mod pooled;
mod tickets;
mod topups;
mod transactions;
mod visits;
mod webhooks;
mod withdrawals;

use cardium_app::reads::{ReadError, ReadResult};
use cardium_kernel::StoreError;

use crate::{
    db::{Connection, DbError, Pool, Record, Sql, Value},
    rows::Row,
};

/// The pool behind [`cardium_app::reads::Reads`].
pub(crate) struct PooledReads {
    pool: Pool,
}

impl PooledReads {
    pub(crate) const fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Runs queries on one connection.
    fn with<T>(&self, read: impl FnOnce(&mut Connection) -> ReadResult<T>) -> ReadResult<T> {
        let connection = self.pool.get();
        let mut connection = connection.map_err(|error| unreachable_database(&error))?;
        read(&mut connection)
    }

    /// Runs several queries that see one state of the database.
    fn snapshot<T>(&self, read: impl FnOnce(&mut Connection) -> ReadResult<T>) -> ReadResult<T> {
        self.with(|connection| {
            let begin = if connection.is_postgres() {
                "BEGIN ISOLATION LEVEL REPEATABLE READ"
            } else {
                "BEGIN"
            };
            connection.run(begin).map_err(failed)?;
            let result = read(connection);
            if let Err(error) = connection.run("ROLLBACK") {
                connection.give_up();
                return Err(failed(error));
            }
            result
        })
    }
}

fn unreachable_database(error: &impl std::fmt::Display) -> ReadError {
    ReadError::Store(StoreError::Backend(error.to_string()))
}

fn failed(error: DbError) -> ReadError {
    ReadError::Store(error.into())
}

/// The first row of a query, as a value of the domain.
fn first<R: Row>(connection: &mut Connection, sql: &Sql<'_>) -> ReadResult<Option<R>> {
    let record = connection.first(sql, &R::TABLE.kinds()).map_err(failed)?;
    Ok(record.map(R::read).transpose()?)
}

/// All rows of a query, as values of the domain; the query has a limit.
fn all<R: Row>(connection: &mut Connection, sql: &Sql<'_>) -> ReadResult<Vec<R>> {
    let records = connection.select(sql, &R::TABLE.kinds()).map_err(failed)?;
    Ok(records.into_iter().map(R::read).collect::<Result<_, _>>()?)
}

/// `SELECT .. FROM table WHERE` of a table, to be continued.
fn select<R: Row>(rest: &str) -> String {
    format!("SELECT {} FROM {} WHERE {rest}", R::TABLE.list(), R::TABLE.name)
}

/// The rows with these identities, at most a few hundred, in no order.
fn by_ids<R: Row>(connection: &mut Connection, ids: &[u128]) -> ReadResult<Vec<R>> {
    let records = records_by_ids::<R>(connection, ids)?;
    Ok(records.into_iter().map(R::read).collect::<Result<_, _>>()?)
}

/// The same, not decoded.
fn records_by_ids<R: Row>(connection: &mut Connection, ids: &[u128]) -> ReadResult<Vec<Record>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let key = R::TABLE.key();
    if connection.is_postgres() {
        let sql = Sql::new(select::<R>(&format!("{key} = ANY(?)"))).ids(ids.iter().copied());
        return connection.select(&sql, &R::TABLE.kinds()).map_err(failed);
    }
    let marks = vec!["?"; ids.len()].join(", ");
    let sql = Sql::new(select::<R>(&format!("{key} IN ({marks})")));
    let sql = ids.iter().fold(sql, |sql, id| sql.bind(Value::id(*id)));
    connection.select(&sql, &R::TABLE.kinds()).map_err(failed)
}
