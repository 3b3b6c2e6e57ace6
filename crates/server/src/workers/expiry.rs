use std::time::Duration;

use cardium_app::{CommandError, topups::ExpireTopup};
use tokio::task::JoinSet;

use super::{Backend, Found, Round, internal};

/// The most top-ups of one round: a slice of maintenance (docs/ARCHITECTURE.md, "The write
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
        let due = self.backend.read(move |reads| reads.due_topups(now, SLICE));
        let mut commands = JoinSet::new();
        // Submitted together, so that they share a transaction.
        for (id, account) in due.await? {
            let backend = self.backend.clone();
            commands.spawn(async move { backend.perform(ExpireTopup { id, account }).await });
        }
        let mut expired = false;
        while let Some(ended) = commands.join_next().await {
            expired |= ended.map_err(|error| internal(&error))??;
        }
        Ok(Found::work_if(expired))
    }
}
