use cardium_kernel::{AccountId, StoreError};

use crate::{Account, Email};

/// What account commands need of the open transaction.
pub trait AccountStore {
    /// The account with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// The account with this e-mail address.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_account_by_email(&mut self, email: &Email) -> Result<Option<AccountId>, StoreError>;

    /// Writes an account, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_account(&mut self, account: Account) -> Result<(), StoreError>;
}
