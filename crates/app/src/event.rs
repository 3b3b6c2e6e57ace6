//! The event catalogue and the outbox.

use cardium_accounts::Account;
use cardium_auth::grants::Approval;
use cardium_authorizations::Transaction;
use cardium_cards::Card;
use cardium_disputes::Dispute;
use cardium_kernel::{AccountId, Book, EventId, StoreError, Timestamp};
use cardium_ledger::LedgerAccount;
use cardium_topups::Topup;
use cardium_webhooks::{EndpointView, is_for_owner};
use cardium_withdrawals::Withdrawal;

use crate::{announcements::Notice, grants::Held};

macro_rules! events {
    ($($name:ident = $text:literal;)+) => {
        /// The catalogue of events subscribers are told of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventType {
            $(
                #[doc = concat!("`", $text, "`")]
                $name,
            )+
        }

        impl EventType {
            /// The whole catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The event's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

events! {
    AccountCreated = "account.created";
    AccountSignedIn = "account.signed_in";
    AccountSignedOut = "account.signed_out";
    AccountPasswordChanged = "account.password_changed";
    AccountEmailChanged = "account.email_changed";
    AccountTotpEnabled = "account.totp_enabled";
    AccountTotpDisabled = "account.totp_disabled";
    TopupCreated = "topup.created";
    TopupConfirmed = "topup.confirmed";
    TopupExpired = "topup.expired";
    TopupCancelled = "topup.cancelled";
    TopupError = "topup.error";
    CardIssued = "card.issued";
    CardLoaded = "card.loaded";
    CardUnloaded = "card.unloaded";
    CardFrozen = "card.frozen";
    CardUnfrozen = "card.unfrozen";
    CardCancelled = "card.cancelled";
    CardReplaced = "card.replaced";
    TransactionAuthorized = "transaction.authorized";
    TransactionCaptured = "transaction.captured";
    TransactionRefunded = "transaction.refunded";
    TransactionDeclined = "transaction.declined";
    TransactionReversed = "transaction.reversed";
    TransactionHookLate = "transaction.hook_late";
    DisputeOpened = "dispute.opened";
    DisputeResponded = "dispute.responded";
    DisputeWon = "dispute.won";
    DisputeLost = "dispute.lost";
    WithdrawalCreated = "withdrawal.created";
    WithdrawalBroadcasted = "withdrawal.broadcasted";
    WithdrawalConfirmed = "withdrawal.confirmed";
    WithdrawalFailed = "withdrawal.failed";
    WebhookPing = "webhook.ping";
    WebhookFailing = "webhook.failing";
    WebhookDisabled = "webhook.disabled";
    GrantCreated = "grant.created";
    GrantUpdated = "grant.updated";
    GrantRevoked = "grant.revoked";
    ApprovalRequested = "approval.requested";
    ApprovalApproved = "approval.approved";
    ApprovalRejected = "approval.rejected";
    SystemMaintenance = "system.maintenance";
    SystemDeprecation = "system.deprecation";
}

impl EventType {
    /// The event with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == text)
    }

    /// Whether it tells of what agents may do and ask, which no agent is told.
    #[must_use]
    pub fn is_for_owner(self) -> bool {
        is_for_owner(self.as_str())
    }
}

/// Who reads events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reader {
    /// The account itself: every one of them.
    #[default]
    Owner,
    /// An agent: none that is its owner's alone.
    Agent,
}

impl Reader {
    /// The events that it is not shown.
    pub fn hidden(self) -> impl Iterator<Item = EventType> {
        let kinds = EventType::ALL.iter().copied();
        kinds.filter(move |kind| self == Self::Agent && kind.is_for_owner())
    }
}

/// A card with the balance that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardView {
    /// The card.
    pub card: Card,
    /// Its ledger account; none before the first load.
    pub balance: Option<LedgerAccount>,
}

impl CardView {
    /// Rises with every change of the card or its balance: both versions only rise, so their
    /// sum does, and a load need not write the card's row.
    #[must_use]
    pub fn version(&self) -> i64 {
        let balance = self.balance.as_ref().map_or(0, |account| account.version);
        self.card.version.saturating_add(balance)
    }
}

