//! Results of attempts, written in sets.

use std::time::Duration;

use cardium_app::webhooks::{AttemptResult, RecordAttempts, SET};
use tokio::sync::mpsc;

use crate::workers::Backend;

/// Tries before a set of results is given up: their leases lapse after 30 s and the deliveries
/// are made again, so later ones would be void.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Writes results as they come in, until every sender is gone. While one set is being written the
/// next gathers, so sets grow with the load.
pub(super) async fn record(backend: Backend, mut results: mpsc::Receiver<AttemptResult>) {
    let limit = usize::try_from(SET).unwrap_or(1);
    loop {
        let mut set = Vec::new();
        if results.recv_many(&mut set, limit).await == 0 {
            return;
        }
        write(&backend, set).await;
    }
}

async fn write(backend: &Backend, results: Vec<AttemptResult>) {
    let count = results.len();
    let mut pause = FIRST_PAUSE;
    for _ in 0..TRIES {
        let results = results.clone();
        match backend.perform(RecordAttempts { results }).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, count, "results of webhooks were not recorded");
            }
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2);
    }
    tracing::error!(count, "results of webhooks are lost; their deliveries will be repeated");
}
