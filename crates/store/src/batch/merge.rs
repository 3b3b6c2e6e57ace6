use std::{collections::BTreeMap, sync::Arc};

use cardium_app::{audit::AuditDraft, event::EventDraft, event::EventRenderer, reads::StoredEvent};
use cardium_kernel::{PostingId, StoreError};
use cardium_ledger::Role;
use cardium_vault::HashKey;

use crate::{
    batch::Batch,
    rows::{AuditRow, EventRow, Row, Sequence},
};

/// What merging needs besides the batch.
#[derive(Clone)]
pub(crate) struct MergeContext {
    /// The key of the audit chains.
    pub(crate) audit_key: HashKey,
    /// Makes the JSON that subscribers see.
    pub(crate) renderer: Arc<dyn EventRenderer>,
}

impl Batch {
    /// Keeps what a command wrote: its events and audit rows get their numbers, moments and
    /// hashes from the locked sequence rows, and the ledger's invariants are asserted.
    ///
    /// On an error nothing of the command is kept.
    pub(crate) fn merge(&mut self, context: &MergeContext) -> Result<(), StoreError> {
        let kept = self.number(context).and_then(|()| self.check_ledger());
        if let Err(error) = kept {
            self.discard();
            return Err(error);
        }
        self.extend_references();
        self.merge_rows();
        Ok(())
    }

    fn number(&mut self, context: &MergeContext) -> Result<(), StoreError> {
        for draft in std::mem::take(&mut self.event_drafts) {
            self.number_event(context, draft)?;
        }
        for draft in std::mem::take(&mut self.audit_drafts) {
            self.number_audit(context, draft)?;
        }
        Ok(())
    }

    fn number_event(
        &mut self,
        context: &MergeContext,
        draft: EventDraft,
    ) -> Result<(), StoreError> {
        let account = draft.snapshot.account();
        let mut sequence = self.sequence(account)?;
        let created_at = sequence.tick(draft.at);
        sequence.event_seq = sequence.event_seq.saturating_add(1);
        let event = StoredEvent {
            id: draft.id,
            account,
            account_seq: sequence.event_seq,
            kind: draft.kind.as_str().to_owned(),
            object_version: draft.snapshot.version(),
            book: draft.snapshot.book(),
            object: context.renderer.render(&draft.snapshot, draft.at),
            created_at,
        };
        let (object_id, dispatched) = (draft.snapshot.object_id(), sequence.endpoints == 0);
        self.events.push(EventRow { event, object_id, dispatched, actor: draft.actor });
        self.sequences.save(sequence)
    }

    fn number_audit(
        &mut self,
        context: &MergeContext,
        draft: AuditDraft,
    ) -> Result<(), StoreError> {
        let mut sequence = self.sequence(draft.account)?;
        let created_at = sequence.tick(draft.at);
        sequence.audit_seq = sequence.audit_seq.saturating_add(1);
        let mut row = AuditRow {
            id: draft.id,
            account: draft.account,
            seq: sequence.audit_seq,
            action: draft.action.to_owned(),
            object: draft.object,
            actor: draft.actor,
            ip: draft.ip,
            user_agent: draft.user_agent,
            request_id: draft.request_id,
            created_at,
            hash: [0; 32],
        };
        row.hash = row.link(&context.audit_key, &sequence.audit_head);
        sequence.audit_head = row.hash;
        self.audit.push(row);
        self.sequences.save(sequence)
    }

    pub(crate) fn sequence(
        &self,
        account: cardium_kernel::AccountId,
    ) -> Result<Sequence, StoreError> {
        let found = self.sequences.find(account.value())?;
        Ok(found.unwrap_or_else(|| Sequence::new(account)))
    }

    /// I1 and I2, in release builds too: a command that would break them is not kept.
    fn check_ledger(&self) -> Result<(), StoreError> {
        let mut sums: BTreeMap<PostingId, i64> = BTreeMap::new();
        for entry in self.entries.written() {
            let sum = sums.entry(entry.posting).or_default();
            *sum = sum.saturating_add(entry.amount);
        }
        if let Some((posting, sum)) = sums.iter().find(|(_, sum)| **sum != 0) {
            return Err(broken(format!("{posting} sums to {sum}")));
        }
        for account in self.ledger_accounts.written() {
            let free = account.posted.minor().saturating_sub(account.held.minor());
            if account.role != Role::CardReceivable && free < 0 {
                return Err(broken(format!("{:?} would be overdrawn", account.id)));
            }
        }
        Ok(())
    }
}

fn broken(detail: String) -> StoreError {
    StoreError::Corrupt { table: <crate::rows::EntryRow as Row>::TABLE.name, detail }
}
