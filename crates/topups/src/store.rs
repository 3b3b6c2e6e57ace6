use cardium_kernel::{DepositId, StoreError, TopupId};

use crate::{Deposit, Topup};

/// What top-up commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait TopupStore {
    /// The top-up with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_topup(&mut self, id: TopupId) -> Result<Option<Topup>, StoreError>;

    /// The top-up that has this deposit address, whoever owns it.
    ///
    /// # Errors
    /// When the address was not announced.
    fn find_topup_by_address(&mut self, address: &str) -> Result<Option<TopupId>, StoreError>;

    /// Writes a top-up, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_topup(&mut self, topup: Topup) -> Result<(), StoreError>;

    /// The deposit with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_deposit(&mut self, id: DepositId) -> Result<Option<Deposit>, StoreError>;

    /// Writes a deposit, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_deposit(&mut self, deposit: Deposit) -> Result<(), StoreError>;
}
