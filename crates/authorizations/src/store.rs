use cardium_kernel::{AuthorizationId, MessageId, StoreError, Timestamp};

use crate::{Authorization, NetworkMessage, PendingAuthorization, Transaction};

/// The most authorizations that are looked at for one reference. Beyond, nobody can tell which one
/// is meant.
pub const MAX_CANDIDATES: usize = 16;

/// By which of its facts a later message may find an authorization of a card.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// DE 63, the network's name for the transaction.
    NetworkTrace(String),
    /// DE 38, the code that it was approved with.
    ApprovalCode(String),
    /// DE 42, the merchant, of authorizations made at this moment or later.
    Merchant(String, Timestamp),
}

/// What a later message quotes to find its authorization. Its facts never change once written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuthorizationReference {
    /// The keyed fingerprint of the PAN.
    pub pan: [u8; 32],
    /// The fact.
    pub kind: ReferenceKind,
}

/// What authorization commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait AuthorizationStore {
    /// The authorization with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_authorization(
        &mut self,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, StoreError>;

    /// The authorizations that a message may mean, oldest first: the newest
    /// [`MAX_CANDIDATES`] of them.
    ///
    /// # Errors
    /// When they were not announced.
    fn find_authorizations(
        &mut self,
        reference: &AuthorizationReference,
    ) -> Result<Vec<AuthorizationId>, StoreError>;

    /// Writes an authorization, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_authorization(&mut self, authorization: Authorization) -> Result<(), StoreError>;

    /// Appends a step.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_transaction(&mut self, transaction: Transaction) -> Result<(), StoreError>;

    /// The exchange with this key.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_message(&mut self, id: MessageId) -> Result<Option<NetworkMessage>, StoreError>;

    /// The request of this exchange that waits for the operator's endpoint, or did.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_pending(&mut self, id: MessageId) -> Result<Option<PendingAuthorization>, StoreError>;

    /// Writes a waiting request, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_pending(&mut self, pending: PendingAuthorization) -> Result<(), StoreError>;

    /// Records an exchange.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when its key was recorded before.
    fn insert_message(&mut self, message: NetworkMessage) -> Result<(), StoreError>;
}
