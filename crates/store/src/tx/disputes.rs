use cardium_app::RowKey;
use cardium_disputes::{Dispute, DisputeStore, Docket, Evidence};
use cardium_kernel::{AuthorizationId, DisputeId, StoreError};

use super::BatchTx;
use crate::rows::{DisputeRow, EvidenceRow};

impl DisputeStore for BatchTx<'_> {
    fn find_dispute(&mut self, id: DisputeId) -> Result<Option<Dispute>, StoreError> {
        let row = self.batch.disputes.find(id.value());
        if row.is_err() {
            // Its evidence would be missed next.
            self.missed.rows.extend(cardium_app::Hints::default().with_dispute(id).rows);
        }
        let Some(row) = row? else { return Ok(None) };
        let mut evidence = Vec::with_capacity(row.evidence_count());
        for place in 1..=row.evidence_count() {
            let id = Evidence::id_at(id, place);
            let found = self.batch.evidence.find(id.value());
            evidence.extend(self.note(RowKey::Evidence(id), found)?.map(|row| row.evidence));
        }
        Ok(Some(row.join(evidence)))
    }

    fn save_dispute(&mut self, dispute: Dispute) -> Result<(), StoreError> {
        let account = dispute.account;
        let (row, evidence) = DisputeRow::split(&dispute);
        let key = RowKey::Dispute(row.id());
        let saved = self.batch.disputes.save(row);
        self.note(key, saved)?;
        for evidence in evidence {
            let key = RowKey::Evidence(evidence.id);
            let saved = self.batch.evidence.save(EvidenceRow { account, evidence });
            self.note(key, saved)?;
        }
        Ok(())
    }

    fn find_docket(&mut self, id: AuthorizationId) -> Result<Option<Docket>, StoreError> {
        let found = self.batch.dockets.find(id.value());
        self.note(RowKey::Docket(id), found)
    }

    fn save_docket(&mut self, docket: Docket) -> Result<(), StoreError> {
        let key = RowKey::Docket(docket.authorization);
        let saved = self.batch.dockets.save(docket);
        self.note(key, saved)
    }
}
