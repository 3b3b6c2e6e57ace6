use std::time::Duration;

use cardium_app::{
    CommandError,
    network::{ExpireHold, When},
    topups::ExpireTopup,
};

use super::{Backend, Found, Round, perform_all};

/// The most objects of one round: a slice of maintenance (docs/ARCHITECTURE.md, "The write
/// path").
const SLICE: i64 = 200;

/// Ends the windows of top-ups that got no coins.
pub struct ExpireTopups {
    backend: Backend,
}

impl ExpireTopups {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for ExpireTopups {
    const NAME: &'static str = "top-up expiry";
    /// Subscribers hear of the end of an hour's window within a second.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let now = self.backend.edge.clock.now();
        let due = self.backend.read(move |reads| reads.due_topups(now, SLICE)).await?;
        let commands = due.into_iter().map(|(id, account)| ExpireTopup { id, account });
        let ended = perform_all(&self.backend, commands).await?;
        Ok(Found::work_if(ended.contains(&true)))
    }
}

/// Lets card holds lapse that nobody cleared in time.
pub struct ExpireHolds {
    backend: Backend,
}

impl ExpireHolds {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for ExpireHolds {
    const NAME: &'static str = "hold expiry";
    /// A hold lasts days; within a second its money is free.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let now = self.backend.edge.clock.now();
        let due = self.backend.read(move |reads| reads.due_authorizations(now, SLICE)).await?;
        let commands = due.into_iter().map(|(authorization, card, account)| ExpireHold {
            authorization,
            card,
            account,
            when: When::Due,
        });
        let ended = perform_all(&self.backend, commands).await?;
        Ok(Found::work_if(ended.iter().any(Option::is_some)))
    }
}
