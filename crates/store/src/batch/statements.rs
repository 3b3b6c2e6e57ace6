use std::marker::PhantomData;

use crate::{
    db::{Bind, Connection, DbError, Kind, Sql, Value},
    rows::{Row, Table},
};

/// The statements of one table, made once a writer.
pub(crate) struct Statements<R> {
    kinds: Vec<Kind>,
    select: String,
    lock: String,
    insert: String,
    update: String,
    row: PhantomData<fn() -> R>,
}

/// Whether loaded rows are locked until COMMIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Rows that decisions depend on and that may change.
    Update,
    /// Rows that never change once written.
    None,
}

impl<R: Row> Statements<R> {
    /// Set-based statements for PostgreSQL, single-row ones for SQLite: there a statement costs
    /// no round trip, and cached single-row statements are the fastest way.
    pub(crate) fn new(postgres: bool) -> Self {
        let table = R::TABLE;
        let (name, key, list) = (table.name, table.key(), table.list());
        let (select, insert, update) = if postgres {
            (
                format!("SELECT {list} FROM {name} WHERE {key} = ANY(?)"),
                format!("INSERT INTO {name} ({list}) SELECT * FROM unnest({})", marks(&table)),
                postgres_update(&table, R::VERSION),
            )
        } else {
            (
                format!("SELECT {list} FROM {name} WHERE {key} = ?"),
                format!("INSERT INTO {name} ({list}) VALUES ({})", marks(&table)),
                sqlite_update(&table, R::VERSION),
            )
        };
        let lock = format!("{select} ORDER BY {key} FOR NO KEY UPDATE");
        Self { kinds: table.kinds(), select, lock, insert, update, row: PhantomData }
    }

    /// Loads the rows with these identities, ascending; those that do not exist are left out.
    pub(crate) fn load(
        &self,
        connection: &mut Connection,
        keys: &[u128],
        lock: Lock,
    ) -> Result<Vec<R>, DbError> {
        let mut rows = Vec::with_capacity(keys.len());
        if connection.is_postgres() {
            let text = if lock == Lock::Update { &self.lock } else { &self.select };
            let sql = Sql::new(text.as_str()).ids(keys.iter().copied());
            self.read_into(&mut rows, connection, &sql)?;
        } else {
            for key in keys {
                let sql = Sql::new(self.select.as_str()).id(*key);
                self.read_into(&mut rows, connection, &sql)?;
            }
        }
        Ok(rows)
    }

    fn read_into(
        &self,
        rows: &mut Vec<R>,
        connection: &mut Connection,
        sql: &Sql<'_>,
    ) -> Result<(), DbError> {
        for record in connection.select(sql, &self.kinds)? {
            rows.push(R::read(record)?);
        }
        Ok(())
    }

    /// Writes new rows.
    pub(crate) fn insert(&self, connection: &mut Connection, rows: &[&R]) -> Result<(), DbError> {
        if connection.is_postgres() {
            let sql = self.columns(Sql::new(self.insert.as_str()), rows);
            connection.execute(&sql)?;
            return Ok(());
        }
        for row in rows {
            let sql = row.encode().into_iter().fold(Sql::new(self.insert.as_str()), Sql::bind);
            connection.execute(&sql)?;
        }
        Ok(())
    }

    /// Writes changed rows, each only if it still has the version it was loaded with.
    pub(crate) fn update(
        &self,
        connection: &mut Connection,
        rows: &[(&R, i64)],
    ) -> Result<(), DbError> {
        let written = if connection.is_postgres() {
            let values: Vec<&R> = rows.iter().map(|(row, _)| *row).collect();
            let loaded = rows.iter().map(|(_, version)| Value::Int(*version)).collect();
            let sql = self.columns(Sql::new(self.update.as_str()), &values);
            connection.execute(&sql.with(Bind::Many(Kind::Int, loaded)))?
        } else {
            self.update_each(connection, rows)?
        };
        if written == rows.len() {
            return Ok(());
        }
        Err(DbError::Conflict(format!("{} changed under the batch", R::TABLE.name)))
    }

    fn update_each(
        &self,
        connection: &mut Connection,
        rows: &[(&R, i64)],
    ) -> Result<usize, DbError> {
        let mut written = 0_usize;
        for (row, loaded) in rows {
            let mut values = row.encode();
            let key = values.remove(0);
            let sql = values.into_iter().fold(Sql::new(self.update.as_str()), Sql::bind);
            written = written.saturating_add(connection.execute(&sql.bind(key).int(*loaded))?);
        }
        Ok(written)
    }

    /// Adds one array parameter a column.
    fn columns<'a>(&self, sql: Sql<'a>, rows: &[&'a R]) -> Sql<'a> {
        let mut columns: Vec<Vec<Value<'a>>> =
            self.kinds.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row.encode()) {
                column.push(value);
            }
        }
        let kinds = self.kinds.iter().copied();
        kinds.zip(columns).fold(sql, |sql, (kind, values)| sql.with(Bind::Many(kind, values)))
    }
}

/// Writes new rows of a table outside the batch's own flush.
pub(crate) fn insert_rows<R: Row>(connection: &mut Connection, rows: &[R]) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<&R> = rows.iter().collect();
    Statements::<R>::new(connection.is_postgres()).insert(connection, &rows)
}

fn marks(table: &Table) -> String {
    vec!["?"; table.columns.len()].join(", ")
}

fn assignments(table: &Table, value: impl Fn(&str) -> String) -> String {
    let columns = table.columns.iter().skip(1);
    let sets: Vec<_> = columns.map(|(name, _)| format!("{name} = {}", value(name))).collect();
    sets.join(", ")
}

fn sqlite_update(table: &Table, version: &str) -> String {
    let (name, key) = (table.name, table.key());
    let sets = assignments(table, |_| "?".to_owned());
    format!("UPDATE {name} SET {sets} WHERE {key} = ? AND {version} = ?")
}

fn postgres_update(table: &Table, version: &str) -> String {
    let (name, key, list, marks) = (table.name, table.key(), table.list(), marks(table));
    let sets = assignments(table, |column| format!("u.{column}"));
    format!(
        "UPDATE {name} AS t SET {sets} FROM unnest({marks}, ?) AS u({list}, loaded) \
         WHERE t.{key} = u.{key} AND t.{version} = u.loaded"
    )
}
