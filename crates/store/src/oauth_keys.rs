//! How an operator's command lets the keys of access tokens take turns, beside the processes that
//! serve.

use std::path::Path;

use cardium_app::access_tokens::{OauthKey, RotateKeys};
use cardium_kernel::{StoreError, Timestamp};

use crate::{
    OpenError,
    batch::insert_rows,
    db::{Connection, Sql, is_postgres},
    keys, migrations,
    rows::{Row, oauth_key, time},
};

/// Lets the keys take turns in a transaction of its own; gives them as they are then. Like an
/// announcement it needs no lock on an SQLite file: processes look the keys up again by themselves.
///
/// # Errors
/// When the database cannot be reached, was written with other keys than those of `key_checks`, or
/// has a schema that is not this binary's.
pub fn rotate_oauth_keys(
    url: &str,
    key_checks: &[(String, [u8; 4])],
    rotation: &RotateKeys,
    now: Timestamp,
) -> Result<Vec<OauthKey>, OpenError> {
    if !is_postgres(url) && !Path::new(url).exists() {
        return Err(OpenError::Database(format!("there is no {url}")));
    }
    migrations::check_current(url)?;
    let mut connection = Connection::open_writer(url)?;
    keys::check(&mut connection, key_checks)?;
    connection.begin()?;
    let failed = |error: StoreError| OpenError::Database(error.to_string());
    let keys = rotation.rotate(take(&mut connection).map_err(failed)?, now);
    replace(&mut connection, &keys, now).map_err(failed)?;
    connection.run("COMMIT")?;
    Ok(keys)
}

/// All keys; the row that whoever changes them locks is locked until COMMIT.
pub(crate) fn take(connection: &mut Connection) -> Result<Vec<OauthKey>, StoreError> {
    let lock = if connection.is_postgres() { " FOR NO KEY UPDATE" } else { "" };
    let text = format!("SELECT rotated_at FROM oauth_key_rotation WHERE id = 1{lock}");
    connection.integer(&Sql::new(text))?;
    let records = connection.select(&Sql::new(oauth_key::all()), &OauthKey::TABLE.kinds())?;
    records.into_iter().map(OauthKey::read).collect()
}

/// Keeps these keys and no other.
pub(crate) fn replace(
    connection: &mut Connection,
    keys: &[OauthKey],
    now: Timestamp,
) -> Result<(), StoreError> {
    connection.execute(&Sql::new("DELETE FROM oauth_keys"))?;
    insert_rows(connection, keys)?;
    let text = "UPDATE oauth_key_rotation SET rotated_at = ? WHERE id = 1";
    connection.execute(&Sql::new(text).bind(time(now)))?;
    Ok(())
}
