//! What is kept for a time: events, and deliveries of them.

use std::time::Duration;

use cardium_kernel::{StoreError, Timestamp};

use super::SLICE;
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// What forgetting needs of the open transaction.
pub trait RetentionStore {
    /// Removes up to `limit` events that were made before this moment, with the earlier ones of
    /// their accounts, so that what an account has left stays without a gap; says how many were so
    /// old. Deliveries of them that still wait go as well.
    ///
    /// # Errors
    /// When the database refuses.
    fn purge_events(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;

    /// Removes up to `limit` deliveries that were made before this moment and have ended; says how
    /// many. Those that wait go with their events.
    ///
    /// # Errors
    /// When the database refuses.
    fn purge_deliveries(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
}

/// Forgets events that are older than this, a slice at a time; says how many.
#[derive(Debug, Clone)]
pub struct PurgeEvents {
    /// How long events are kept.
    pub retention: Duration,
}

impl UseCase for PurgeEvents {
    type Output = i64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<i64> {
        let before = unit.now().before(self.retention);
        let purged = unit.tx.purge_events(before, SLICE)?;
        Ok(Ending::Done(purged))
    }
}

/// Forgets deliveries that are older than this, a slice at a time; says how many.
#[derive(Debug, Clone)]
pub struct PurgeDeliveries {
    /// How long deliveries are kept.
    pub retention: Duration,
}

impl UseCase for PurgeDeliveries {
    type Output = i64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<i64> {
        let before = unit.now().before(self.retention);
        let purged = unit.tx.purge_deliveries(before, SLICE)?;
        Ok(Ending::Done(purged))
    }
}
