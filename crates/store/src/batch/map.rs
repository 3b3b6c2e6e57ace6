use std::collections::{BTreeSet, HashMap};

use cardium_accounts::{Account, Email};
use cardium_app::{
    NaturalKey, RowKey, audit::AuditDraft, event::EventDraft, idempotency::IdempotencyRecord,
    quotas::Quota,
};
use cardium_auth::{
    Credential,
    grants::{Approval, Grant},
};
use cardium_authorizations::{
    Authorization, AuthorizationReference, NetworkMessage, PendingAuthorization, Transaction,
};
use cardium_cards::{Card, StoredPan, Velocity};
use cardium_disputes::Docket;
use cardium_kernel::{AccountId, AuthorizationId, CardId, TopupId};
use cardium_ledger::{Hold, LedgerAccount};
use cardium_topups::{Deposit, Topup};
use cardium_withdrawals::{Payee, Withdrawal};

use crate::{
    batch::{index::Index, journal::Journal, shelf::Shelf, statements::Lock, system::SystemDeltas},
    db::{Connection, DbError},
    rows::{AuditRow, DisputeRow, EntryRow, EventRow, EvidenceRow, PostingRow, Sequence},
};

/// Runs a piece of code for every shelf, in the one global lock order (that of [`RowKey`]).
macro_rules! each_shelf {
    ($batch:expr, $shelf:ident => $run:expr) => {{
        let batch = $batch;
        {
            let $shelf = &mut batch.accounts;
            $run
        }
        {
            let $shelf = &mut batch.credentials;
            $run
        }
        {
            let $shelf = &mut batch.grants;
            $run
        }
        {
            let $shelf = &mut batch.approvals;
            $run
        }
        {
            let $shelf = &mut batch.sequences;
            $run
        }
        {
            let $shelf = &mut batch.topups;
            $run
        }
        {
            let $shelf = &mut batch.deposits;
            $run
        }
        {
            let $shelf = &mut batch.cards;
            $run
        }
        {
            let $shelf = &mut batch.pans;
            $run
        }
        {
            let $shelf = &mut batch.velocities;
            $run
        }
        {
            let $shelf = &mut batch.authorizations;
            $run
        }
        {
            let $shelf = &mut batch.holds;
            $run
        }
        {
            let $shelf = &mut batch.dockets;
            $run
        }
        {
            let $shelf = &mut batch.disputes;
            $run
        }
        {
            let $shelf = &mut batch.evidence;
            $run
        }
        {
            let $shelf = &mut batch.withdrawals;
            $run
        }
        {
            let $shelf = &mut batch.payees;
            $run
        }
        {
            let $shelf = &mut batch.ledger_accounts;
            $run
        }
        {
            let $shelf = &mut batch.pending_authorizations;
            $run
        }
        {
            let $shelf = &mut batch.quotas;
            $run
        }
        {
            let $shelf = &mut batch.messages;
            $run
        }
        {
            let $shelf = &mut batch.idempotency;
            $run
        }
    }};
}

/// Runs a piece of code for every journal, in the order they are written.
macro_rules! each_journal {
    ($batch:expr, $journal:ident => $run:expr) => {{
        let batch = $batch;
        {
            let $journal = &mut batch.postings;
            $run
        }
        {
            let $journal = &mut batch.entries;
            $run
        }
        {
            let $journal = &mut batch.transactions;
            $run
        }
        {
            let $journal = &mut batch.events;
            $run
        }
        {
            let $journal = &mut batch.audit;
            $run
        }
    }};
}

/// The identity map of a batch.
pub(crate) struct Batch {
    pub(crate) accounts: Shelf<Account>,
    pub(crate) credentials: Shelf<Credential>,
    pub(crate) grants: Shelf<Grant>,
    pub(crate) approvals: Shelf<Approval>,
    pub(crate) sequences: Shelf<Sequence>,
    pub(crate) topups: Shelf<Topup>,
    pub(crate) deposits: Shelf<Deposit>,
    pub(crate) cards: Shelf<Card>,
    pub(crate) pans: Shelf<StoredPan>,
    pub(crate) velocities: Shelf<Velocity>,
    pub(crate) authorizations: Shelf<Authorization>,
    pub(crate) holds: Shelf<Hold>,
    pub(crate) dockets: Shelf<Docket>,
    pub(crate) disputes: Shelf<DisputeRow>,
    pub(crate) evidence: Shelf<EvidenceRow>,
    pub(crate) withdrawals: Shelf<Withdrawal>,
    pub(crate) payees: Shelf<Payee>,
    pub(crate) ledger_accounts: Shelf<LedgerAccount>,
    pub(crate) pending_authorizations: Shelf<PendingAuthorization>,
    pub(crate) quotas: Shelf<Quota>,
    pub(crate) messages: Shelf<NetworkMessage>,
    pub(crate) idempotency: Shelf<IdempotencyRecord>,

