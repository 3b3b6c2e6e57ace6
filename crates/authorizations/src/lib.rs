//! The life of a card transaction: decision, hold, clearing, reversal, refund.
//!
//! Invariants: the decision is a pure function of facts; an authorization holds at most what it
//! authorized; each step leaves one immutable transaction; a network message is answered once
//! and replayed from its stored response. Deliberately absent: ISO 8583 itself (iso8583 and
//! network), the ledger postings (recipes of ledger) and a card's limits (cards).

mod authorization;
mod decision;
mod foreign;
mod hold;
mod matching;
mod message;
mod pending;
mod reason;
mod store;
mod transaction;

pub use authorization::{
    Authorization, AuthorizationRecord, AuthorizationStatus, Clearing, MAX_INCREMENTS,
    NewAuthorization, Origin, Recount, Release, Tally, approval_code,
};
pub use decision::{
    CVV_TRIES, CardStanding, Check, CvvCheck, Decided, Decision, Facts, HookAnswer, Limit,
    MandateFacts, PartialApproval, RequestKind, Rule, Trace, Unit, Verdict, decide,
};
pub use foreign::ForeignAmount;
pub use hold::{HOLD_PERIOD, TRAVEL_HOLD_PERIOD, hold_period};
pub use matching::{Quote, find_original, find_raised};
pub use message::{
    Effect, Function, MaskedFields, MessageKey, MessageOutcome, NetworkMessage, late_copy,
    reversal_mark,
};
pub use pending::{NewPending, PendingAuthorization, PendingRecord, PendingState};
pub use reason::DeclineReason;
pub use store::{AuthorizationReference, AuthorizationStore, MAX_CANDIDATES, ReferenceKind};
pub use transaction::{Finality, Merchant, Step, Transaction, TransactionKind};
