//! Withdrawals: treasury money that leaves to an address on a chain.
//!
//! Invariants: an address is paid only in the form in which its chain writes it, checksum
//! included; the fee comes out of the amount, and something is left; what may be on its way fails
//! only when its chain says so. Deliberately absent: chains themselves (behind a port of app), how
//! money is booked (recipes of ledger) and whom the operator refuses to pay.

mod address;
mod payee;
mod status;
mod store;
mod withdrawal;

pub use address::{Address, AddressError};
pub use payee::{Payee, PayeeError, PayeeId, admit};
pub use status::{Failure, FailureCode, WithdrawalStatus};
pub use store::WithdrawalStore;
pub use withdrawal::{NewWithdrawal, Withdrawal, WithdrawalError, WithdrawalRecord};
