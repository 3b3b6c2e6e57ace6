//! Results of attempts and the ends of visits, written in sets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cardium_app::webhooks::{RecordAttempts, SET};
use cardium_webhooks::{AttemptResult, Release};
use tokio::sync::{Notify, mpsc};

use crate::workers::Backend;

/// Tries before a set of results is given up: their leases lapse after 30 s and the deliveries
/// are made again, so later ones would be void.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What a visit has to tell. The release is the last of its visit.
#[derive(Debug)]
pub(super) enum Note {
    /// An attempt ended.
    Result(Box<AttemptResult>),
    /// The visit is over.
    Release(Release),
}

/// Writes notes as they come in, until every sender is gone. While one set is being written the
/// next gathers, so sets grow with the load. Leasing is woken where a lane is due at once, or where
/// it was left without connections.
pub(super) async fn record(
    backend: Backend,
    mut notes: mpsc::Receiver<Note>,
    (due, starved): (Arc<Notify>, Arc<AtomicBool>),
) {
    let limit = usize::try_from(SET).unwrap_or(1);
    loop {
        let mut set = Vec::new();
        if notes.recv_many(&mut set, limit).await == 0 {
            return;
        }
        let due_at_once = write(&backend, sort(set)).await;
        if due_at_once || starved.load(Ordering::Acquire) {
            due.notify_one();
        }
    }
}

/// Results go before releases: a release's results are in its set or were written before.
fn sort(notes: Vec<Note>) -> RecordAttempts {
    let mut set = RecordAttempts { results: Vec::new(), releases: Vec::new() };
    for note in notes {
        match note {
            Note::Result(result) => set.results.push(*result),
            Note::Release(release) => set.releases.push(release),
        }
    }
    set
}

async fn write(backend: &Backend, set: RecordAttempts) -> bool {
    let count = set.results.len();
    let mut pause = FIRST_PAUSE;
    for _ in 0..TRIES {
        match backend.perform(set.clone()).await {
            Ok(due_at_once) => return due_at_once,
            Err(error) => {
                tracing::warn!(%error, count, "results of webhooks were not recorded");
            }
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2);
    }
    tracing::error!(count, "results of webhooks are lost; their deliveries will be repeated");
    false
}
