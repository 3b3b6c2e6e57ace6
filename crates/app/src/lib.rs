//! Use cases: what each command does, in one transaction, behind the ports it needs.
//!
//! A use case is a value with hints and a `run`: load, decide in memory, write, append events.
//! It never waits on a network, reads a clock or draws random numbers; time, ids and whatever
//! is random come in with it. Every door (REST, ISO 8583, workers) submits use cases through
//! [`perform`] or [`perform_as`]. Deliberately absent: SQL, HTTP, async runtimes.

pub mod access_tokens;
pub mod accounts;
pub mod announcements;
pub mod answer;
pub mod api_keys;
pub mod audit;
pub mod blobs;
pub mod cards;
pub mod chain;
pub mod context;
pub mod database;
pub mod disputes;
pub mod edge;
pub mod error;
pub mod event;
pub mod grants;
pub mod hints;
pub mod idempotency;
pub mod network;
pub mod oauth;
pub mod policy;
pub mod quotas;
pub mod reads;
pub mod screening;
#[cfg(test)]
mod testing;
pub mod tickets;
pub mod topups;
pub mod tx;
pub mod unit;
pub mod upkeep;
pub mod use_case;
pub mod webhooks;
pub mod withdrawals;

pub use answer::Answer;
pub use context::{Actor, Context, RequestInfo};
pub use database::{Database, Ending, Lane};
pub use edge::{Edge, Entropy};
pub use error::CommandError;
pub use event::{EventDraft, EventType, Snapshot};
pub use hints::{Hints, NaturalKey, RowKey};
pub use policy::{Policy, WithdrawalFees};
pub use unit::Unit;
pub use use_case::{CommandResult, Intent, UseCase, perform, perform_as};
