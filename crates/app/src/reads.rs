//! The port for display: one statement or one snapshot a call, on pooled connections. No
//! decision is taken from what it answers.

use cardium_accounts::{Account, Email, Ticket, TicketStatus};
use cardium_auth::{Credential, CredentialKind, KeyStatus, TokenHash};
use cardium_authorizations::{
    Authorization, NetworkMessage, PendingAuthorization, Step, Transaction, TransactionKind,
};
use cardium_cards::{Brand, CardStatus, CardType, StoredPan, Velocity};
use cardium_disputes::{Dispute, DisputeStatus};
use cardium_kernel::{
    AccountId, AuditId, AuthorizationId, BlobId, Book, CardId, CredentialId, Cursor, Direction,
    DisputeId, EndpointId, EntryId, EventId, MessageId, Money, Page, PageLimit, Problem, Sort,
    StoreError, TicketId, Timestamp, TopupId, TransactionId, WithdrawalId,
};
use cardium_ledger::PostingKind;
use cardium_topups::{Asset, Network, Topup, TopupStatus};
use cardium_webhooks::{Endpoint, Lane, Patience};
use cardium_withdrawals::Withdrawal;

use crate::{
    announcements::Due,
    chain::SimulatedPayment,
    event::{CardView, EventType},
};

mod grants;
mod oauth;
mod oauth_keys;
mod stretch;
mod webhooks;
mod withdrawals;

pub use grants::{ApprovalFilter, GrantFilter, GrantReads, GrantView};
pub use oauth::OAuthReads;
pub use oauth_keys::OauthKeyReads;
pub use stretch::{STRETCH, Stretch, StretchQuery};
pub use webhooks::{
    DeliveryFilter, Dispatch, LaneOf, LoggedDelivery, ProgressStretch, StoredEvent, Visit,
    WebhookFilter,
};
pub use withdrawals::{WithdrawalFilter, WithdrawalSort};

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

/// Which cards.
#[derive(Debug, Clone, Default)]
pub struct CardFilter {
    /// In this state.
    pub status: Option<CardStatus>,
    /// Of this type.
    pub card_type: Option<CardType>,
    /// Of this product.
    pub bin: Option<String>,
    /// Of this network.
    pub brand: Option<Brand>,
    /// With these last digits.
    pub last4: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// One of these cards.
    pub cards: Option<Vec<CardId>>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How cards are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardSort {
    /// By moment.
    CreatedAt,
    /// By state.
    Status,
}

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

/// Which API keys.
#[derive(Debug, Clone, Default)]
pub struct KeyFilter {
    /// Only the one with this id: what a key sees of its account's keys.
    pub only: Option<CredentialId>,
    /// In this state at this moment.
    pub status: Option<(KeyStatus, Timestamp)>,
    /// Bound to this book.
    pub mode: Option<Book>,
}

/// How API keys are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySort {
    /// By moment.
    CreatedAt,
    /// By name.
    Name,
}

/// Who did something, as lists show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorFacts {
    /// A session or an API key; none of the two where it is no longer known.
    Credential(CredentialId, Option<CredentialKind>),
    /// Nobody signed in.
    Public,
    /// The card network.
    Network,
    /// The programme itself.
    System,
    /// Not recorded: events older than the column.
    Unknown,
}

/// Which rows of the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this actor, as [`crate::Actor::name`] has it.
    pub actor: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// From this address.
    pub ip: Option<String>,
    /// About this object, in the text form of its id.
    pub object: Option<String>,
}

/// A row of the audit log with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The row's id.
    pub id: AuditId,
    /// Its place in the account's log.
    pub seq: i64,
    /// What was done.
    pub action: String,
    /// The text form of the object's id.
    pub object: String,
    /// Who did it.
    pub actor: ActorFacts,
    /// The peer's address, or empty.
    pub ip: String,
    /// The peer's user agent, or empty.
    pub user_agent: String,
    /// The request's id, or empty.
    pub request_id: String,
    /// When.
    pub created_at: Timestamp,
    /// The row's hash.
    pub hash: [u8; 32],
    /// The hash of the row before; none for the first.
    pub previous: Option<[u8; 32]>,
}

