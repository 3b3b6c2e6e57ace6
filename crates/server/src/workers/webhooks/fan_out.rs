use std::time::Duration;

use cardium_app::{CommandError, webhooks::FanOut};

use super::POLL;
use crate::workers::{Backend, Found, Round};

/// Turns events into deliveries.
pub struct FanOutEvents {
    backend: Backend,
}

impl FanOutEvents {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for FanOutEvents {
    const NAME: &'static str = "webhook fan-out";
    const PERIOD: Duration = POLL;

    async fn run(&mut self) -> Result<Found, CommandError> {
        let taken = self.backend.perform(FanOut).await?;
        Ok(Found::work_if(taken > 0))
    }
}
