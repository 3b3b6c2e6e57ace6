//! The tenant: who signed up, with which e-mail address and password hash, how they prove who they
//! are, and what they ask.
//!
//! Invariants: an e-mail address belongs to one account, compared without case; a password is
//! only ever kept as a hash, an authenticator's secret only sealed, a recovery code only as a keyed
//! hash; a code is used once; sessions of an older generation than the account's have ended; a
//! ticket goes on saying what it said when it was opened. Deliberately absent: hashing and sealing
//! themselves (they cost time and keys, and happen at the edge), comparing codes (that is RFC
//! 6238's, in auth) and money (that is the ledger's).

mod account;
mod attempts;
mod email;
mod error;
mod notifications;
mod password;
mod store;
mod ticket;
mod ticket_store;
mod two_factor;

pub use account::{Account, AccountRecord};
pub use attempts::{Attempt, Attempts, Streak};
pub use email::{Email, EmailError};
pub use error::AccountError;
pub use notifications::Notifications;
pub use password::{Password, PasswordError, PasswordHash};
pub use store::{AccountStore, is_address_free};
pub use ticket::{
    Standing, Ticket, TicketDraft, TicketError, TicketRecord, TicketStatus, close_ticket,
    open_ticket,
};
pub use ticket_store::TicketStore;
pub use two_factor::{
    Authenticator, CodeProof, RECOVERY_CODES, RecoveryCodes, SealedSecret, TwoFactor,
};
