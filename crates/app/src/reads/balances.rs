use cardium_kernel::{AccountId, Book, EntryId, Money, Page, Timestamp};
use cardium_ledger::PostingKind;

use super::{ListQuery, ReadResult};

/// One book's treasury.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The book.
    pub book: Book,
    /// What may be spent.
    pub available: Money,
    /// What is held.
    pub held: Money,
    /// What was seen on chain and is not final.
    pub pending: Money,
    /// Whether the treasury was ever credited.
    pub ever_used: bool,
    /// When it last changed; none before its first use.
    pub updated_at: Option<Timestamp>,
}

/// One line of a treasury's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The entry's id.
    pub id: EntryId,
    /// What it records.
    pub kind: PostingKind,
    /// The treasury's book.
    pub book: Book,
    /// Credit where positive.
    pub amount: Money,
    /// What the treasury held afterwards.
    pub balance_after: Money,
    /// The object it happened for: word and id.
    pub source: (String, u128),
    /// When it was booked.
    pub created_at: Timestamp,
}

/// Which history lines.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// Of one of these kinds; none of them where the set is empty.
    pub kinds: Option<Vec<PostingKind>>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How a history is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistorySort {
    /// By moment.
    CreatedAt,
    /// By amount.
    Amount,
}

/// Queries about treasuries and their history.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait BalanceReads {
    /// Both treasuries of an account, live first.
    fn balances(&self, account: AccountId) -> ReadResult<[Balance; 2]>;
    /// A treasury's history.
    fn list_history(
        &self,
        query: &ListQuery<HistoryFilter, HistorySort>,
    ) -> ReadResult<Page<HistoryEntry>>;
}
