use cardium_kernel::{Book, Money, Network};
use cardium_withdrawals::WithdrawalStatus;

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
