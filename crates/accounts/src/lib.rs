//! The tenant: who signed up, with which e-mail address and password hash.
//!
//! Invariants: an e-mail address belongs to one account, compared without case; a password is
//! only ever kept as a hash. Deliberately absent: hashing itself (it costs tens of milliseconds
//! and happens at the edge) and money (that is the ledger's).

mod account;
mod email;
mod password;
mod store;

pub use account::{Account, AccountRecord};
pub use email::{Email, EmailError};
pub use password::{Password, PasswordError, PasswordHash};
pub use store::AccountStore;
