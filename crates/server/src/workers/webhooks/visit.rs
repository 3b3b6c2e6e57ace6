//! One visit of a lane: what is due is sent, a few at a time, for as long as the receiver answers.

use std::{sync::Arc, time::Instant};

use cardium_app::{
    reads::{Dispatch, Visit},
    webhooks::VISIT,
};
use cardium_kernel::Timestamp;
use cardium_webhooks::{Attempt, AttemptFailure, AttemptResult, Delivery, Lane, Release, Visited};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    task::JoinSet,
};

use super::{Sender, SenderError, record::Note};
use crate::{causes::with_causes, workers::Backend};

/// The greatest jitter of a retry: 1,000 lengthens its delay by a tenth.
const JITTER_MAX: u16 = 1_000;
/// Attempts on the way before the first answer; each answer lets one more begin, up to the lane's
/// width. A receiver that went silent since its last visit costs no more than these.
const UNPROVEN: usize = 2;

/// What a visit works with.
pub(super) struct Visitor {
    pub(super) backend: Backend,
    pub(super) sender: Sender,
    /// Connections beside the one that the visit has.
    pub(super) more: Arc<Semaphore>,
    pub(super) notes: mpsc::Sender<Note>,
    pub(super) stop: watch::Receiver<bool>,
    /// The lease is younger than this.
    pub(super) leased: Instant,
}

impl Visitor {
    /// Sends what is due, tells the recorder how it went, and gives the lane back. What it does not
    /// get to stays due.
    pub(super) async fn visit(self, visit: Visit, room: OwnedSemaphorePermit) {
        let Visit { lane, dispatches, gone } = visit;
        for delivery in gone {
            self.note(&lane, delivery, None).await;
        }
        let visited = self.send_all(&lane, dispatches).await;
        let Lane { endpoint, lease, pace, .. } = lane;
        let release = Release { endpoint, lease, pace, visited };
        // The recorder outlives every sender, so it cannot be gone.
        let _sent = self.notes.send(Note::Release(release)).await;
        drop(room);
    }

    async fn send_all(&self, lane: &Lane, dispatches: Vec<Dispatch>) -> Visited {
        let width = usize::try_from(lane.pace.width()).unwrap_or(1);
        let mut window = UNPROVEN.min(width);
        let mut waiting = dispatches.into_iter();
        let mut on_the_way = JoinSet::new();
        let mut visited = Visited::default();
        loop {
            while on_the_way.len() < window && self.may_begin(&visited) {
                let Some(connection) = self.connection(on_the_way.len()) else { break };
                let Some(dispatch) = waiting.next() else { break };
                let (backend, sender) = (self.backend.clone(), self.sender.clone());
                on_the_way.spawn(async move {
                    let ended = attempt(&backend, &sender, dispatch).await;
                    drop(connection);
                    ended
                });
            }
            match on_the_way.join_next().await {
                None => return visited,
                Some(Ok((delivery, attempt))) => {
                    visited.note(&attempt);
                    window = window.saturating_add(1).min(width);
                    self.note(lane, delivery, Some(attempt)).await;
                }
                Some(Err(error)) => {
                    tracing::error!(%error, "an attempt at a webhook ended badly");
                    // It ends the visit and lets the lane rest, as one without an answer does.
                    visited.note(&broken(self.backend.edge.clock.now()));
                }
            }
        }
    }

    /// Attempts begin while they end within the lease, and while the receiver answers.
    fn may_begin(&self, visited: &Visited) -> bool {
        let stopping = *self.stop.borrow();
        !stopping && !visited.is_unanswered() && self.leased.elapsed() < VISIT
    }

    /// The visit's own connection, or one more where there is one.
    fn connection(&self, on_the_way: usize) -> Option<Option<OwnedSemaphorePermit>> {
        if on_the_way == 0 {
            return Some(None);
        }
        Arc::clone(&self.more).try_acquire_owned().ok().map(Some)
    }

    async fn note(&self, lane: &Lane, delivery: Delivery, attempt: Option<Attempt>) {
        let draw = u16::from_be_bytes(self.backend.edge.random());
        let jitter = draw % (JITTER_MAX + 1);
        let result = AttemptResult { delivery, lease: lane.lease, attempt, jitter };
        // The recorder outlives every sender, so it cannot be gone.
        let _sent = self.notes.send(Note::Result(Box::new(result))).await;
    }
}

async fn attempt(backend: &Backend, sender: &Sender, dispatch: Dispatch) -> (Delivery, Attempt) {
    let at = backend.edge.clock.now();
    let began = Instant::now();
    let sent = sender.send(&dispatch, at).await;
    let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    if let Err(error) = &sent {
        log_failure(&dispatch, error);
    }
    let (outcome, excerpt) = match sent {
        Ok(answered) => (Ok(answered.status), answered.excerpt),
        Err(error) => (Err(error.into()), String::new()),
    };
    (dispatch.delivery, Attempt { at, took_ms, outcome, excerpt })
}

/// An attempt of which nothing is known.
const fn broken(at: Timestamp) -> Attempt {
    let outcome = Err(AttemptFailure::Protocol);
    Attempt { at, took_ms: 0, outcome, excerpt: String::new() }
}

fn log_failure(dispatch: &Dispatch, error: &SenderError) {
    tracing::info!(
        delivery.id = %dispatch.delivery.id,
        endpoint.id = %dispatch.endpoint.id,
        error = with_causes(error),
        "a webhook got no answer"
    );
}
