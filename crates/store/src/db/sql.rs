use std::{borrow::Cow, io::Write};

use diesel::{
    backend::Backend,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{
        Array, BigInt, Binary, Bool, HasSqlType, Nullable, SqlType, Text, Untyped, is_nullable,
    },
    sqlite::Sqlite,
};

use super::{Kind, Value};

/// A parameter of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Bind<'a> {
    /// One value. A null is bound as an integer, so it must not meet another type.
    One(Value<'a>),
    /// A column of values as an array; PostgreSQL only.
    Many(Kind, Vec<Value<'a>>),
}

/// A statement: text with a `?` for each parameter. Both databases get their own placeholders
/// from Diesel, and cache the prepared statement under the text.
#[derive(Debug, Clone)]
pub(crate) struct Sql<'a> {
    text: Cow<'a, str>,
    binds: Vec<Bind<'a>>,
}

impl<'a> Sql<'a> {
    pub(crate) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), binds: Vec::new() }
    }

    /// Adds a parameter.
    pub(crate) fn bind(mut self, value: Value<'a>) -> Self {
        self.binds.push(Bind::One(value));
        self
    }

    /// Adds a parameter that may be an array.
    pub(crate) fn with(mut self, bind: Bind<'a>) -> Self {
        self.binds.push(bind);
        self
    }

    /// Adds a 128-bit id.
    pub(crate) fn id(self, id: u128) -> Self {
        self.bind(Value::id(id))
    }

    /// Adds an integer.
    pub(crate) fn int(self, value: i64) -> Self {
        self.bind(Value::Int(value))
    }

    /// Adds text.
    pub(crate) fn text(self, value: &'a str) -> Self {
        self.bind(Value::text(value))
    }

    /// Adds an array of ids; PostgreSQL only.
    pub(crate) fn ids(self, ids: impl IntoIterator<Item = u128>) -> Self {
        self.with(Bind::Many(Kind::Id, ids.into_iter().map(Value::id).collect()))
    }

    fn walk<'b, DB: Backend>(
        &'b self,
        mut out: AstPass<'_, 'b, DB>,
        push: impl Fn(&mut AstPass<'_, 'b, DB>, &'b Bind<'a>) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let mut binds = self.binds.iter();
        for (index, part) in self.text.split('?').enumerate() {
            if index > 0
                && let Some(bind) = binds.next()
            {
                push(&mut out, bind)?;
            }
            out.push_sql(part);
        }
        Ok(())
    }
}

impl QueryId for Sql<'_> {
    type QueryId = ();
    // The text is the identity: Diesel then caches the prepared statement under it.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Sqlite> for Sql<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out, |out, bind| match bind {
            Bind::One(value) => push_one(out, value),
            Bind::Many(..) => {
                Err(diesel::result::Error::QueryBuilderError("arrays are for PostgreSQL".into()))
            }
        })
    }
}

impl QueryFragment<Pg> for Sql<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out, |out, bind| match bind {
            Bind::One(value) => push_one(out, value),
            Bind::Many(kind, values) => push_many(out, *kind, values),
        })
    }
}

fn push_one<'b, DB>(out: &mut AstPass<'_, 'b, DB>, value: &'b Value<'_>) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Binary> + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Bool>,
    [u8]: ToSql<Binary, DB>,
    i64: ToSql<BigInt, DB>,
    str: ToSql<Text, DB>,
    bool: ToSql<Bool, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
{
    match value {
        Value::Null => out.push_bind_param::<Nullable<BigInt>, _>(&None::<i64>),
        Value::Id(id) => out.push_bind_param::<Binary, [u8]>(id.as_slice()),
        Value::Bytes(bytes) => out.push_bind_param::<Binary, [u8]>(bytes.as_ref()),
        Value::Int(value) => out.push_bind_param::<BigInt, i64>(value),
        Value::Text(text) => out.push_bind_param::<Text, str>(text.as_ref()),
        Value::Bool(value) => out.push_bind_param::<Bool, bool>(value),
    }
}

fn push_many<'b>(
    out: &mut AstPass<'_, 'b, Pg>,
    kind: Kind,
    values: &'b [Value<'_>],
) -> QueryResult<()> {
    match kind {
        Kind::Id | Kind::Bytes => out.push_bind_param::<Array<Nullable<Binary>>, _>(values),
        Kind::Int => out.push_bind_param::<Array<Nullable<BigInt>>, _>(values),
        Kind::Text => out.push_bind_param::<Array<Nullable<Text>>, _>(values),
        Kind::Bool => out.push_bind_param::<Array<Nullable<Bool>>, _>(values),
    }
}

/// Writes a value as an array element, in PostgreSQL's binary format.
impl<ST> ToSql<Nullable<ST>, Pg> for Value<'_>
where
    ST: SqlType<IsNull = is_nullable::NotNull>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Id(id) => out.write_all(id)?,
            Value::Bytes(bytes) => out.write_all(bytes)?,
            Value::Int(value) => out.write_all(&value.to_be_bytes())?,
            Value::Text(text) => out.write_all(text.as_bytes())?,
            Value::Bool(value) => out.write_all(&[u8::from(*value)])?,
        }
        Ok(IsNull::No)
    }
}
