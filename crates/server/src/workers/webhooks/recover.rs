use std::time::Duration;

use cardium_app::{CommandError, upkeep::SLICE, webhooks::RecoverSet};

use super::POLL;
use crate::workers::{Backend, Found, Round, perform_all};

/// Sets on their way at once: results of attempts wait in the same queue, and a hundred sets before
/// them would let leases lapse.
const AT_ONCE: usize = 8;

/// Sends endpoints again what they missed, a set of events each in a round. Any number of processes
/// may do so: a set is one transaction, which has the endpoint's lane to itself.
pub struct RecoverEndpoints {
    backend: Backend,
}

impl RecoverEndpoints {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for RecoverEndpoints {
    const NAME: &'static str = "webhook recovery";
    const PERIOD: Duration = POLL;

    async fn run(&mut self) -> Result<Found, CommandError> {
        let due = self.backend.read(|reads| reads.recovering_webhooks(SLICE)).await?;
        let mut more = false;
        for some in due.chunks(AT_ONCE) {
            let commands = some.iter().map(|&(id, account)| RecoverSet { id, account });
            more |= perform_all(&self.backend, commands).await?.contains(&true);
        }
        Ok(Found::work_if(more))
    }
}
