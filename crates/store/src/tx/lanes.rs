use cardium_kernel::{AccountId, EndpointId, StoreError, Timestamp};
use cardium_webhooks::{Endpoint, EventProgress, LaneStore, Recovery};

use super::BatchTx;
use crate::{
    db::{Connection, Fields, Kind, Record, Sql, Value},
    progress::progress_of,
    rows::time,
};

/// A search by halves: an event that is not kept any more is older than whatever is asked for. At
/// most 63 steps, each a look into the index on (account, number).
const LAST_BEFORE: &str = "WITH RECURSIVE search(lo, hi) AS ( \
     SELECT 0 + ?, 0 + ? UNION ALL \
     SELECT CASE WHEN e.created_at >= ? THEN s.lo ELSE (s.lo + s.hi + 1) / 2 END, \
     CASE WHEN e.created_at >= ? THEN (s.lo + s.hi + 1) / 2 - 1 ELSE s.hi END \
     FROM search s LEFT JOIN events e \
     ON e.account_id = ? AND e.account_seq = (s.lo + s.hi + 1) / 2 WHERE s.lo < s.hi) \
     SELECT MAX(lo) FROM search";

impl LaneStore for BatchTx<'_> {
    fn find_failing_since(
        &mut self,
        endpoint: EndpointId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let record = lock(self.cold()?, "failing_since", &[Kind::Int], endpoint)?;
        let Some(record) = record else { return Ok(None) };
        Fields::new("webhook_lanes", record).optional(Fields::time)
    }

    fn clear_failing(&mut self, endpoint: EndpointId) -> Result<(), StoreError> {
        let sql = Sql::new("UPDATE webhook_lanes SET failing_since = NULL WHERE endpoint_id = ?");
        self.cold()?.execute(&sql.id(endpoint.value()))?;
        Ok(())
    }

    fn is_retrying(&mut self, endpoint: EndpointId, now: Timestamp) -> Result<bool, StoreError> {
        // A new delivery is due at once; only what failed is due later.
        let text = "SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries WHERE endpoint_id = ? \
                    AND state = 'pending' AND next_attempt_at > ? LIMIT 1) AS retry";
        let sql = Sql::new(text).id(endpoint.value()).bind(time(now));
        Ok(self.cold()?.integer(&sql)? > 0)
    }

    fn find_recovery(&mut self, endpoint: EndpointId) -> Result<Option<Recovery>, StoreError> {
        let kinds = [Kind::Int, Kind::Int];
        let record = lock(self.cold()?, "recover_after, recover_until", &kinds, endpoint)?;
        let Some(record) = record else { return Ok(None) };
        let mut fields = Fields::new("webhook_lanes", record);
        let (after, until) = (fields.optional(Fields::int)?, fields.optional(Fields::int)?);
        Ok(after.zip(until).map(|(after, until)| Recovery { after, until }))
    }

    fn save_recovery(
        &mut self,
        endpoint: EndpointId,
        recovery: Option<Recovery>,
    ) -> Result<(), StoreError> {
        let text = "UPDATE webhook_lanes SET recover_after = ?, recover_until = ? \
                    WHERE endpoint_id = ?";
        let sql = Sql::new(text)
            .bind(Value::optional(recovery, |range| Value::Int(range.after)))
            .bind(Value::optional(recovery, |range| Value::Int(range.until)))
            .id(endpoint.value());
        self.cold()?.execute(&sql)?;
        Ok(())
    }

    fn last_event(&mut self, account: AccountId) -> Result<i64, StoreError> {
        Ok(self.sequence(account)?.event_seq)
    }

    fn last_event_before(&mut self, account: AccountId, at: Timestamp) -> Result<i64, StoreError> {
        let last = self.sequence(account)?.event_seq;
        let sql = Sql::new(LAST_BEFORE)
            .int(0)
            .int(last)
            .bind(time(at))
            .bind(time(at))
            .id(account.value());
        Ok(self.cold()?.integer(&sql)?)
    }

    fn find_event_moment(
        &mut self,
        account: AccountId,
        place: i64,
    ) -> Result<Option<Timestamp>, StoreError> {
        let text = "SELECT created_at FROM events WHERE account_id = ? AND account_seq = ?";
        let sql = Sql::new(text).id(account.value()).int(place);
        let record = self.cold()?.first(&sql, &[Kind::Int])?;
        record.map(|record| Fields::new("events", record).time()).transpose()
    }

    fn progress_of(
        &mut self,
        endpoint: &Endpoint,
        range: Recovery,
        limit: i64,
    ) -> Result<Vec<EventProgress>, StoreError> {
        Ok(progress_of(self.cold()?, endpoint, range, limit)?)
    }
}

/// Columns of a lane, locked.
fn lock(
    connection: &mut Connection,
    columns: &str,
    kinds: &[Kind],
    endpoint: EndpointId,
) -> Result<Option<Record>, StoreError> {
    let lock = if connection.is_postgres() { " FOR NO KEY UPDATE" } else { "" };
    let text = format!("SELECT {columns} FROM webhook_lanes WHERE endpoint_id = ?{lock}");
    Ok(connection.first(&Sql::new(text).id(endpoint.value()), kinds)?)
}
