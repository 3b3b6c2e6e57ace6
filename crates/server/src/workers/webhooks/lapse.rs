use std::time::Duration;

use cardium_app::{CommandError, grants::EndLapsed, upkeep::SLICE};

use crate::workers::{Backend, Found, Round, perform_all};

/// Disables endpoints whose agents have nothing left to act with.
pub struct EndLapsedGrants {
    backend: Backend,
}

impl EndLapsedGrants {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for EndLapsedGrants {
    const NAME: &'static str = "lapsed grants";
    /// What lapses was idle for a month or given three months ago; a round looks at the endpoints
    /// of agents alone.
    const PERIOD: Duration = Duration::from_secs(5);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let now = self.backend.edge.clock.now();
        let lapsed = self.backend.read(move |reads| reads.lapsed_grants(now, SLICE)).await?;
        let commands = lapsed.into_iter().map(|(grant, account)| EndLapsed { grant, account });
        let ended = perform_all(&self.backend, commands).await?;
        Ok(Found::work_if(ended.contains(&true)))
    }
}