/// Which of an account's events.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Of this type.
    pub kind: Option<EventType>,
    /// Of this actor, as [`crate::Actor::name`] has it.
    pub actor: Option<String>,
    /// About the object with this id.
    pub object: Option<u128>,
    /// Of this book.
    pub book: Option<Book>,
    /// Who reads them.
    pub reader: crate::event::Reader,
}

/// Something that happened on an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The event.
    pub event: StoredEvent,
    /// Who did it.
    pub actor: ActorFacts,
}

/// Which tickets.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// In this state.
    pub status: Option<TicketStatus>,
}

/// How tickets are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketSort {
    /// By moment.
    CreatedAt,
    /// By state.
    Status,
}

/// Lists that take no filter of their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFilter;

/// Lists that sort by moment only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByCreation;

/// Queries for display.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait Reads: GrantReads + OAuthReads + OauthKeyReads + Send + Sync {
    /// The credential with this token, and when it was last used.
    fn find_credential(&self, token: &TokenHash) -> ReadResult<Option<(Credential, Timestamp)>>;
    /// The account with this id.
    fn find_account(&self, id: AccountId) -> ReadResult<Option<Account>>;
    /// The account with this e-mail address.
    fn find_account_by_email(&self, email: &Email) -> ReadResult<Option<Account>>;
    /// API keys of an account with their last use, if any.
    fn list_api_keys(
        &self,
        query: &ListQuery<KeyFilter, KeySort>,
    ) -> ReadResult<Page<(Credential, Option<Timestamp>)>>;
    /// An account's API key with its last use, if any.
    fn find_api_key(
        &self,
        account: AccountId,
        id: CredentialId,
    ) -> ReadResult<Option<(Credential, Option<Timestamp>)>>;
    /// An account's audit log.
    fn list_audit(
        &self,
        query: &ListQuery<AuditFilter, ByCreation>,
    ) -> ReadResult<Page<AuditEntry>>;
    /// What happened on an account.
    fn list_activity(
        &self,
        query: &ListQuery<ActivityFilter, ByCreation>,
    ) -> ReadResult<Page<Activity>>;
    /// A stretch of an account's events, oldest first.
    fn read_events(&self, query: &StretchQuery) -> ReadResult<Stretch>;
    /// An account's event.
    fn find_event(&self, account: AccountId, id: EventId) -> ReadResult<Option<StoredEvent>>;
    /// The number of the last event of each of a few thousand accounts, in no order.
    fn last_event_seqs(&self, accounts: &[AccountId]) -> ReadResult<Vec<(AccountId, i64)>>;
    /// Both treasuries of an account, live first.
    fn balances(&self, account: AccountId) -> ReadResult<[Balance; 2]>;
    /// A treasury's history.
    fn list_history(
        &self,
        query: &ListQuery<HistoryFilter, HistorySort>,
    ) -> ReadResult<Page<HistoryEntry>>;
    /// An account's top-up.
    fn find_topup(&self, account: AccountId, id: TopupId) -> ReadResult<Option<Topup>>;
    /// An account's top-ups.
    fn list_topups(&self, query: &ListQuery<TopupFilter, TopupSort>) -> ReadResult<Page<Topup>>;
    /// The top-up with this address, whoever owns it: for the chain watcher.
    fn find_topup_by_address(&self, address: &str) -> ReadResult<Option<Topup>>;
    /// Top-ups whose window ended without coins, at most `limit`.
    fn due_topups(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<(TopupId, AccountId)>>;
    /// Accounts that are stopped while cards or grants of them are not, at most `limit`.
    fn half_stopped(&self, limit: i64) -> ReadResult<Vec<AccountId>>;
    /// An account's card with its balance.
    fn find_card(&self, account: AccountId, id: CardId) -> ReadResult<Option<CardView>>;
    /// Those of at most a page of cards that are the account's, with their balances.
    fn find_cards(&self, account: AccountId, ids: &[CardId]) -> ReadResult<Vec<CardView>>;
    /// What an account's card spent; none for one that never did.
    fn find_velocity(&self, account: AccountId, id: CardId) -> ReadResult<Option<Velocity>>;
    /// An account's cards with their balances.
    fn list_cards(&self, query: &ListQuery<CardFilter, CardSort>) -> ReadResult<Page<CardView>>;
    /// The sealed PAN of an account's card: for the simulated card network, which like a real one
    /// must send it. Customers see a PAN only through [`crate::cards::RevealPan`].
    fn find_pan(&self, account: AccountId, id: CardId) -> ReadResult<Option<StoredPan>>;
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
    /// The newest captured step of an authorization.
    fn find_capture(&self, id: AuthorizationId) -> ReadResult<Option<Transaction>>;
    /// An account's dispute with its evidence.
    fn find_dispute(&self, account: AccountId, id: DisputeId) -> ReadResult<Option<Dispute>>;
    /// An account's disputes with their evidence.
    fn list_disputes(
        &self,
        query: &ListQuery<DisputeFilter, DisputeSort>,
    ) -> ReadResult<Page<Dispute>>;
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
    /// Those of a few hundred files that belong to something.
    fn attached_blobs(&self, ids: &[BlobId]) -> ReadResult<Vec<BlobId>>;
    /// An account's webhook endpoint, and since when it fails, if it does.
    fn find_webhook(
        &self,
        account: AccountId,
        id: EndpointId,
    ) -> ReadResult<Option<(Endpoint, Option<Timestamp>)>>;
    /// An account's webhook endpoints, each with since when it fails, if it does.
    fn list_webhooks(
        &self,
        query: &ListQuery<WebhookFilter, ByCreation>,
    ) -> ReadResult<Page<(Endpoint, Option<Timestamp>)>>;
    /// The deliveries to an account's endpoint whose events are still kept.
    fn list_deliveries(
        &self,
        query: &ListQuery<DeliveryFilter, ByCreation>,
    ) -> ReadResult<Page<LoggedDelivery>>;
    /// The account's first `limit` events after a place, with how far they are on their way to one
    /// of its endpoints.
    fn webhook_progress(
        &self,
        endpoint: &Endpoint,
        after: i64,
        limit: i64,
    ) -> ReadResult<ProgressStretch>;
    /// Up to `limit` endpoints that have failed so long that something is due: a warning, or their
    /// end.
    fn failing_webhooks(
        &self,
        patience: Patience,
        now: Timestamp,
        limit: i64,
    ) -> ReadResult<Vec<LaneOf>>;
    /// Up to `limit` enabled endpoints that are to get something again.
    fn recovering_webhooks(&self, limit: i64) -> ReadResult<Vec<LaneOf>>;
    /// An account's ticket.
    fn find_ticket(&self, account: AccountId, id: TicketId) -> ReadResult<Option<Ticket>>;
    /// An account's tickets.
    fn list_tickets(&self, query: &ListQuery<TicketFilter, TicketSort>)
    -> ReadResult<Page<Ticket>>;
    /// What is due in leased lanes, for each as much as its pace allows a visit; nothing where the
    /// endpoint is gone or disabled meanwhile.
    fn visits(&self, lanes: Vec<Lane>, now: Timestamp) -> ReadResult<Vec<Visit>>;
    /// The next accounts that are to be told of an announcement; none where all were.
    fn due_announcement(&self) -> ReadResult<Option<Due>>;
    /// Up to which height a chain's transfers are credited.
    fn chain_cursor(&self, network: Network) -> ReadResult<u64>;
    /// The height of the newest simulated block.
    fn simulated_head(&self, network: Network) -> ReadResult<u64>;
    /// Simulated transfers in blocks `from..=to`, at most 200, by height.
    fn simulated_transfers(
        &self,
        network: Network,
        range: (u64, u64),
    ) -> ReadResult<Vec<cardium_topups::Transfer>>;
    /// The simulated payment of a withdrawal.
    fn simulated_payment(&self, id: WithdrawalId) -> ReadResult<Option<SimulatedPayment>>;
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
