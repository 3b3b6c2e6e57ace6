use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use crate::db::{Connection, DbError};

/// How often the size of the write-ahead log is looked at.
const PERIOD: Duration = Duration::from_millis(200);
/// From this size the log is copied into the database, without waiting for anybody.
const PASSIVE_BYTES: u64 = 4 << 20;
/// From this size the log is also cut back, which waits for readers.
const TRUNCATE_BYTES: u64 = 64 << 20;

/// Moves SQLite's write-ahead log into the database file, off the writer's thread, so that no
/// command pays for it.
pub(crate) struct Checkpointer {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(crate) fn spawn(path: &str) -> Result<Self, DbError> {
        let mut connection = Connection::open_writer(path)?;
        let log = PathBuf::from(format!("{path}-wal"));
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("checkpointer".to_owned());
        let thread = thread.spawn(move || {
            while !wait(&stopped) {
                checkpoint(&mut connection, &log);
            }
            let _last = connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
        });
        let thread = thread.map_err(|error| DbError::Lost(error.to_string()))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        let (stop, wake) = &*self.stop;
        *stop.lock().unwrap_or_else(PoisonError::into_inner) = true;
        wake.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn wait((stop, wake): &(Mutex<bool>, Condvar)) -> bool {
    let guard = stop.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = wake.wait_timeout_while(guard, PERIOD, |stop| !*stop);
    *waited.unwrap_or_else(PoisonError::into_inner).0
}

fn checkpoint(connection: &mut Connection, log: &std::path::Path) {
    let size = std::fs::metadata(log).map_or(0, |file| file.len());
    let pragma = match size {
        TRUNCATE_BYTES.. => "PRAGMA wal_checkpoint(TRUNCATE)",
        PASSIVE_BYTES.. => "PRAGMA wal_checkpoint(PASSIVE)",
        _ => return,
    };
    if let Err(error) = connection.run(pragma) {
        tracing::warn!(%error, "checkpoint failed");
    }
}
