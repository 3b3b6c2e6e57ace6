use cardium_kernel::{StoreError, WithdrawalId};

use crate::{Payee, PayeeId, Withdrawal};

/// What withdrawal commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait WithdrawalStore {
    /// The withdrawal with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_withdrawal(&mut self, id: WithdrawalId) -> Result<Option<Withdrawal>, StoreError>;

    /// Writes a withdrawal, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_withdrawal(&mut self, withdrawal: Withdrawal) -> Result<(), StoreError>;

    /// The payee with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_payee(&mut self, id: PayeeId) -> Result<Option<Payee>, StoreError>;

    /// Notes a payee, who never changes.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when it is known already.
    fn insert_payee(&mut self, payee: Payee) -> Result<(), StoreError>;
}
