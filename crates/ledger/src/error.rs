use cardium_kernel::{Money, MoneyError, StoreError};

use crate::{LedgerAccountId, PostingError};

/// Why the ledger did not book something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The account cannot cover the amount; nothing was booked.
    #[error("{account:?} has {available} available and needs {needed}")]
    Insufficient {
        /// The account that falls short.
        account: LedgerAccountId,
        /// What it could have given.
        available: Money,
        /// What was asked of it.
        needed: Money,
    },
    /// A receivable would have turned into a credit.
    #[error("{0:?} would be paid more than it is owed")]
    ReceivableOverpaid(LedgerAccountId),
    /// The posting belongs to another book or currency than the account.
    #[error("{0:?} is kept in another book or currency")]
    WrongBook(LedgerAccountId),
    /// The lines do not make a posting.
    #[error(transparent)]
    Posting(#[from] PostingError),
    /// The amounts do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
