//! The check of the books at the end.

use cardium_kernel::Clock;

use super::{DemoError, Tour, check::differs, report::Step};
use crate::{clock::SystemClock, settings::Settings, verify};

impl Tour<'_> {
    /// Replays the ledger and checks outbox and audit chains, with the server stopped.
    pub(super) async fn check_books(&mut self, settings: &Settings) -> Result<(), DemoError> {
        let checked = check(settings.clone());
        self.report.step("Check the books", checked).await
    }
}

async fn check(settings: Settings) -> Step<()> {
    let checked =
        tokio::task::spawn_blocking(move || verify::check(&settings, SystemClock.now(), |_| {}))
            .await;
    let report = checked.map_err(std::io::Error::other)??;
    match report.findings.first() {
        None => Ok(((), verify::summary(&report))),
        Some(found) => Err(differs(found.invariant, "to hold", &found.detail)),
    }
}
