use cardium_kernel::{AuthorizationId, MessageId, StoreError};

use crate::{Authorization, NetworkMessage, Transaction};

/// What a clearing quotes to find its authorization.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuthorizationMatch {
    /// The keyed fingerprint of the PAN.
    pub pan: [u8; 32],
    /// DE 38, the code we approved with.
    pub approval_code: String,
}

/// What authorization commands need of the open transaction.
pub trait AuthorizationStore {
    /// The authorization with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_authorization(
        &mut self,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, StoreError>;

    /// The authorizations a clearing may mean, oldest first.
    ///
    /// # Errors
    /// When they were not announced.
    fn find_authorizations(
        &mut self,
        key: &AuthorizationMatch,
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

    /// Records an exchange.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when its key was recorded before.
    fn insert_message(&mut self, message: NetworkMessage) -> Result<(), StoreError>;
}
