use cardium_kernel::{AccountId, Book, Money, Network, Page, Timestamp, WithdrawalId};
use cardium_withdrawals::{Withdrawal, WithdrawalStatus};

use super::{ListQuery, ReadResult};

/// Which withdrawals.
#[derive(Debug, Clone, Default)]
pub struct WithdrawalFilter {
    /// In this state.
    pub status: Option<WithdrawalStatus>,
    /// On this chain.
    pub network: Option<Network>,
    /// To this address.
    pub address: Option<String>,
    /// Of at least this amount.
    pub amount_min: Option<Money>,
    /// Of at most this amount.
    pub amount_max: Option<Money>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How withdrawals are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalSort {
    /// By moment.
    CreatedAt,
    /// By amount.
    Amount,
    /// By state.
    Status,
}

/// Queries about withdrawals.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait WithdrawalReads {
    /// An account's withdrawal.
    fn find_withdrawal(
        &self,
        account: AccountId,
        id: WithdrawalId,
    ) -> ReadResult<Option<Withdrawal>>;
    /// An account's withdrawals.
    fn list_withdrawals(
        &self,
        query: &ListQuery<WithdrawalFilter, WithdrawalSort>,
    ) -> ReadResult<Page<Withdrawal>>;
    /// Up to `limit` withdrawals that are to be handed to their chains, longest due first.
    fn due_withdrawals(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<Withdrawal>>;
    /// Up to `limit` withdrawals that their chains have and that are not final, by id, after this
    /// one.
    fn broadcasted_withdrawals(
        &self,
        after: Option<WithdrawalId>,
        limit: i64,
    ) -> ReadResult<Vec<Withdrawal>>;
}
