use std::time::Duration;

use cardium_app::{
    CommandError,
    upkeep::{PurgeDeliveries, PurgeEvents, SLICE},
};

use super::{Backend, Found, Round};

/// Forgets events, and what became of them at their endpoints, once their time is over.
pub struct ForgetEvents {
    backend: Backend,
    retention: Duration,
}

impl ForgetEvents {
    /// The worker, for events that are kept this long.
    #[must_use]
    pub const fn new(backend: Backend, retention: Duration) -> Self {
        Self { backend, retention }
    }
}

impl Round for ForgetEvents {
    const NAME: &'static str = "event retention";
    /// A round that finds nothing is two look-ups by primary key. So often there is never much to
    /// do, and nothing that competes with commands for long.
    const PERIOD: Duration = Duration::from_secs(5);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let retention = self.retention;
        let events = self.backend.perform(PurgeEvents { retention }).await?;
        if events >= SLICE {
            // What tells how events arrived stays as long as they do.
            return Ok(Found::Work);
        }
        let deliveries = self.backend.perform(PurgeDeliveries { retention }).await?;
        Ok(Found::work_if(deliveries >= SLICE))
    }
}
