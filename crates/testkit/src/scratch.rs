use std::path::PathBuf;

use cardium_app::Entropy as _;
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Binary, Text},
};

use crate::SystemEntropy;

/// The databases every test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file of its own.
    Sqlite,
    /// A schema of its own on the server that `tests/run` starts.
    Postgres,
}

/// An empty database, gone when dropped.
pub struct Scratch {
    backend: Backend,
    name: String,
    url: String,
}

/// The answer to a query for one number.
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The answer to a query for lines of text.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The answer to a query for one id.
#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}

/// A transaction that is undone when dropped.
pub struct Held(PgConnection);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.batch_execute("ROLLBACK").expect("the transaction is open");
    }
}

impl Scratch {
    /// Makes an empty database.
    ///
    /// # Panics
    /// When there is no PostgreSQL to make it on: tests are never skipped silently.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        let name = unused_name();
        let url = match backend {
            Backend::Sqlite => {
                let folder = std::env::temp_dir().join(&name);
                std::fs::create_dir_all(&folder).expect("the temporary folder takes folders");
                folder.join("cardium.db").display().to_string()
            }
            Backend::Postgres => {
                run_on_server(&format!("CREATE SCHEMA {name}"));
                format!("{}?options=-csearch_path%3D{name}", server())
            }
        };
        Self { backend, name, url }
    }

    /// The database's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which kind of database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The folder of an SQLite file; where a PostgreSQL-backed server may keep its own files.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let folder = std::env::temp_dir().join(&self.name);
        std::fs::create_dir_all(&folder).expect("the temporary folder takes folders");
        folder
    }

    /// Runs SQL behind the product's back, to plant what a checker must find.
    ///
    /// # Panics
    /// When the SQL fails.
    pub fn execute(&self, sql: &str) {
        match self.backend {
            Backend::Sqlite => {
                self.sqlite().batch_execute(sql).expect("the SQL runs");
            }
            Backend::Postgres => {
                self.postgres().batch_execute(sql).expect("the SQL runs");
            }
        }
    }

    /// Runs SQL in a transaction of PostgreSQL that stays open until this is dropped; SQLite has
    /// one writer, whom nobody is to keep waiting.
    ///
    /// # Panics
    /// When the SQL fails.
    #[must_use]
    pub fn hold(&self, sql: &str) -> Option<Held> {
        let mut connection = (self.backend == Backend::Postgres).then(|| self.postgres())?;
        connection.batch_execute(&format!("BEGIN; {sql}")).expect("the SQL runs");
        Some(Held(connection))
    }

    /// Runs a query behind the product's back whose answer is one number, in the column `count`.
    ///
    /// # Panics
    /// When the SQL fails.
    #[must_use]
    pub fn count(&self, sql: &str) -> i64 {
        let query = sql_query(sql);
        let counted: Count = match self.backend {
            Backend::Sqlite => query.get_result(&mut self.sqlite()).expect("the SQL runs"),
            Backend::Postgres => query.get_result(&mut self.postgres()).expect("the SQL runs"),
        };
        counted.count
    }

    /// Runs a query behind the product's back whose answer is lines of text, in the column `line`.
    ///
    /// # Panics
    /// When the SQL fails.
    #[must_use]
    pub fn lines(&self, sql: &str) -> Vec<String> {
        let query = sql_query(sql);
        let lines: Vec<Line> = match self.backend {
            Backend::Sqlite => query.load(&mut self.sqlite()).expect("the SQL runs"),
            Backend::Postgres => query.load(&mut self.postgres()).expect("the SQL runs"),
        };
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Runs a query behind the product's back whose answer is one id, in the column `id`.
    ///
    /// # Panics
    /// When the SQL fails, or finds no id.
    #[must_use]
    pub fn id(&self, sql: &str) -> u128 {
        let query = sql_query(sql);
        let found: Id = match self.backend {
            Backend::Sqlite => {
                query.get_result(&mut self.sqlite()).expect("the SQL finds something")
            }
            Backend::Postgres => {
                query.get_result(&mut self.postgres()).expect("the SQL finds something")
            }
        };
        u128::from_be_bytes(found.id.try_into().expect("ids have 16 bytes"))
    }

    /// A session on the file. Whoever opens it while a server starts, recovers or ends may find it
    /// locked for a moment, readers too.
    fn sqlite(&self) -> SqliteConnection {
        let mut connection = SqliteConnection::establish(&self.url).expect("the file opens");
        connection.batch_execute("PRAGMA busy_timeout = 20000").expect("the SQL runs");
        connection
    }

    fn postgres(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("it connects")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(std::env::temp_dir().join(&self.name));
        if self.backend == Backend::Postgres {
            run_on_server(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        }
    }
}

/// A name that no other test has or left behind. The process's number would not do: a run of all
/// tests goes through all of them more than once.
fn unused_name() -> String {
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random);
    format!("cardium_{:016x}", u64::from_be_bytes(random))
}

/// The server of `tests/run`.
fn server() -> String {
    std::env::var("CARDIUM_TEST_POSTGRES_URL").expect(
        "CARDIUM_TEST_POSTGRES_URL is not set: run the tests with `tests/run`, which starts \
         PostgreSQL",
    )
}

fn run_on_server(sql: &str) {
    let mut connection = PgConnection::establish(&server()).expect("PostgreSQL is running");
    connection.batch_execute(sql).expect("the SQL runs");
}
