//! Diesel adapters: the group-committing write path, and queries for display, on SQLite and
//! PostgreSQL.
//!
//! `db` is the layer over Diesel, `rows` maps tables to domain values, `batch` is the identity
//! map of one transaction, `tx` the ports on it, `writer` the queues and threads, `reads` the
//! queries for display, `verify` the checker. Deliberately absent: any decision.

mod announce;
mod batch;
mod blobs;
mod db;
mod keys;
mod lapsed;
mod migrations;
mod oauth_keys;
mod open;
#[cfg(test)]
mod plans;
mod progress;
mod reads;
mod rows;
mod safety;
mod tx;
mod verify;
mod writer;

pub use announce::announce;
pub use blobs::open_blobs;
pub use oauth_keys::rotate_oauth_keys;
pub use open::{CLOSURE_BUDGET, OpenError, Prepared, Store, StoreSettings, migrate};
pub use verify::{Finding, Progress, Report, verify};
pub use writer::{Point, Probe, QueueLimits, Stats, StatsSnapshot};
