//! What an owner lets an OAuth client do, beyond scopes: on which cards, how a card number may be
//! revealed, how much may be spent, and what the owner is asked first.
//!
//! A grant acts through a credential of kind [`crate::CredentialKind::Grant`] with the same id,
//! which holds scopes, expiry and revocation. Deliberately absent: OAuth itself (`oauth`).

mod approval;
mod change;
mod grant;
mod mandate;
mod reach;
mod spent;

pub use approval::{
    APPROVAL_LIFETIME, ASKED_FOR, Approval, ApprovalError, ApprovalRecord, ApprovalStatus,
    Decision, NewApproval, NotApproved,
};
pub use change::{GrantChange, MandateChange};
pub use grant::{Grant, GrantRecord, NewGrant, Reveal, TooManyQuestions, open_grant};
pub use mandate::{Mandate, MandateError};
pub use reach::Reach;
pub use spent::Spent;

use cardium_kernel::{ApprovalId, GrantId, StoreError};

/// What commands about grants need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait GrantStore {
    /// The grant with this id.
    ///
    /// # Errors
    /// When the row was not announced.
    fn find_grant(&mut self, id: GrantId) -> Result<Option<Grant>, StoreError>;

    /// Writes a grant, new or changed.
    ///
    /// # Errors
    /// When the row was not announced.
    fn save_grant(&mut self, grant: Grant) -> Result<(), StoreError>;

    /// The approval with this id.
    ///
    /// # Errors
    /// When the row was not announced.
    fn find_approval(&mut self, id: ApprovalId) -> Result<Option<Approval>, StoreError>;

    /// Writes an approval, new or changed.
    ///
    /// # Errors
    /// When the row was not announced.
    fn save_approval(&mut self, approval: Approval) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests;