    pub(crate) postings: Journal<PostingRow>,
    pub(crate) entries: Journal<EntryRow>,
    pub(crate) transactions: Journal<Transaction>,
    pub(crate) events: Journal<EventRow>,
    pub(crate) audit: Journal<AuditRow>,
    pub(crate) system: SystemDeltas,

    pub(crate) emails: Index<Email, AccountId>,
    pub(crate) cards_by_pan: Index<[u8; 32], CardId>,
    pub(crate) deposit_addresses: Index<String, TopupId>,
    pub(crate) pans_by_card: HashMap<CardId, [u8; 32]>,
    pub(crate) references: HashMap<AuthorizationReference, Vec<AuthorizationId>>,

    /// What the running command appended, numbered at merge.
    pub(crate) event_drafts: Vec<EventDraft>,
    pub(crate) audit_drafts: Vec<AuditDraft>,
}

impl Batch {
    pub(crate) fn new(postgres: bool) -> Self {
        Self {
            accounts: Shelf::new(postgres, Lock::Update),
            credentials: Shelf::new(postgres, Lock::Update),
            grants: Shelf::new(postgres, Lock::Update),
            approvals: Shelf::new(postgres, Lock::Update),
            sequences: Shelf::new(postgres, Lock::Update),
            topups: Shelf::new(postgres, Lock::Update),
            deposits: Shelf::new(postgres, Lock::Update),
            cards: Shelf::new(postgres, Lock::Update),
            pans: Shelf::new(postgres, Lock::None),
            velocities: Shelf::new(postgres, Lock::Update),
            authorizations: Shelf::new(postgres, Lock::Update),
            holds: Shelf::new(postgres, Lock::Update),
            dockets: Shelf::new(postgres, Lock::Update),
            disputes: Shelf::new(postgres, Lock::Update),
            evidence: Shelf::new(postgres, Lock::None),
            withdrawals: Shelf::new(postgres, Lock::Update),
            payees: Shelf::new(postgres, Lock::None),
            ledger_accounts: Shelf::new(postgres, Lock::Update),
            pending_authorizations: Shelf::new(postgres, Lock::Update),
            quotas: Shelf::new(postgres, Lock::Update),
            messages: Shelf::new(postgres, Lock::None),
            idempotency: Shelf::new(postgres, Lock::None),
            postings: Journal::new(postgres),
            entries: Journal::new(postgres),
            transactions: Journal::new(postgres),
            events: Journal::new(postgres),
            audit: Journal::new(postgres),
            system: SystemDeltas::default(),
            emails: Index::new(),
            cards_by_pan: Index::new(),
            deposit_addresses: Index::new(),
            pans_by_card: HashMap::new(),
            references: HashMap::new(),
            event_drafts: Vec::new(),
            audit_drafts: Vec::new(),
        }
    }

    /// Forgets the batch before.
    pub(crate) fn clear(&mut self) {
        each_shelf!(&mut *self, shelf => shelf.clear());
        each_journal!(&mut *self, journal => journal.clear());
        self.system.clear();
        self.emails.clear();
        self.cards_by_pan.clear();
        self.deposit_addresses.clear();
        self.pans_by_card.clear();
        self.references.clear();
        self.event_drafts.clear();
        self.audit_drafts.clear();
    }

    /// Loads and locks what the commands announced, table by table in the global order, ids
    /// ascending. A card's authorizations are looked for once the card is locked: whoever makes
    /// one holds that lock, so all of them are found.
    pub(crate) fn load(
        &mut self,
        connection: &mut Connection,
        names: &BTreeSet<NaturalKey>,
        rows: &mut BTreeSet<RowKey>,
    ) -> Result<(), DbError> {
        self.resolve(connection, names, rows)?;
        self.load_owners(connection, &Keys::sort(rows))?;
        self.resolve_references(connection, names, rows)?;
        self.load_rest(connection, &Keys::sort(rows))
    }

    /// The tables up to the cards.
    fn load_owners(&mut self, connection: &mut Connection, keys: &Keys) -> Result<(), DbError> {
        self.accounts.load(connection, &keys.accounts)?;
        self.credentials.load(connection, &keys.credentials)?;
        self.grants.load(connection, &keys.grants)?;
        self.approvals.load(connection, &keys.approvals)?;
        self.sequences.load(connection, &keys.sequences)?;
        self.topups.load(connection, &keys.topups)?;
        self.deposits.load(connection, &keys.deposits)?;
        self.cards.load(connection, &keys.cards)
    }

