//! What a command announces before it runs.

use std::collections::BTreeSet;

use cardium_accounts::Email;
use cardium_authorizations::AuthorizationReference;
use cardium_disputes::{Evidence, MAX_EVIDENCE};
use cardium_kernel::{
    AccountId, ApprovalId, AuthorizationId, Book, CardId, CredentialId, DepositId, DisputeId,
    EvidenceId, GrantId, MessageId, TopupId, WithdrawalId, digest128,
};
use cardium_ledger::{HoldId, LedgerAccountId};
use cardium_withdrawals::PayeeId;

use crate::{Actor, Context};

/// A row that a command will touch, by its identity. The order of the variants is the global
/// lock order: every batch locks tables in this order, ids ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// The account itself.
    Account(AccountId),
    /// A session, an API key, or what acts for a grant.
    Credential(CredentialId),
    /// A grant: its cards, its mandate and what is spent of it.
    Grant(GrantId),
    /// What an agent asked its owner for.
    Approval(ApprovalId),
    /// The account's event and audit sequence.
    Sequence(AccountId),
    /// A top-up.
    Topup(TopupId),
    /// A chain transfer.
    Deposit(DepositId),
    /// A card.
    Card(CardId),
    /// A card's sealed PAN.
    Pan(CardId),
    /// What a card spent.
    Velocity(CardId),
    /// An authorization.
    Authorization(AuthorizationId),
    /// A hold.
    Hold(HoldId),
    /// Which disputes of an authorization are open; read under the authorization's lock.
    Docket(AuthorizationId),
    /// A dispute.
    Dispute(DisputeId),
    /// A piece of evidence; never changed once written.
    Evidence(EvidenceId),
    /// A withdrawal.
    Withdrawal(WithdrawalId),
    /// Whom an account has withdrawn to; never changed once written.
    Payee(PayeeId),
    /// A customer's ledger account.
    LedgerAccount(LedgerAccountId),
    /// A request that waits for the operator's endpoint.
    PendingAuthorization(MessageId),
    /// What processes took together of a bounded quantity.
    Quota(u128),
    /// A network exchange; never changed once written.
    Message(MessageId),
    /// An idempotency record; never changed once written.
    Idempotency(u128),
}

/// A row that a command knows by another unique name; resolved by one unlocked query a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NaturalKey {
    /// An account by e-mail address.
    Email(Email),
    /// A card by the fingerprint of its PAN; brings its ledger accounts along.
    Pan([u8; 32]),
    /// An authorization by the exchange that opened it; brings its hold along.
    Exchange(MessageId),
    /// Authorizations of a card by what a later message quotes of them; brings their holds along.
    Authorization(AuthorizationReference),
    /// A top-up by its deposit address. Whether there is one is all that is asked: the top-up
    /// itself is not brought along.
    DepositAddress(String),
}

/// What a command announces before it runs, so that a batch loads and locks everything at once.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Rows by identity.
    pub rows: BTreeSet<RowKey>,
    /// Rows by another name.
    pub names: BTreeSet<NaturalKey>,
    /// Whether the command also runs statements of its own (a cold command), which makes it a
    /// batch of one.
    pub alone: bool,
}

impl Hints {
    /// Hints of these rows.
    #[must_use]
    pub fn rows(rows: impl IntoIterator<Item = RowKey>) -> Self {
        Self { rows: rows.into_iter().collect(), ..Self::default() }
    }

    /// Hints of a command that runs statements of its own.
    #[must_use]
    pub fn cold() -> Self {
        Self { alone: true, ..Self::default() }
    }

    /// Adds a row.
    #[must_use]
    pub fn with(mut self, row: RowKey) -> Self {
        self.rows.insert(row);
        self
    }

    /// Adds a name.
    #[must_use]
    pub fn with_name(mut self, name: NaturalKey) -> Self {
        self.names.insert(name);
        self
    }

    /// Adds both treasuries of an account.
    #[must_use]
    pub fn with_treasuries(self, account: AccountId) -> Self {
        Book::ALL.into_iter().fold(self, |hints, book| {
            hints.with(RowKey::LedgerAccount(LedgerAccountId::treasury(account, book)))
        })
    }

    /// Adds a card with its balance and its receivable.
    #[must_use]
    pub fn with_card(self, card: CardId) -> Self {
        self.with(RowKey::Card(card))
            .with(RowKey::LedgerAccount(LedgerAccountId::card(card)))
            .with(RowKey::LedgerAccount(LedgerAccountId::card_receivable(card)))
    }

    /// Adds a withdrawal with its hold.
    #[must_use]
    pub fn with_withdrawal(self, withdrawal: WithdrawalId) -> Self {
        self.with(RowKey::Withdrawal(withdrawal)).with(RowKey::Hold(withdrawal.into()))
    }

    /// Adds a dispute with all the evidence that it may have.
    #[must_use]
    pub fn with_dispute(self, dispute: DisputeId) -> Self {
        let evidence = (1..=MAX_EVIDENCE).map(|place| Evidence::id_at(dispute, place));
        evidence
            .fold(self.with(RowKey::Dispute(dispute)), |hints, id| hints.with(RowKey::Evidence(id)))
    }

    /// Adds a card with its balance, its receivable and what it spent.
    #[must_use]
    pub fn with_spending(self, card: CardId) -> Self {
        self.with_card(card).with(RowKey::Velocity(card))
    }

    /// Adds the account of the credential that acts.
    #[must_use]
    pub(crate) fn with_actor(self, context: &Context) -> Self {
        match context.actor {
            Actor::Credential { account, .. } => self.with(RowKey::Account(account)),
            Actor::Public | Actor::Network | Actor::System => self,
        }
    }

    /// Adds an authorization with its hold.
    #[must_use]
    pub fn with_authorization(self, authorization: AuthorizationId) -> Self {
        self.with(RowKey::Authorization(authorization)).with(RowKey::Hold(authorization.into()))
    }
}

/// The identity of an idempotency record.
#[must_use]
pub fn idempotency_id(account: u128, dialect: &str, operation: &str, key: &str) -> u128 {
    let account = account.to_be_bytes();
    digest128(&[&account, dialect.as_bytes(), operation.as_bytes(), key.as_bytes()])
}
