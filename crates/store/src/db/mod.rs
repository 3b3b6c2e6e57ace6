//! The thin layer over Diesel: statements as text with `?`, values, and one connection type
//! for both databases.
//!
//! Statements are cached by Diesel under their text, so each is prepared once a connection.

mod advisory;
mod connection;
mod error;
mod options;
mod pool;
mod sql;
mod value;

pub(crate) use advisory::Alone;
pub(crate) use connection::{Connection, Record};
pub(crate) use error::DbError;
pub(crate) use options::is_postgres;
pub(crate) use pool::{Manager, Pool};
pub(crate) use sql::{Bind, Sql};
pub(crate) use value::{Fields, Kind, Value};
