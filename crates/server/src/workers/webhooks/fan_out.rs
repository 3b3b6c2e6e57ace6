use std::{sync::Arc, time::Duration};

use cardium_app::{CommandError, webhooks::FanOut};
use cardium_kernel::AccountId;
use tokio::sync::Notify;

use super::POLL;
use crate::workers::{Backend, Found, Round};

/// Turns events into deliveries.
pub struct FanOutEvents {
    backend: Backend,
    /// Where the last round stopped, so that each account has its turn.
    after: AccountId,
    /// Whose events waited in the last round, to tell it once.
    held: Vec<AccountId>,
    /// Told that lanes may have become due.
    due: Arc<Notify>,
}

impl FanOutEvents {
    /// The worker; `due` is told when lanes may have become due.
    #[must_use]
    pub const fn new(backend: Backend, due: Arc<Notify>) -> Self {
        Self { backend, after: AccountId::new(0), held: Vec::new(), due }
    }
}

impl Round for FanOutEvents {
    const NAME: &'static str = "webhook fan-out";
    const PERIOD: Duration = POLL;

    async fn run(&mut self) -> Result<Found, CommandError> {
        let Some(fanned) = self.backend.perform(FanOut { after: self.after }).await? else {
            return Ok(Found::Nothing);
        };
        self.after = fanned.last;
        for account in fanned.held.iter().filter(|account| !self.held.contains(account)) {
            tracing::error!(account.id = %account, "an endpoint does not decode: its owner waits");
        }
        self.held = fanned.held;
        if fanned.count == 0 {
            return Ok(Found::Nothing);
        }
        self.due.notify_one();
        Ok(Found::Work)
    }
}
