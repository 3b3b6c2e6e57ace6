use std::time::Duration;

use cardium_app::{CommandError, announcements::SpreadAnnouncement};

use super::{Backend, Found, Round};

/// Tells accounts what the operator announces. Any number of processes may do so at once.
pub struct SpreadAnnouncements {
    backend: Backend,
}

impl SpreadAnnouncements {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for SpreadAnnouncements {
    const NAME: &'static str = "announcements";
    /// Announcements are made days ahead; a second is nothing.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let due = self.backend.read(|reads| reads.due_announcement()).await?;
        let Some(due) = due else { return Ok(Found::Nothing) };
        let (id, accounts) = (due.id, due.accounts.len());
        let told = self.backend.perform(SpreadAnnouncement { due }).await?;
        if told {
            tracing::info!(announcement.id = %id, accounts, "told accounts of an announcement");
        }
        // Where another process was faster, it goes on; this one looks again later.
        Ok(Found::work_if(told))
    }
}
