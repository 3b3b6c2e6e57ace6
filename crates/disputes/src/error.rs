use cardium_kernel::{MoneyError, StoreError};

use crate::MAX_EVIDENCE;

/// Why a dispute command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisputeError {
    /// It is decided.
    #[error("the dispute is decided and takes no more")]
    Closed,
    /// The procedure does not allow this move at its stage.
    #[error("the dispute is not at the stage that this needs")]
    WrongStage,
    /// The transaction has an open dispute.
    #[error("the transaction is in dispute already")]
    Exists,
    /// A dispute of the transaction was lost.
    #[error("a dispute of this transaction was lost, and it is decided once")]
    Decided,
    /// More disputes of one purchase are open than anybody can tell apart.
    #[error("too many disputes of this purchase are open")]
    TooManyOpen,
    /// The time for filing is over.
    #[error("a transaction can be disputed for 120 days after its capture")]
    WindowClosed,
    /// It has all the evidence that it may.
    #[error("a dispute takes at most {MAX_EVIDENCE} pieces of evidence")]
    TooMuchEvidence,
    /// The amounts do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
