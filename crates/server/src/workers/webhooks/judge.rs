use std::time::Duration;

use cardium_app::{CommandError, upkeep::SLICE, webhooks::JudgeEndpoint};

use crate::workers::{Backend, Found, Round, perform_all};

/// Warns owners of endpoints that fail, and disables those that go on failing.
pub struct JudgeEndpoints {
    backend: Backend,
}

impl JudgeEndpoints {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for JudgeEndpoints {
    const NAME: &'static str = "failing webhooks";
    /// It is about days; a look into an index that is all but empty costs nothing.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let patience = self.backend.edge.policy.webhook_patience;
        let now = self.backend.edge.clock.now();
        let due = self.backend.read(move |reads| reads.failing_webhooks(patience, now, SLICE));
        let commands = due.await?.into_iter().map(|(id, account)| JudgeEndpoint { id, account });
        let judged = perform_all(&self.backend, commands).await?;
        Ok(Found::work_if(judged.iter().any(Option::is_some)))
    }
}
