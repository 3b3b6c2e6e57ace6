//! Housekeeping: what is gathered per request and written in sets, and what is purged.

mod retention;

use std::time::Duration;

use cardium_kernel::{CredentialId, StoreError, Timestamp};

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase, idempotency::RETENTION};

pub use retention::{PurgeDeliveries, PurgeEvents, RetentionStore};

/// The most rows one slice of maintenance touches.
pub const SLICE: i64 = 200;
/// How long a decided request that had waited is kept, for late answers and for whoever looks
/// into one; its answer is kept with its message.
const PENDING_RETENTION: Duration = Duration::from_secs(24 * 3_600);

/// What housekeeping needs of the open transaction.
pub trait UpkeepStore {
    /// Notes when credentials were last used.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_uses(&mut self, uses: &[(CredentialId, Timestamp)]) -> Result<(), StoreError>;

    /// Removes up to `limit` idempotency records older than `before`; says how many.
    ///
    /// # Errors
    /// When the database refuses.
    fn purge_idempotency(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;

    /// Removes up to `limit` requests that waited for the operator's endpoint, were decided and
    /// are older than `before`; says how many.
    ///
    /// # Errors
    /// When the database refuses.
    fn purge_pending(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
}

/// Writes when credentials were last used.
#[derive(Debug, Clone)]
pub struct RecordUses {
    /// At most [`SLICE`] credentials with their last use.
    pub uses: Vec<(CredentialId, Timestamp)>,
}

impl UseCase for RecordUses {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        unit.tx.save_uses(&self.uses)?;
        Ok(Ending::Done(()))
    }
}

/// Forgets idempotency keys whose time is over, a slice at a time; says how many.
#[derive(Debug, Clone)]
pub struct PurgeIdempotency;

impl UseCase for PurgeIdempotency {
    type Output = i64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<i64> {
        let before = unit.now().before(RETENTION);
        let purged = unit.tx.purge_idempotency(before, SLICE)?;
        Ok(Ending::Done(purged))
    }
}

/// Forgets requests that waited for the operator's endpoint and were decided a day ago, a slice
/// at a time; says how many.
#[derive(Debug, Clone)]
pub struct PurgePending;

impl UseCase for PurgePending {
    type Output = i64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<i64> {
        let before = unit.now().before(PENDING_RETENTION);
        let purged = unit.tx.purge_pending(before, SLICE)?;
        Ok(Ending::Done(purged))
    }
}
