use std::time::Duration;

use cardium_app::{
    CommandError,
    oauth::{ENDED_AT_ONCE, FinishClient},
    reads::{ReadResult, Reads},
};

use super::{Backend, Found, Round, perform_all};

/// Clients of one round.
const SLICE: i64 = 10;

/// Ends what owners gave to clients that are gone, where that was more than one command takes.
pub struct EndClients {
    backend: Backend,
}

impl EndClients {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for EndClients {
    const NAME: &'static str = "ended clients";
    /// Their tokens are refused meanwhile; a round of nothing reads an empty index.
    const PERIOD: Duration = Duration::from_secs(2);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let left = self.backend.read(unfinished).await?;
        let moved = perform_all(&self.backend, left.into_iter()).await?;
        Ok(Found::work_if(moved.contains(&true)))
    }
}

/// A few clients, each with some of its open grants.
fn unfinished(reads: &dyn Reads) -> ReadResult<Vec<FinishClient>> {
    let clients = reads.ended_clients(SLICE)?.into_iter();
    let finish = |id: String| {
        let grants = reads.open_grants_of(&id, ENDED_AT_ONCE)?;
        Ok(FinishClient { id, grants })
    };
    clients.map(|client| finish(client.id.clone())).collect()
}
