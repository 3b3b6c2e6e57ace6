/// A writer's SQLite session: WAL with FULL (NORMAL loses acknowledged commits on power loss),
/// checkpoints by a thread of their own.
pub(super) const SQLITE_WRITER: &str = "PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; \
     PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0; PRAGMA cache_size = -65536; \
     PRAGMA temp_store = MEMORY;";

/// A session for display: the same file, no writes.
pub(super) const SQLITE_READER: &str = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 1000; \
     PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0; PRAGMA query_only = ON;";

/// A writer's PostgreSQL session: short time-outs, so that a stopped process frees its locks. Its
/// statements find rows by key, each through an index. A plan is made once, when a table may still
/// be small, and kept while it grows: left to itself the planner would read small tables whole and
/// go on doing so until they are analyzed.
pub(super) const POSTGRES_WRITER: &str = "SET lock_timeout = '1s'; \
     SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '2s'; \
     SET timezone = 'UTC'; SET application_name = 'cardium writer'; \
     SET default_transaction_isolation = 'read committed'; SET jit = off; \
     SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;";

/// A session for display; every list has its index (see [`POSTGRES_WRITER`]).
pub(super) const POSTGRES_READER: &str = "SET default_transaction_read_only = on; \
     SET statement_timeout = '5s'; SET timezone = 'UTC'; \
     SET application_name = 'cardium reader'; SET jit = off; SET enable_seqscan = off;";

/// Whether a database URL names PostgreSQL; anything else is the path of an SQLite file.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}
