use std::time::Duration;

use cardium_app::{
    CommandError,
    accounts::{LockAccount, Running, StopRest},
    reads::{ReadResult, Reads},
};
use cardium_kernel::AccountId;

use super::{Backend, Found, Round, perform_all};

/// Accounts of one round; one of them is rare.
const SLICE: i64 = 10;

/// Finishes stops that a process began and did not live to end.
pub struct FinishStops {
    backend: Backend,
}

impl FinishStops {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for FinishStops {
    const NAME: &'static str = "unfinished stops";
    /// What is stopped spends no more within seconds; a round of nothing reads an empty index.
    const PERIOD: Duration = Duration::from_secs(2);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let left = self.backend.read(left_running).await?;
        let commands =
            left.into_iter().map(|(account, running)| StopRest(LockAccount { account, running }));
        let stopped = perform_all(&self.backend, commands).await?;
        Ok(Found::work_if(stopped.iter().any(|account| account.locked_at.is_some())))
    }
}

/// A page of what still runs, of a few accounts.
fn left_running(reads: &dyn Reads) -> ReadResult<Vec<(AccountId, Running)>> {
    let accounts = reads.half_stopped(SLICE)?.into_iter();
    accounts.map(|account| Ok((account, Running::find(reads, account)?))).collect()
}
