//! Schema migrations, embedded in the binary and run by one process at a time.

use diesel::{
    Connection as _, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection,
    migration::MigrationSource, sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{
    OpenError,
    db::{Alone, is_postgres},
};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Brings the schema up to date; says how many migrations were run.
pub(crate) fn run(url: &str) -> Result<usize, OpenError> {
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    if is_postgres(url) {
        let mut connection = PgConnection::establish(url).map_err(|e| failed(e.into()))?;
        let lock = Alone::Migration.statement();
        sql_query(lock).execute(&mut connection).map_err(|e| failed(e.into()))?;
        check_not_newer(&mut connection, &POSTGRES)?;
        // The lock goes with the session.
        Ok(connection.run_pending_migrations(POSTGRES).map_err(failed)?.len())
    } else {
        let mut connection = SqliteConnection::establish(url).map_err(|e| failed(e.into()))?;
        let options = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA busy_timeout = 5000;";
        connection.batch_execute(options).map_err(|e| failed(e.into()))?;
        check_not_newer(&mut connection, &SQLITE)?;
        Ok(connection.run_pending_migrations(SQLITE).map_err(failed)?.len())
    }
}

/// Refuses a schema that is older or newer than this binary.
pub(crate) fn check_current(url: &str) -> Result<(), OpenError> {
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    let pending = if is_postgres(url) {
        let mut connection = PgConnection::establish(url).map_err(|e| failed(e.into()))?;
        check_not_newer(&mut connection, &POSTGRES)?;
        connection.has_pending_migration(POSTGRES).map_err(failed)?
    } else {
        let mut connection = SqliteConnection::establish(url).map_err(|e| failed(e.into()))?;
        check_not_newer(&mut connection, &SQLITE)?;
        connection.has_pending_migration(SQLITE).map_err(failed)?
    };
    if pending {
        let detail = "the schema is older than this binary; run `cardium migrate`";
        return Err(OpenError::Migration(detail.to_owned()));
    }
    Ok(())
}

fn check_not_newer<DB, C>(connection: &mut C, known: &EmbeddedMigrations) -> Result<(), OpenError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    let applied = connection.applied_migrations().map_err(failed)?;
    let known = MigrationSource::<DB>::migrations(known).map_err(failed)?;
    let known: Vec<String> =
        known.iter().map(|migration| migration.name().version().to_string()).collect();
    match applied.iter().find(|version| !known.contains(&version.to_string())) {
        None => Ok(()),
        Some(version) => Err(OpenError::Migration(format!(
            "the schema has migration {version}, which this binary does not know: it is newer"
        ))),
    }
}
