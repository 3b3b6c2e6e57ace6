use std::{
    fs::{File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use cardium_app::{
    Database, Lane,
    database::{Job, SubmitError},
    event::EventRenderer,
    reads::Reads,
};
use cardium_vault::HashKey;

use crate::{
    Probe, QueueLimits, Stats,
    batch::MergeContext,
    db::{Connection, DbError, Manager, Pool, is_postgres},
    keys, migrations,
    reads::PooledReads,
    safety,
    writer::{Checkpointer, Fatal, Queue, WriterSettings, spawn},
};

/// The usual [`StoreSettings::closure_budget`].
pub const CLOSURE_BUDGET: Duration = Duration::from_millis(5);

/// How a database is opened.
#[derive(Clone)]
pub struct StoreSettings {
    /// `postgres://..`, or the path of an SQLite file.
    pub url: String,
    /// Connections for display.
    pub pool_size: u32,
    /// Writers of this process; SQLite has exactly one.
    pub writers: u32,
    /// How many commands may wait.
    pub queue: QueueLimits,
    /// Whether to bring the schema up to date first.
    pub migrate: bool,
    /// Names and check values of the process's keys.
    pub key_checks: Vec<(String, [u8; 4])>,
    /// The key of the audit chains.
    pub audit_key: HashKey,
    /// Makes the JSON of events.
    pub renderer: Arc<dyn EventRenderer>,
    /// How long the commands of one batch may run altogether ([`CLOSURE_BUDGET`]); those left
    /// over run in the next, so that no caller waits for a pile of slow ones.
    pub closure_budget: Duration,
    /// Looks into the write path, in tests.
    pub probe: Option<Arc<dyn Probe>>,
    /// Called when the writer has panicked twice in a row; must end the process.
    pub on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached or read.
    #[error("cannot open the database: {0}")]
    Database(String),
    /// Its schema is not this binary's.
    #[error("migrations: {0}")]
    Migration(String),
    /// Its settings could lose an acknowledged command.
    #[error("refusing to start: {0}")]
    Unsafe(String),
    /// It was written with other keys.
    #[error("refusing to start: the database was written with another key {0:?}")]
    Keys(String),
    /// Another process has the SQLite file.
    #[error("refusing to start: {0} is in use by another process")]
    Locked(String),
}

impl From<DbError> for OpenError {
    fn from(error: DbError) -> Self {
        Self::Database(error.to_string())
    }
}

/// An open database: the write path and the pool for display.
pub struct Store {
    path: Arc<WritePath>,
    reads: Arc<PooledReads>,
    stats: Arc<Stats>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    checkpointer: Mutex<Option<Checkpointer>>,
    _lock: Option<File>,
}

/// The queues in front of the writers.
struct WritePath {
    hot: Arc<Queue>,
    /// On PostgreSQL cold commands have a connection of their own; SQLite has one writer.
    cold: Arc<Queue>,
}

impl Database for WritePath {
    fn submit(&self, lane: Lane, patience: Duration, job: Box<dyn Job>) {
        let queue = if job.hints().alone { &self.cold } else { &self.hot };
        queue.push(lane, patience, job);
    }
}

impl Store {
    /// Opens a database: takes the lock, migrates, checks settings and keys, starts writers.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(settings: &StoreSettings) -> Result<Self, OpenError> {
        Prepared::new(&settings.url, settings.migrate)?.open(settings)
    }

    /// Opens a database that other processes may be serving, for an operator's command. On SQLite
    /// it goes without the lock: its few commands wait until the other's writer lets them, and
    /// touch nothing that a process keeps in memory.
    ///
    /// # Errors
    /// When there is no such database, its schema is not this binary's, or it was written with
    /// other keys.
    pub fn open_beside(settings: &StoreSettings) -> Result<Self, OpenError> {
        let url = &settings.url;
        if !is_postgres(url) && !Path::new(url).exists() {
            return Err(OpenError::Database(format!("there is no {url}")));
        }
        migrations::check_current(url)?;
        keys::check(&mut Connection::open_writer(url)?, &settings.key_checks)?;
        Self::start(settings, None)
    }

    fn start(settings: &StoreSettings, lock: Option<File>) -> Result<Self, OpenError> {
        let postgres = is_postgres(&settings.url);
        let stats = Arc::new(Stats::default());
        let hot = Arc::new(Queue::new(settings.queue));
        let cold = if postgres { Arc::new(Queue::new(settings.queue)) } else { Arc::clone(&hot) };
        let writer = WriterSettings {
            url: settings.url.clone(),
            merge: MergeContext {
                audit_key: settings.audit_key.clone(),
                renderer: Arc::clone(&settings.renderer),
            },
            probe: settings.probe.clone(),
            budget: settings.closure_budget,
            stats: Arc::clone(&stats),
            fatal: Fatal::clone(&settings.on_fatal),
        };
        let mut threads = Vec::new();
        for index in 0..if postgres { settings.writers.max(1) } else { 1 } {
            threads.push(spawn(&format!("writer-{index}"), writer.clone(), Arc::clone(&hot))?);
        }
        if postgres {
            threads.push(spawn("writer-cold", writer, Arc::clone(&cold))?);
        }
        // The log belongs to whoever has the file.
        let checkpointer =
            lock.is_some().then(|| Checkpointer::spawn(&settings.url)).transpose()?;
        Ok(Self {
            path: Arc::new(WritePath { hot, cold }),
            reads: Arc::new(PooledReads::new(pool(settings)?)),
            stats,
            threads: Mutex::new(threads),
            checkpointer: Mutex::new(checkpointer),
            _lock: lock,
        })
    }

    /// The write path.
    #[must_use]
    pub fn database(&self) -> Arc<dyn Database> {
        let path: Arc<WritePath> = Arc::clone(&self.path);
        path
    }

    /// Queries for display.
    #[must_use]
    pub fn reads(&self) -> Arc<dyn Reads> {
        let reads: Arc<PooledReads> = Arc::clone(&self.reads);
        reads
    }

    /// Counters and health of the write path.
    #[must_use]
    pub fn stats(&self) -> Arc<Stats> {
        Arc::clone(&self.stats)
    }

    /// Takes no more commands, settles those that wait, and ends the writers.
    pub fn shutdown(&self) {
        self.path.hot.close();
        self.path.cold.close();
        let threads: Vec<_> =
            self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        for thread in threads {
            let _ended = thread.join();
        }
        self.path.hot.fail_all(&SubmitError::Closed);
        self.path.cold.fail_all(&SubmitError::Closed);
        drop(self.checkpointer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// A database that this process may write: locked, where only one process may, and with this
/// binary's schema. Between preparing and opening it the keys are chosen.
pub struct Prepared {
    lock: Option<File>,
    has_keys: bool,
}

impl Prepared {
    /// Takes the lock of an SQLite file, then migrates or checks the schema.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn new(url: &str, migrate: bool) -> Result<Self, OpenError> {
        let lock = lock(url)?;
        if migrate {
            migrations::run(url)?;
        } else {
            migrations::check_current(url)?;
        }
        let has_keys = keys::exist(&mut Connection::open_writer(url)?)?;
        Ok(Self { lock, has_keys })
    }

    /// Whether the database was ever written with keys, so that new ones must not be made.
    #[must_use]
    pub const fn has_keys(&self) -> bool {
        self.has_keys
    }

    /// Checks settings and keys, and starts the writers.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(self, settings: &StoreSettings) -> Result<Store, OpenError> {
        let mut connection = Connection::open_writer(&settings.url)?;
        safety::check(&mut connection)?;
        keys::check(&mut connection, &settings.key_checks)?;
        Store::start(settings, self.lock)
    }
}

/// Brings the schema up to date; says how many migrations were run.
///
/// # Errors
/// When another process has the SQLite file, a migration fails, or the schema is newer than
/// this binary.
pub fn migrate(url: &str) -> Result<usize, OpenError> {
    let _lock = lock(url)?;
    migrations::run(url)
}

fn pool(settings: &StoreSettings) -> Result<Pool, OpenError> {
    Pool::builder()
        .max_size(settings.pool_size)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_timeout(Duration::from_secs(2))
        .build(Manager::new(settings.url.clone()))
        .map_err(|error| OpenError::Database(error.to_string()))
}

/// Takes the lock beside an SQLite file, which every writing process holds.
fn lock(url: &str) -> Result<Option<File>, OpenError> {
    if is_postgres(url) {
        return Ok(None);
    }
    let path = format!("{url}.lock");
    let file = private_file(&path)?;
    file.try_lock().map_err(|_| OpenError::Locked(path))?;
    // An empty file is an empty database; its log files take on its mode.
    private_file(url)?;
    Ok(Some(file))
}

/// Opens a file, which is made for its owner only.
fn private_file(path: &str) -> Result<File, OpenError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    file.map_err(|error| OpenError::Database(format!("{path}: {error}")))
}