    /// The tables after the cards.
    fn load_rest(&mut self, connection: &mut Connection, keys: &Keys) -> Result<(), DbError> {
        self.velocities.load(connection, &keys.velocities)?;
        self.authorizations.load(connection, &keys.authorizations)?;
        self.holds.load(connection, &keys.holds)?;
        self.dockets.load(connection, &keys.dockets)?;
        self.disputes.load(connection, &keys.disputes)?;
        self.withdrawals.load(connection, &keys.withdrawals)?;
        self.ledger_accounts.load(connection, &keys.ledger_accounts)?;
        self.pending_authorizations.load(connection, &keys.pending_authorizations)?;
        self.quotas.load(connection, &keys.quotas)?;
        // Rows that never change are read last, when every lock is held: what another process
        // wrote before it let go of a lock is seen.
        self.pans.load(connection, &keys.pans)?;
        self.evidence.load(connection, &keys.evidence)?;
        self.payees.load(connection, &keys.payees)?;
        self.messages.load(connection, &keys.messages)?;
        self.idempotency.load(connection, &keys.idempotency)
    }

    /// Keeps what the running command wrote to the shelves.
    pub(crate) fn merge_rows(&mut self) {
        each_shelf!(&mut *self, shelf => shelf.merge());
        each_journal!(&mut *self, journal => journal.merge());
        self.system.merge();
        self.emails.merge();
        self.cards_by_pan.merge();
        self.deposit_addresses.merge();
    }

    /// Drops what the running command wrote.
    pub(crate) fn discard(&mut self) {
        each_shelf!(&mut *self, shelf => shelf.discard());
        each_journal!(&mut *self, journal => journal.discard());
        self.system.discard();
        self.emails.discard();
        self.cards_by_pan.discard();
        self.deposit_addresses.discard();
        self.event_drafts.clear();
        self.audit_drafts.clear();
    }

    /// Whether merged commands changed anything.
    pub(crate) fn is_dirty(&mut self) -> bool {
        let mut dirty = false;
        each_shelf!(&mut *self, shelf => dirty |= shelf.is_dirty());
        each_journal!(&mut *self, journal => dirty |= journal.is_dirty());
        dirty
    }

    /// Writes all changes: a constant number of statements, in the global order, the system
    /// accounts last.
    pub(crate) fn flush(
        &mut self,
        connection: &mut Connection,
        stripe: i64,
    ) -> Result<(), DbError> {
        each_shelf!(&mut *self, shelf => shelf.flush(connection)?);
        each_journal!(&mut *self, journal => journal.flush(connection)?);
        self.system.flush(connection, stripe)
    }
}

/// Row keys, sorted by table.
#[derive(Default)]
struct Keys {
    accounts: BTreeSet<u128>,
    credentials: BTreeSet<u128>,
    grants: BTreeSet<u128>,
    approvals: BTreeSet<u128>,
    sequences: BTreeSet<u128>,
    topups: BTreeSet<u128>,
    deposits: BTreeSet<u128>,
    cards: BTreeSet<u128>,
    pans: BTreeSet<u128>,
    velocities: BTreeSet<u128>,
    authorizations: BTreeSet<u128>,
    holds: BTreeSet<u128>,
    dockets: BTreeSet<u128>,
    disputes: BTreeSet<u128>,
    evidence: BTreeSet<u128>,
    withdrawals: BTreeSet<u128>,
    payees: BTreeSet<u128>,
    ledger_accounts: BTreeSet<u128>,
    pending_authorizations: BTreeSet<u128>,
    quotas: BTreeSet<u128>,
    messages: BTreeSet<u128>,
    idempotency: BTreeSet<u128>,
}

impl Keys {
    fn sort(rows: &BTreeSet<RowKey>) -> Self {
        let mut keys = Self::default();
        for row in rows {
            match row {
                RowKey::Account(id) => keys.accounts.insert(id.value()),
                RowKey::Credential(id) => keys.credentials.insert(id.value()),
                RowKey::Grant(id) => keys.grants.insert(id.value()),
                RowKey::Approval(id) => keys.approvals.insert(id.value()),
                RowKey::Sequence(id) => keys.sequences.insert(id.value()),
                RowKey::Topup(id) => keys.topups.insert(id.value()),
                RowKey::Deposit(id) => keys.deposits.insert(id.value()),
                RowKey::Card(id) => keys.cards.insert(id.value()),
                RowKey::Pan(id) => keys.pans.insert(id.value()),
                RowKey::Velocity(id) => keys.velocities.insert(id.value()),
                RowKey::Authorization(id) => keys.authorizations.insert(id.value()),
                RowKey::Hold(id) => keys.holds.insert(id.value()),
                RowKey::Docket(id) => keys.dockets.insert(id.value()),
                RowKey::Dispute(id) => keys.disputes.insert(id.value()),
                RowKey::Evidence(id) => keys.evidence.insert(id.value()),
                RowKey::Withdrawal(id) => keys.withdrawals.insert(id.value()),
                RowKey::Payee(id) => keys.payees.insert(id.value()),
                RowKey::LedgerAccount(id) => keys.ledger_accounts.insert(id.value()),
                RowKey::PendingAuthorization(id) => keys.pending_authorizations.insert(id.value()),
                RowKey::Quota(id) => keys.quotas.insert(*id),
                RowKey::Message(id) => keys.messages.insert(id.value()),
                RowKey::Idempotency(id) => keys.idempotency.insert(*id),
            };
        }
        keys
    }
}
