use cardium_kernel::{CredentialId, StoreError};

use crate::Credential;

/// What credential commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait CredentialStore {
    /// The credential with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_credential(&mut self, id: CredentialId) -> Result<Option<Credential>, StoreError>;

    /// Writes a credential, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_credential(&mut self, credential: Credential) -> Result<(), StoreError>;
}
