//! The life of a card transaction: decision, hold, clearing and reversal.
//!
//! Invariants: the decision is a pure function of facts; an authorization holds at most what it
//! authorized; each step leaves one immutable transaction; a network message is answered once
//! and replayed from its stored response. Deliberately absent: ISO 8583 itself (iso8583 and
//! network) and the ledger postings (recipes of ledger).

mod authorization;
mod decision;
mod message;
mod reason;
mod store;
mod transaction;

pub use authorization::{
    Authorization, AuthorizationRecord, AuthorizationStatus, NewAuthorization, Reversal,
};
pub use decision::{CardStanding, CvvCheck, Facts, decide};
pub use message::{MaskedFields, MessageKey, MessageOutcome, NetworkMessage, reversal_mark};
pub use reason::DeclineReason;
pub use store::{AuthorizationMatch, AuthorizationStore};
pub use transaction::{Merchant, Step, Transaction};

/// How long an authorization holds money without being cleared: seven days (card scheme rules).
pub const HOLD_PERIOD: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3_600);
