use std::{sync::Arc, time::Duration};

use cardium_app::CommandError;
use cardium_http::AppState;

use super::{Backend, Found, Round};

/// Wakes requests that wait for an event of their account, whichever process committed it: one
/// query for all accounts that somebody waits for, and none where nobody waits.
pub struct WakeReaders {
    backend: Backend,
    state: Arc<AppState>,
}

impl WakeReaders {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend, state: Arc<AppState>) -> Self {
        Self { backend, state }
    }
}

impl Round for WakeReaders {
    const NAME: &'static str = "event readers";
    /// How long an event is kept from a waiting reader at most.
    const PERIOD: Duration = Duration::from_millis(100);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let accounts = self.state.events().waiting();
        if !accounts.is_empty() {
            let last = self.backend.read(move |reads| reads.last_event_seqs(&accounts)).await?;
            self.state.events().tell(&last);
        }
        Ok(Found::Nothing)
    }
}
