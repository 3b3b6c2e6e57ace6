use cardium_accounts::{Account, AccountStore, Email};
use cardium_app::{
    EventDraft, NaturalKey, RowKey,
    audit::{AuditDraft, AuditLog},
    event::Outbox,
    idempotency::{IdempotencyRecord, IdempotencyStore},
};
use cardium_auth::{Credential, CredentialStore};
use cardium_authorizations::{
    Authorization, AuthorizationReference, AuthorizationStore, NetworkMessage,
    PendingAuthorization, Transaction,
};
use cardium_cards::{Card, CardStatus, CardStore, StoredPan, Velocity};
use cardium_kernel::{
    AccountId, AuthorizationId, CardId, CredentialId, DepositId, MessageId, StoreError, Timestamp,
    TopupId,
};
use cardium_ledger::{
    Entry, Hold, HoldId, LedgerAccount, LedgerAccountId, LedgerStore, Line, Posting,
};
use cardium_topups::{Deposit, Topup, TopupStore};
use cardium_vault::PanFingerprint;

use super::BatchTx;
use crate::rows::{EntryRow, PostingRow};

impl LedgerStore for BatchTx<'_> {
    fn find_ledger_account(
        &mut self,
        id: LedgerAccountId,
    ) -> Result<Option<LedgerAccount>, StoreError> {
        let found = self.batch.ledger_accounts.find(id.value());
        self.note(RowKey::LedgerAccount(id), found)
    }

    fn save_ledger_account(&mut self, account: LedgerAccount) -> Result<(), StoreError> {
        let key = RowKey::LedgerAccount(account.id);
        let saved = self.batch.ledger_accounts.save(account);
        self.note(key, saved)
    }

    fn find_hold(&mut self, id: HoldId) -> Result<Option<Hold>, StoreError> {
        let found = self.batch.holds.find(id.value());
        self.note(RowKey::Hold(id), found)
    }

    fn save_hold(&mut self, hold: Hold) -> Result<(), StoreError> {
        let key = RowKey::Hold(hold.id);
        let saved = self.batch.holds.save(hold);
        self.note(key, saved)
    }

    fn insert_posting(
        &mut self,
        posting: Posting,
        entries: Vec<Entry>,
        created_at: Timestamp,
    ) -> Result<(), StoreError> {
        for entry in &entries {
            self.batch.entries.push(customer_row(&posting, entry));
        }
        for (id, line) in posting.entry_ids().zip(posting.lines()) {
            if let Line::System(account, amount) = *line {
                let (book, currency) = (posting.book(), amount.currency());
                self.batch.system.add(account, book, currency, amount.minor());
                self.batch.entries.push(EntryRow {
                    id,
                    posting: posting.id(),
                    account: account.id(book, currency),
                    account_version: None,
                    amount: amount.minor(),
                    balance_after: None,
                    currency,
                    created_at,
                });
            }
        }
        self.batch.postings.push(PostingRow(posting));
        Ok(())
    }
}

fn customer_row(posting: &Posting, entry: &Entry) -> EntryRow {
    EntryRow {
        id: entry.id,
        posting: posting.id(),
        account: entry.account.value(),
        account_version: Some(entry.account_version),
        amount: entry.amount.minor(),
        balance_after: Some(entry.balance_after.minor()),
        currency: entry.amount.currency(),
        created_at: entry.created_at,
    }
}

impl AccountStore for BatchTx<'_> {
    fn find_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let found = self.batch.accounts.find(id.value());
        self.note(RowKey::Account(id), found)
    }

    fn find_account_by_email(&mut self, email: &Email) -> Result<Option<AccountId>, StoreError> {
        let found = self.batch.emails.find(email);
        self.note_name(|| NaturalKey::Email(email.clone()), found)
    }

    fn save_account(&mut self, account: Account) -> Result<(), StoreError> {
        let before = self.batch.accounts.find(account.id.value()).ok().flatten();
        if let Some(before) = before.filter(|before| before.email != account.email) {
            self.batch.emails.release(before.email.clone());
        }
        self.batch.emails.take(account.email.clone(), account.id);
        let key = RowKey::Account(account.id);
        let saved = self.batch.accounts.save(account);
        self.note(key, saved)
    }
}

