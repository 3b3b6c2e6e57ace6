use diesel::{
    Connection as _, PgConnection, SqliteConnection,
    backend::Backend,
    connection::{LoadConnection, SimpleConnection},
    deserialize::FromSql,
    query_builder::QueryFragment,
    row::Row,
    sql_types::{BigInt, Binary, Bool, HasSqlType, Nullable, Text, Untyped},
};

use super::{DbError, Kind, Sql, Value, options};

/// The values of one row, in the order they were selected.
pub(crate) type Record = Vec<Value<'static>>;

enum Backends {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A connection to either database. It counts its statements, for the tests that hold the
/// write path to a constant number of them.
pub(crate) struct Connection {
    backend: Backends,
    statements: u64,
    /// A statement failed in a way that says nothing good of the connection.
    lost: bool,
}

impl Connection {
    /// Connects to a writer's session.
    pub(crate) fn open_writer(url: &str) -> Result<Self, DbError> {
        Self::open(url, options::SQLITE_WRITER, options::POSTGRES_WRITER)
    }

    /// Connects to a session for display: it cannot write.
    pub(crate) fn open_reader(url: &str) -> Result<Self, DbError> {
        Self::open(url, options::SQLITE_READER, options::POSTGRES_READER)
    }

    fn open(url: &str, sqlite: &str, postgres: &str) -> Result<Self, DbError> {
        let lost = |error: diesel::ConnectionError| DbError::Lost(error.to_string());
        let backend = if options::is_postgres(url) {
            let mut connection = PgConnection::establish(url).map_err(lost)?;
            connection.batch_execute(postgres)?;
            Backends::Postgres(connection)
        } else {
            let mut connection = SqliteConnection::establish(url).map_err(lost)?;
            connection.batch_execute(sqlite)?;
            Backends::Sqlite(connection)
        };
        Ok(Self { backend, statements: 0, lost: false })
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.backend, Backends::Postgres(_))
    }

    /// Whether the connection should not be used again.
    pub(crate) const fn is_lost(&self) -> bool {
        self.lost
    }

    /// Says that the connection is in no state to be used again.
    pub(crate) const fn give_up(&mut self) {
        self.lost = true;
    }

    fn note<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        self.lost |= matches!(result, Err(DbError::Lost(_)));
        result
    }

    /// Statements sent so far, BEGIN and COMMIT included.
    pub(crate) const fn statements(&self) -> u64 {
        self.statements
    }

    /// Runs a query; `kinds` are those of the selected columns.
    pub(crate) fn select(&mut self, sql: &Sql<'_>, kinds: &[Kind]) -> Result<Vec<Record>, DbError> {
        self.count();
        let records = match &mut self.backend {
            Backends::Sqlite(connection) => load(connection, sql, kinds),
            Backends::Postgres(connection) => load(connection, sql, kinds),
        };
        self.note(records)
    }

    /// The first row of a query.
    pub(crate) fn first(
        &mut self,
        sql: &Sql<'_>,
        kinds: &[Kind],
    ) -> Result<Option<Record>, DbError> {
        Ok(self.select(sql, kinds)?.into_iter().next())
    }

    /// The integer that a query gives; zero where it gives none.
    pub(crate) fn integer(&mut self, sql: &Sql<'_>) -> Result<i64, DbError> {
        let row = self.first(sql, &[Kind::Int])?;
        Ok(match row.as_deref() {
            Some([Value::Int(value)]) => *value,
            _ => 0,
        })
    }

    /// Runs a statement; says how many rows it touched.
    pub(crate) fn execute(&mut self, sql: &Sql<'_>) -> Result<usize, DbError> {
        self.count();
        let touched = match &mut self.backend {
            Backends::Sqlite(connection) => connection.execute_returning_count(sql),
            Backends::Postgres(connection) => connection.execute_returning_count(sql),
        };
        self.note(touched.map_err(DbError::from))
    }

    /// Runs a statement without parameters or rows, such as BEGIN.
    pub(crate) fn run(&mut self, text: &str) -> Result<(), DbError> {
        self.count();
        let done = match &mut self.backend {
            Backends::Sqlite(connection) => connection.batch_execute(text),
            Backends::Postgres(connection) => connection.batch_execute(text),
        };
        self.note(done.map_err(DbError::from))
    }

    /// Begins a transaction that will write.
    pub(crate) fn begin(&mut self) -> Result<(), DbError> {
        let text = if self.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" };
        self.run(text)
    }

    fn count(&mut self) {
        self.statements = self.statements.saturating_add(1);
    }
}

fn load<C>(connection: &mut C, sql: &Sql<'_>, kinds: &[Kind]) -> Result<Vec<Record>, DbError>
where
    C: LoadConnection,
    C::Backend: HasSqlType<Binary>
        + HasSqlType<BigInt>
        + HasSqlType<Text>
        + HasSqlType<Bool>
        + diesel::expression::QueryMetadata<Untyped>,
    for<'a> Sql<'a>: QueryFragment<C::Backend>,
    Vec<u8>: FromSql<Binary, C::Backend>,
    i64: FromSql<BigInt, C::Backend>,
    String: FromSql<Text, C::Backend>,
    bool: FromSql<Bool, C::Backend>,
{
    let mut records = Vec::new();
    for row in connection.load(sql)? {
        let row = row?;
        let record: Result<Record, _> =
            kinds.iter().enumerate().map(|(index, kind)| cell(&row, index, *kind)).collect();
        records.push(record?);
    }
    Ok(records)
}

fn cell<'a, DB, R>(row: &R, index: usize, kind: Kind) -> Result<Value<'static>, DbError>
where
    DB: Backend + HasSqlType<Binary> + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Bool>,
    R: Row<'a, DB>,
    Vec<u8>: FromSql<Binary, DB>,
    i64: FromSql<BigInt, DB>,
    String: FromSql<Text, DB>,
    bool: FromSql<Bool, DB>,
{
    let decoded = match kind {
        Kind::Id => row
            .get_value::<Nullable<Binary>, Option<Vec<u8>>, _>(index)
            .map(|bytes| bytes.map(|bytes| bytes.try_into().map_or(Value::Null, Value::Id))),
        Kind::Bytes => row
            .get_value::<Nullable<Binary>, Option<Vec<u8>>, _>(index)
            .map(|bytes| bytes.map(|bytes| Value::Bytes(bytes.into()))),
        Kind::Int => row
            .get_value::<Nullable<BigInt>, Option<i64>, _>(index)
            .map(|value| value.map(Value::Int)),
        Kind::Text => row
            .get_value::<Nullable<Text>, Option<String>, _>(index)
            .map(|text| text.map(|text| Value::Text(text.into()))),
        Kind::Bool => row
            .get_value::<Nullable<Bool>, Option<bool>, _>(index)
            .map(|value| value.map(Value::Bool)),
    };
    let decoded = decoded.map_err(|error| DbError::Rejected(error.to_string()))?;
    Ok(decoded.unwrap_or(Value::Null))
}
