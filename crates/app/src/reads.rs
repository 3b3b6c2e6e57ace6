//! The port for display: one statement or one snapshot a call, on pooled connections. No
//! decision is taken from what it answers.

use cardium_kernel::{
    AccountId, Cursor, Direction, PageLimit, Problem, Sort, StoreError, Timestamp,
};

mod accounts;
mod balances;
mod cards;
mod chain;
mod disputes;
mod grants;
mod keys;
mod log;
mod oauth;
mod oauth_keys;
mod stretch;
mod topups;
mod transactions;
mod webhooks;
mod withdrawals;

pub use accounts::{AccountReads, TicketFilter, TicketSort};
pub use balances::{Balance, BalanceReads, HistoryEntry, HistoryFilter, HistorySort};
pub use cards::{CardFilter, CardReads, CardSort};
pub use chain::ChainReads;
pub use disputes::{DisputeFilter, DisputeReads, DisputeSort};
pub use grants::{ApprovalFilter, GrantFilter, GrantReads, GrantView};
pub use keys::{KeyFilter, KeyReads, KeySort};
pub use log::{Activity, ActivityFilter, ActorFacts, AuditEntry, AuditFilter, LogReads};
pub use oauth::OAuthReads;
pub use oauth_keys::OauthKeyReads;
pub use stretch::{STRETCH, Stretch, StretchQuery};
pub use topups::{TopupFilter, TopupReads, TopupSort};
pub use transactions::{TransactionFilter, TransactionReads, TransactionSort};
pub use webhooks::{
    DeliveryFilter, Dispatch, LaneOf, LoggedDelivery, ProgressStretch, StoredEvent, Visit,
    WebhookFilter, WebhookReads,
};
pub use withdrawals::{WithdrawalFilter, WithdrawalReads, WithdrawalSort};

/// What a read can answer instead of its result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The query itself is at fault, such as a cursor of another list.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a read answers.
pub type ReadResult<T> = Result<T, ReadError>;

/// One page of a list: which rows, in which order, from where on.
#[derive(Debug, Clone)]
pub struct ListQuery<F, S> {
    /// Whose objects.
    pub account: AccountId,
    /// Which of them.
    pub filter: F,
    /// Only those made at or after.
    pub created_after: Option<Timestamp>,
    /// Only those made before.
    pub created_before: Option<Timestamp>,
    /// The order.
    pub sort: Sort<S>,
    /// The id of the last object of the page before.
    pub cursor: Option<Cursor>,
    /// How many.
    pub limit: PageLimit,
}

impl<F: Default, S> ListQuery<F, S> {
    /// The first page, unfiltered.
    #[must_use]
    pub fn first(account: AccountId, field: S) -> Self {
        Self {
            account,
            filter: F::default(),
            created_after: None,
            created_before: None,
            sort: Sort { field, direction: Direction::Descending },
            cursor: None,
            limit: PageLimit::DEFAULT,
        }
    }
}

/// Lists that take no filter of their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFilter;

/// Lists that sort by moment only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByCreation;

/// Queries for display.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait Reads:
    AccountReads
    + BalanceReads
    + CardReads
    + ChainReads
    + DisputeReads
    + GrantReads
    + KeyReads
    + LogReads
    + OAuthReads
    + OauthKeyReads
    + TopupReads
    + TransactionReads
    + WebhookReads
    + WithdrawalReads
    + Send
    + Sync
{
    /// Whether the database answers.
    fn ping(&self) -> ReadResult<()>;
}

impl From<ReadError> for crate::CommandError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Problem(problem) => problem.into(),
            ReadError::Store(store) => store.into(),
        }
    }
}