impl CredentialStore for BatchTx<'_> {
    fn find_credential(&mut self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let found = self.batch.credentials.find(id.value());
        self.note(RowKey::Credential(id), found)
    }

    fn save_credential(&mut self, credential: Credential) -> Result<(), StoreError> {
        let key = RowKey::Credential(credential.id);
        let saved = self.batch.credentials.save(credential);
        self.note(key, saved)
    }
}

impl CardStore for BatchTx<'_> {
    fn find_card(&mut self, id: CardId) -> Result<Option<Card>, StoreError> {
        let found = self.batch.cards.find(id.value());
        self.note(RowKey::Card(id), found)
    }

    fn find_card_by_pan(&mut self, pan: &PanFingerprint) -> Result<Option<CardId>, StoreError> {
        let found = self.batch.cards_by_pan.find(pan.as_bytes());
        self.note_name(|| NaturalKey::Pan(*pan.as_bytes()), found)
    }

    fn find_pan(&mut self, id: CardId) -> Result<Option<StoredPan>, StoreError> {
        let found = self.batch.pans.find(id.value());
        self.note(RowKey::Pan(id), found)
    }

    fn find_velocity(&mut self, id: CardId) -> Result<Option<Velocity>, StoreError> {
        let found = self.batch.velocities.find(id.value());
        self.note(RowKey::Velocity(id), found)
    }

    fn save_velocity(&mut self, velocity: Velocity) -> Result<(), StoreError> {
        let key = RowKey::Velocity(velocity.card);
        let saved = self.batch.velocities.save(velocity);
        self.note(key, saved)
    }

    fn save_card(&mut self, card: Card) -> Result<(), StoreError> {
        let key = RowKey::Card(card.id);
        let before = self.find_card(card.id)?;
        let more = is_counted(Some(&card)).saturating_sub(is_counted(before.as_ref()));
        if more != 0 {
            let mut sequence = self.sequence(card.account)?;
            sequence.cards = sequence.cards.saturating_add(more);
            sequence.version = sequence.version.saturating_add(1);
            self.batch.sequences.save(sequence)?;
        }
        let saved = self.batch.cards.save(card);
        self.note(key, saved)
    }

    fn count_cards(&mut self, account: AccountId) -> Result<i64, StoreError> {
        Ok(self.sequence(account)?.cards)
    }

    fn insert_pan(&mut self, pan: StoredPan) -> Result<(), StoreError> {
        let (card, fingerprint) = (pan.card, pan.fingerprint);
        if self.find_card_by_pan(&fingerprint)?.is_some() {
            return Err(StoreError::Duplicate("PAN"));
        }
        self.batch.cards_by_pan.take(*fingerprint.as_bytes(), card);
        let inserted = self.batch.pans.insert(pan, "PAN");
        self.note(RowKey::Pan(card), inserted)
    }
}

/// One for a card that its account holds.
fn is_counted(card: Option<&Card>) -> i64 {
    i64::from(card.is_some_and(|card| card.status != CardStatus::Cancelled))
}

