use cardium_authorizations::Transaction;
use cardium_disputes::{Dispute, DisputeStatus};
use cardium_kernel::{
    AccountId, AuthorizationId, BlobId, Book, CardId, DisputeId, Money, Page, TransactionId,
};

use super::{ListQuery, ReadResult};

/// Which disputes.
#[derive(Debug, Clone, Default)]
pub struct DisputeFilter {
    /// In this state.
    pub status: Option<DisputeStatus>,
    /// Of the purchase that this transaction is a step of.
    pub transaction: Option<TransactionId>,
    /// Over at least this amount.
    pub amount_min: Option<Money>,
    /// Over at most this amount.
    pub amount_max: Option<Money>,
    /// Of one of these cards.
    pub cards: Option<Vec<CardId>>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How disputes are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeSort {
    /// By moment.
    CreatedAt,
    /// By disputed amount.
    Amount,
    /// By state.
    Status,
}

/// Queries about disputes.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait DisputeReads {
    /// The newest captured step of an authorization.
    fn find_capture(&self, id: AuthorizationId) -> ReadResult<Option<Transaction>>;
    /// An account's dispute with its evidence.
    fn find_dispute(&self, account: AccountId, id: DisputeId) -> ReadResult<Option<Dispute>>;
    /// An account's disputes with their evidence.
    fn list_disputes(
        &self,
        query: &ListQuery<DisputeFilter, DisputeSort>,
    ) -> ReadResult<Page<Dispute>>;
    /// Those of a few hundred files that belong to something.
    fn attached_blobs(&self, ids: &[BlobId]) -> ReadResult<Vec<BlobId>>;
}
