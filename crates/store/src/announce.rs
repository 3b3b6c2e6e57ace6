//! How an operator's command leaves an announcement beside the processes that serve.

use std::path::Path;

use cardium_app::announcements::{Announcement, Spreading};
use cardium_kernel::AccountId;

use crate::{
    OpenError,
    batch::insert_rows,
    db::{Connection, DbError, Fields, Kind, Sql, is_postgres},
    migrations,
};

/// Leaves an announcement for every account that there is now; says how many they are. Unlike
/// everything else that writes, it needs no lock on an SQLite file: it adds one row to a table that
/// no process keeps in memory, and waits until the writer lets it.
///
/// # Errors
/// When the database cannot be reached, or its schema is not this binary's.
pub fn announce(url: &str, announcement: Announcement) -> Result<i64, OpenError> {
    if !is_postgres(url) && !Path::new(url).exists() {
        return Err(OpenError::Database(format!("there is no {url}")));
    }
    migrations::check_current(url)?;
    let mut connection = Connection::open_writer(url)?;
    let (newest, count) = accounts(&mut connection)?;
    insert_rows(&mut connection, &[Spreading::begin(announcement, newest)])?;
    Ok(count)
}

/// The newest account, and how many there are up to it.
fn accounts(connection: &mut Connection) -> Result<(Option<AccountId>, i64), DbError> {
    let newest = Sql::new("SELECT id FROM accounts ORDER BY id DESC LIMIT 1");
    let Some(record) = connection.first(&newest, &[Kind::Id])? else { return Ok((None, 0)) };
    let newest = Fields::new("accounts", record).id();
    let newest = newest.map_err(|error| DbError::Rejected(error.to_string()))?;
    let count = Sql::new("SELECT COUNT(*) FROM accounts WHERE id <= ?").id(newest);
    Ok((Some(AccountId::new(newest)), connection.integer(&count)?))
}