impl AuthorizationStore for BatchTx<'_> {
    fn find_authorization(
        &mut self,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, StoreError> {
        let found = self.batch.authorizations.find(id.value());
        self.note(RowKey::Authorization(id), found)
    }

    fn find_authorizations(
        &mut self,
        reference: &AuthorizationReference,
    ) -> Result<Vec<AuthorizationId>, StoreError> {
        let found = self.batch.references.get(reference).cloned().ok_or(StoreError::Miss);
        self.note_name(|| NaturalKey::Authorization(reference.clone()), found)
    }

    fn save_authorization(&mut self, authorization: Authorization) -> Result<(), StoreError> {
        let key = RowKey::Authorization(authorization.id);
        let saved = self.batch.authorizations.save(authorization);
        self.note(key, saved)
    }

    fn insert_transaction(&mut self, transaction: Transaction) -> Result<(), StoreError> {
        self.batch.transactions.push(transaction);
        Ok(())
    }

    fn find_message(&mut self, id: MessageId) -> Result<Option<NetworkMessage>, StoreError> {
        let found = self.batch.messages.find(id.value());
        self.note(RowKey::Message(id), found)
    }

    fn find_pending(&mut self, id: MessageId) -> Result<Option<PendingAuthorization>, StoreError> {
        let found = self.batch.pending_authorizations.find(id.value());
        self.note(RowKey::PendingAuthorization(id), found)
    }

    fn save_pending(&mut self, pending: PendingAuthorization) -> Result<(), StoreError> {
        let key = RowKey::PendingAuthorization(pending.id);
        let saved = self.batch.pending_authorizations.save(pending);
        self.note(key, saved)
    }

    fn insert_message(&mut self, message: NetworkMessage) -> Result<(), StoreError> {
        let key = RowKey::Message(message.id);
        let inserted = self.batch.messages.insert(message, "network message");
        self.note(key, inserted)
    }
}

impl TopupStore for BatchTx<'_> {
    fn find_topup(&mut self, id: TopupId) -> Result<Option<Topup>, StoreError> {
        let found = self.batch.topups.find(id.value());
        self.note(RowKey::Topup(id), found)
    }

    fn find_topup_by_address(&mut self, address: &str) -> Result<Option<TopupId>, StoreError> {
        let found = self.batch.deposit_addresses.find(&address.to_owned());
        self.note_name(|| NaturalKey::DepositAddress(address.to_owned()), found)
    }

    fn save_topup(&mut self, topup: Topup) -> Result<(), StoreError> {
        self.batch.deposit_addresses.take(topup.address.clone(), topup.id);
        let key = RowKey::Topup(topup.id);
        let saved = self.batch.topups.save(topup);
        self.note(key, saved)
    }

    fn find_deposit(&mut self, id: DepositId) -> Result<Option<Deposit>, StoreError> {
        let found = self.batch.deposits.find(id.value());
        self.note(RowKey::Deposit(id), found)
    }

    fn save_deposit(&mut self, deposit: Deposit) -> Result<(), StoreError> {
        let key = RowKey::Deposit(deposit.id);
        let saved = self.batch.deposits.save(deposit);
        self.note(key, saved)
    }
}

impl IdempotencyStore for BatchTx<'_> {
    fn find_idempotency(&mut self, id: u128) -> Result<Option<IdempotencyRecord>, StoreError> {
        let found = self.batch.idempotency.find(id);
        self.note(RowKey::Idempotency(id), found)
    }

    fn save_idempotency(&mut self, record: IdempotencyRecord) -> Result<(), StoreError> {
        let key = RowKey::Idempotency(record.id);
        let saved = self.batch.idempotency.save(record);
        self.note(key, saved)
    }
}

impl Outbox for BatchTx<'_> {
    fn append_event(&mut self, draft: EventDraft) -> Result<(), StoreError> {
        let account = draft.snapshot.account();
        let known = self.batch.sequences.knows(account.value());
        let known = if known { Ok(()) } else { Err(StoreError::Miss) };
        self.note(RowKey::Sequence(account), known)?;
        self.batch.event_drafts.push(draft);
        Ok(())
    }
}

impl AuditLog for BatchTx<'_> {
    fn append_audit(&mut self, draft: AuditDraft) -> Result<(), StoreError> {
        let account = draft.account;
        let known = self.batch.sequences.knows(account.value());
        let known = if known { Ok(()) } else { Err(StoreError::Miss) };
        self.note(RowKey::Sequence(account), known)?;
        self.batch.audit_drafts.push(draft);
        Ok(())
    }
}
