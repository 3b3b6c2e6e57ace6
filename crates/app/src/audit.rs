//! The port to the audit log.

use cardium_kernel::{AccountId, AuditId, StoreError, Timestamp};

/// Whose log has what the operator does that is about no account. No account has this id: it is no
/// moment's.
pub const PROGRAMME: AccountId = AccountId::new(0);

/// A row of the audit log before its place in the chain is known. Actor, address and request
/// come from the command's context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDraft {
    /// The row's id.
    pub id: AuditId,
    /// Whose log it goes to.
    pub account: AccountId,
    /// What was done, such as `card.revealed`.
    pub action: &'static str,
    /// The text form of the object's id.
    pub object: String,
    /// Who did it: actor word and credential.
    pub actor: String,
    /// The peer's address, or empty.
    pub ip: String,
    /// The peer's user agent, or empty.
    pub user_agent: String,
    /// The request's id, or empty.
    pub request_id: String,
    /// When the command was submitted.
    pub at: Timestamp,
}

/// The append-only, hash-chained log of an account.
pub trait AuditLog {
    /// Appends a row; its sequence number, moment and hash are given when the command's
    /// writes are merged.
    ///
    /// # Errors
    /// When the account's sequence row was not announced.
    fn append_audit(&mut self, draft: AuditDraft) -> Result<(), StoreError>;
}
