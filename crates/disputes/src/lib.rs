//! Disputes: a cardholder objects to a captured transaction, the network decides.
//!
//! A dispute is `opened` with a provisional credit, `responded` once the merchant fights it, and
//! `won` or `lost` at the end; its stage says which side moved last (chargeback, representment,
//! pre-arbitration). Invariants: a decided dispute never changes again; what is credited is at
//! most what is disputed, and nothing once it is lost; a transaction has one open dispute at most
//! ([`Docket`]). Deliberately absent: the money (recipes of ledger), the bound of all that is
//! given back for an authorization (authorizations), and the bytes of evidence (a port of app).

mod commands;
mod dispute;
mod docket;
mod error;
mod evidence;
mod file_type;
mod filing;
mod reason;
mod stage;
mod store;
mod words;

pub use commands::{add_evidence, enter_dispute, keep_dispute, open_disputes};
pub use dispute::{Dispute, DisputeRecord, NewDispute};
pub use docket::{Docket, DocketRecord, Entries, MAX_OPEN};
pub use error::DisputeError;
pub use evidence::{Attachment, Content, Evidence, EvidenceKind, MAX_EVIDENCE, MAX_TEXT};
pub use file_type::{FileType, Inspection};
pub use filing::{EVIDENCE_PERIOD, FILING_WINDOW, check_window};
pub use reason::Reason;
pub use stage::{DisputeStatus, Resolution, Stage};
pub use store::DisputeStore;
