use diesel::r2d2::{self, ManageConnection};

use super::{Connection, DbError, Sql};

/// Opens reader connections for the pool.
#[derive(Debug)]
pub(crate) struct Manager {
    url: String,
}

/// Reader connections for display.
pub(crate) type Pool = r2d2::Pool<Manager>;

impl Manager {
    pub(crate) const fn new(url: String) -> Self {
        Self { url }
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = DbError;

    fn connect(&self) -> Result<Connection, DbError> {
        Connection::open_reader(&self.url)
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), DbError> {
        connection.integer(&Sql::new("SELECT CAST(1 AS BIGINT)")).map(|_| ())
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        std::thread::panicking() || connection.is_lost()
    }
}