/// The object an event is about, as it is after the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Snapshot {
    /// An account.
    Account(Account),
    /// A top-up.
    Topup(Topup),
    /// A card with its balance.
    Card(CardView),
    /// A transaction.
    Transaction(Transaction),
    /// A dispute.
    Dispute(Dispute),
    /// A withdrawal.
    Withdrawal(Withdrawal),
    /// A webhook endpoint, without its secrets.
    Webhook(EndpointView),
    /// What an owner gave a client.
    Grant(Box<Held>),
    /// What an agent asked its owner for.
    Approval(Approval),
    /// What the operator tells an account.
    Announcement(Notice),
}

impl Snapshot {
    /// Whose object it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::Account(account) => account.id,
            Self::Topup(topup) => topup.account,
            Self::Card(view) => view.card.account,
            Self::Transaction(transaction) => transaction.account,
            Self::Dispute(dispute) => dispute.account,
            Self::Withdrawal(withdrawal) => withdrawal.account,
            Self::Webhook(view) => view.endpoint.account,
            Self::Grant(held) => held.grant.account,
            Self::Approval(approval) => approval.account,
            Self::Announcement(notice) => notice.account,
        }
    }

    /// The object's id.
    #[must_use]
    pub fn object_id(&self) -> u128 {
        match self {
            Self::Account(account) => account.id.value(),
            Self::Topup(topup) => topup.id.value(),
            Self::Card(view) => view.card.id.value(),
            Self::Transaction(transaction) => transaction.id.value(),
            Self::Dispute(dispute) => dispute.id.value(),
            Self::Withdrawal(withdrawal) => withdrawal.id.value(),
            Self::Webhook(view) => view.endpoint.id.value(),
            Self::Grant(held) => held.grant.id.value(),
            Self::Approval(approval) => approval.id.value(),
            Self::Announcement(notice) => notice.announcement.id.value(),
        }
    }

    /// The object's version: rises with every change of it.
    #[must_use]
    pub fn version(&self) -> i64 {
        match self {
            Self::Account(account) => account.version,
            Self::Topup(topup) => topup.version,
            Self::Card(view) => view.version(),
            Self::Transaction(_) => 1,
            Self::Dispute(dispute) => dispute.version,
            Self::Withdrawal(withdrawal) => withdrawal.version,
            Self::Webhook(view) => view.endpoint.version,
            Self::Grant(held) => held.version(),
            Self::Approval(approval) => approval.version,
            Self::Announcement(_) => 1,
        }
    }

    /// The book the object belongs to; accounts and grants belong to both, and show as live; an
    /// announcement is about the service, and shows as live too.
    #[must_use]
    pub fn book(&self) -> Book {
        match self {
            Self::Account(_) | Self::Grant(_) => Book::Live,
            Self::Topup(topup) => topup.book,
            Self::Card(view) => view.card.book,
            Self::Transaction(transaction) => transaction.book,
            Self::Dispute(dispute) => dispute.book,
            Self::Withdrawal(withdrawal) => withdrawal.book,
            Self::Webhook(view) => view.endpoint.mode.unwrap_or(Book::Live),
            Self::Approval(approval) => approval.book,
            Self::Announcement(_) => Book::Live,
        }
    }
}

/// An event before its place in the account's sequence is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDraft {
    /// The event's id.
    pub id: EventId,
    /// What happened.
    pub kind: EventType,
    /// The object it happened to.
    pub snapshot: Snapshot,
    /// Who did it, as [`crate::Actor::name`] has it.
    pub actor: String,
    /// When the command was submitted; the account's clock never runs back, so the event may
    /// be dated later.
    pub at: Timestamp,
}

/// The outbox: events commit with the change they tell of.
pub trait Outbox {
    /// Appends an event; its `account_seq` and moment are given when the command's writes are
    /// merged.
    ///
    /// # Errors
    /// When the account's sequence row was not announced.
    fn append_event(&mut self, draft: EventDraft) -> Result<(), StoreError>;
}

/// Turns an event's object into the JSON that subscribers see. A dialect implements it; the
/// write path calls it at merge.
pub trait EventRenderer: Send + Sync {
    /// The JSON object as it stands at the moment of the command.
    fn render(&self, snapshot: &Snapshot, at: Timestamp) -> Vec<u8>;
}
