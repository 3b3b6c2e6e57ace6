use cardium_app::{
    RowKey,
    quotas::{Quota, QuotaStore},
};
use cardium_kernel::{StoreError, Timestamp};

use super::BatchTx;
use crate::{db::Sql, rows::time};

impl QuotaStore for BatchTx<'_> {
    fn find_quota(&mut self, id: u128) -> Result<Option<Quota>, StoreError> {
        let found = self.batch.quotas.find(id);
        self.note(RowKey::Quota(id), found)
    }

    fn save_quota(&mut self, quota: Quota) -> Result<(), StoreError> {
        let key = RowKey::Quota(quota.id);
        let saved = self.batch.quotas.save(quota);
        self.note(key, saved)
    }

    fn purge_quotas(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        // The bound twice: a row that another process renews meanwhile is looked at again.
        let text = "DELETE FROM rate_quotas WHERE ends_at < ? AND id IN (SELECT id FROM \
                    rate_quotas WHERE ends_at < ? ORDER BY ends_at, id LIMIT ?)";
        let sql = Sql::new(text).bind(time(before)).bind(time(before)).int(limit);
        let purged = self.cold()?.execute(&sql)?;
        Ok(i64::try_from(purged).unwrap_or(i64::MAX))
    }
}
