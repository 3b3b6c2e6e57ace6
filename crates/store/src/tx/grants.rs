use cardium_app::{RowKey, grants::LapseStore};
use cardium_auth::grants::{Approval, Grant, GrantStore};
use cardium_kernel::{ApprovalId, GrantId, StoreError, Timestamp};

use super::BatchTx;
use crate::lapsed::lapsed;

impl GrantStore for BatchTx<'_> {
    fn find_grant(&mut self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        let found = self.batch.grants.find(id.value());
        self.note(RowKey::Grant(id), found)
    }

    fn save_grant(&mut self, grant: Grant) -> Result<(), StoreError> {
        let key = RowKey::Grant(grant.id);
        let saved = self.batch.grants.save(grant);
        self.note(key, saved)
    }

    fn find_approval(&mut self, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
        let found = self.batch.approvals.find(id.value());
        self.note(RowKey::Approval(id), found)
    }

    fn save_approval(&mut self, approval: Approval) -> Result<(), StoreError> {
        let key = RowKey::Approval(approval.id);
        let saved = self.batch.approvals.save(approval);
        self.note(key, saved)
    }
}

impl LapseStore for BatchTx<'_> {
    fn has_lapsed(&mut self, grant: GrantId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = lapsed("COUNT(*)", " AND w.grant_id = ?", now).id(grant.value());
        Ok(self.cold()?.integer(&sql)? > 0)
    }
}
