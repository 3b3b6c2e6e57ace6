//! What a database must promise before the server writes to it.

use crate::{
    OpenError,
    db::{Connection, Kind, Sql, Value},
};

/// SQLite 3.7.0 to 3.51.2 can corrupt a database when the log is reset.
const SQLITE_AT_LEAST: [u32; 3] = [3, 51, 3];

/// Refuses settings under which an acknowledged command could be lost.
pub(crate) fn check(connection: &mut Connection) -> Result<(), OpenError> {
    if connection.is_postgres() {
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value = word(connection, &format!("SHOW {setting}"), Kind::Text)?;
            if value == "off" {
                return Err(OpenError::Unsafe(format!("{setting} is off; turn it on")));
            }
        }
        return Ok(());
    }
    check_sqlite(connection)
}

fn check_sqlite(connection: &mut Connection) -> Result<(), OpenError> {
    let mode = word(connection, "PRAGMA journal_mode", Kind::Text)?;
    if mode != "wal" {
        return Err(OpenError::Unsafe(format!("journal_mode is {mode}, not wal")));
    }
    let synchronous = connection.integer(&Sql::new("PRAGMA synchronous"))?;
    if synchronous != 2 {
        return Err(OpenError::Unsafe(format!("synchronous is {synchronous}, not 2 (FULL)")));
    }
    let version = word(connection, "SELECT sqlite_version()", Kind::Text)?;
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() < SQLITE_AT_LEAST.as_slice() {
        return Err(OpenError::Unsafe(format!("SQLite {version} is older than 3.51.3")));
    }
    Ok(())
}

fn word(connection: &mut Connection, text: &str, kind: Kind) -> Result<String, OpenError> {
    let row = connection.first(&Sql::new(text.to_owned()), &[kind])?;
    match row.and_then(|row| row.into_iter().next()) {
        Some(Value::Text(text)) => Ok(text.into_owned()),
        _ => Err(OpenError::Unsafe(format!("{text} gives no answer"))),
    }
}
