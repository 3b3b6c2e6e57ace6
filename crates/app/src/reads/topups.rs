use cardium_kernel::{AccountId, Book, Money, Page, Timestamp, TopupId};
use cardium_topups::{Asset, Network, Topup, TopupStatus};

use super::{ListQuery, ReadResult};

/// Which top-ups.
#[derive(Debug, Clone, Default)]
pub struct TopupFilter {
    /// In one of these states; empty for all.
    pub statuses: Vec<TopupStatus>,
    /// Expired ones only, or those that are not.
    pub expired: Option<bool>,
    /// Of this asset.
    pub asset: Option<Asset>,
    /// On this network.
    pub network: Option<Network>,
    /// Paid by this chain transaction.
    pub txid: Option<String>,
    /// Of at least this announced amount.
    pub amount_min: Option<Money>,
    /// Of at most this announced amount.
    pub amount_max: Option<Money>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How top-ups are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopupSort {
    /// By moment.
    CreatedAt,
    /// By announced amount.
    Amount,
    /// By state.
    Status,
}

/// Queries about top-ups.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait TopupReads {
    /// An account's top-up.
    fn find_topup(&self, account: AccountId, id: TopupId) -> ReadResult<Option<Topup>>;
    /// An account's top-ups.
    fn list_topups(&self, query: &ListQuery<TopupFilter, TopupSort>) -> ReadResult<Page<Topup>>;
    /// The top-up with this address, whoever owns it: for the chain watcher.
    fn find_topup_by_address(&self, address: &str) -> ReadResult<Option<Topup>>;
    /// Top-ups whose window ended without coins, at most `limit`.
    fn due_topups(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<(TopupId, AccountId)>>;
}
