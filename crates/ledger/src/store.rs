use cardium_kernel::{StoreError, Timestamp};

use crate::{Entry, Hold, HoldId, LedgerAccount, LedgerAccountId, Posting};

/// What the ledger needs of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait LedgerStore {
    /// The account, if it was ever used.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_ledger_account(
        &mut self,
        id: LedgerAccountId,
    ) -> Result<Option<LedgerAccount>, StoreError>;

    /// Writes an account, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_ledger_account(&mut self, account: LedgerAccount) -> Result<(), StoreError>;

    /// The hold, if one was ever placed under this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_hold(&mut self, id: HoldId) -> Result<Option<Hold>, StoreError>;

    /// Writes a hold, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_hold(&mut self, hold: Hold) -> Result<(), StoreError>;

    /// Appends a posting, booked `now`, with the entries it made on customers' accounts, of
    /// which there may be none.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_posting(
        &mut self,
        posting: Posting,
        entries: Vec<Entry>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
