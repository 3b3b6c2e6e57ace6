use cardium_authorizations::{
    Authorization, NetworkMessage, PendingAuthorization, Step, Transaction, TransactionKind,
};
use cardium_kernel::{
    AccountId, AuthorizationId, Book, CardId, MessageId, Money, Page, Timestamp, TransactionId,
};

use super::{ListQuery, ReadResult};

/// Which transactions.
#[derive(Debug, Clone, Default)]
pub struct TransactionFilter {
    /// Of this card.
    pub card: Option<CardId>,
    /// Of this step.
    pub step: Option<Step>,
    /// Of this authorization.
    pub authorization: Option<AuthorizationId>,
    /// Of this kind.
    pub kind: Option<TransactionKind>,
    /// Answered to the network with this code.
    pub response_code: Option<String>,
    /// At merchants of this category.
    pub mcc: Option<String>,
    /// At merchants of exactly this name.
    pub merchant_name: Option<String>,
    /// Of at least this amount.
    pub amount_min: Option<Money>,
    /// Of at most this amount.
    pub amount_max: Option<Money>,
    /// Of one of these cards.
    pub cards: Option<Vec<CardId>>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How transactions are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionSort {
    /// By moment.
    CreatedAt,
    /// By amount.
    Amount,
    /// By step.
    Status,
}

/// Queries about authorizations and transactions.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait TransactionReads {
    /// An account's authorization.
    fn find_authorization(
        &self,
        account: AccountId,
        id: AuthorizationId,
    ) -> ReadResult<Option<Authorization>>;
    /// Open authorizations whose hold has lapsed, at most `limit`.
    fn due_authorizations(
        &self,
        now: Timestamp,
        limit: i64,
    ) -> ReadResult<Vec<(AuthorizationId, CardId, AccountId)>>;
    /// An account's transaction.
    fn find_transaction(
        &self,
        account: AccountId,
        id: TransactionId,
    ) -> ReadResult<Option<Transaction>>;
    /// The steps of an authorization, oldest first.
    fn related_transactions(&self, id: AuthorizationId) -> ReadResult<Vec<TransactionId>>;
    /// An account's transactions.
    fn list_transactions(
        &self,
        query: &ListQuery<TransactionFilter, TransactionSort>,
    ) -> ReadResult<Page<Transaction>>;
    /// The network exchange behind a transaction of the account.
    fn find_message_of(
        &self,
        account: AccountId,
        id: TransactionId,
    ) -> ReadResult<Option<NetworkMessage>>;
    /// Up to `limit` requests that wait for the operator's endpoint though its time was over at
    /// `before`, longest overdue first.
    fn due_pending(&self, before: Timestamp, limit: i64) -> ReadResult<Vec<PendingAuthorization>>;
    /// Of at most [`crate::upkeep::SLICE`] exchanges those that wait for the operator's endpoint,
    /// or did, each with the step that its decision left.
    fn decided_pending(
        &self,
        ids: &[MessageId],
    ) -> ReadResult<Vec<(PendingAuthorization, Option<Transaction>)>>;
}
