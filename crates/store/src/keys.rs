//! Check values of the keys a database was written with.

use std::collections::BTreeMap;

use crate::{
    OpenError,
    db::{Connection, DbError, Fields, Kind, Sql, Value},
};

/// Whether the database was ever written with keys.
pub(crate) fn exist(connection: &mut Connection) -> Result<bool, OpenError> {
    Ok(!load(connection)?.is_empty())
}

/// Compares the process's keys with the database's; the first process leaves its own. Keys may
/// be added later (a new KEK version), never changed or left out.
pub(crate) fn check(
    connection: &mut Connection,
    keys: &[(String, [u8; 4])],
) -> Result<(), OpenError> {
    let known = load(connection)?;
    for (name, value) in &known {
        let ours = keys.iter().find(|(ours, _)| ours == name).map(|(_, value)| value.as_slice());
        if ours != Some(value.as_slice()) {
            return Err(OpenError::Keys(name.clone()));
        }
    }
    for (name, value) in keys.iter().filter(|(name, _)| !known.contains_key(name)) {
        let text = "INSERT INTO key_checks (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING";
        connection.execute(&Sql::new(text).text(name).bind(Value::bytes(value)))?;
    }
    // Two processes may have been first at once: whoever lost the race finds out here.
    let settled = load(connection)?;
    match keys.iter().find(|(name, value)| settled.get(name).is_none_or(|v| v != value)) {
        None => Ok(()),
        Some((name, _)) => Err(OpenError::Keys(name.clone())),
    }
}

fn load(connection: &mut Connection) -> Result<BTreeMap<String, Vec<u8>>, DbError> {
    let kinds = [Kind::Text, Kind::Bytes];
    let records = connection.select(&Sql::new("SELECT name, value FROM key_checks"), &kinds)?;
    let mut values = BTreeMap::new();
    for record in records {
        let mut fields = Fields::new("key_checks", record);
        values.insert(fields.text()?, fields.bytes()?);
    }
    Ok(values)
}
