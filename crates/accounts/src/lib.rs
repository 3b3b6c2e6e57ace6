//! The tenant: who signed up, with which e-mail address and password hash, and what they ask.
//!
//! Invariants: an e-mail address belongs to one account, compared without case; a password is
//! only ever kept as a hash; a ticket goes on saying what it said when it was opened. Deliberately
//! absent: hashing itself (it costs tens of milliseconds and happens at the edge), answers to
//! tickets (the operators') and money (that is the ledger's).

mod account;
mod email;
mod password;
mod store;
mod ticket;
mod ticket_store;

pub use account::{Account, AccountRecord};
pub use email::{Email, EmailError};
pub use password::{Password, PasswordError, PasswordHash};
pub use store::AccountStore;
pub use ticket::{
    Standing, Ticket, TicketDraft, TicketError, TicketRecord, TicketStatus, close_ticket,
    open_ticket,
};
pub use ticket_store::TicketStore;
