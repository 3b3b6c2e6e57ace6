//! Double-entry bookkeeping: a chart of accounts, postings that balance, holds and balances.
//!
//! Sign convention: a credit is positive. A customer's balance is the programme's liability, so
//! it is positive; a receivable is at most zero; system accounts take whatever sign the sum
//! leaves them. Invariants: a posting sums to zero, in one book and one currency; a customer
//! account's `available = posted - held` never goes below zero; an account's balance equals
//! the sum of its entries. Deliberately absent: queries, time, and any idea of what a card is.
#![cfg_attr(
    not(test),
    deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::as_conversions)
)]

mod account;
mod chart;
mod error;
mod hold;
mod journal;
mod posting;
pub mod recipes;
mod store;

pub use account::{AccountRecord, LedgerAccount};
pub use chart::{LedgerAccountId, Role, SystemAccount};
pub use error::LedgerError;
pub use hold::{Hold, HoldId};
pub use journal::{book_posting, change_hold, open_or_default, release_hold};
pub use posting::{Entry, Line, Posting, PostingError, PostingKind, Source};
pub use store::LedgerStore;
