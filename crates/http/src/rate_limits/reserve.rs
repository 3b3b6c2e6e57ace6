//! Reserving for many callers at once: one command is on its way at a time, and what is wanted
//! meanwhile goes with the next.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cardium_app::{
    Actor, CommandError, Database, Edge, Lane, perform,
    quotas::{QuotaShare, QuotaWish, ReserveQuotas},
    upkeep::SLICE,
};
use tokio::sync::watch;

use super::meters::{CountId, Meters};

/// How long a reservation may wait for a writer, and a request for its reservation.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// For so long after a failure each process counts alone.
const ALONE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Wanted {
    ids: HashSet<CountId>,
    running: bool,
    alone_until: Option<Instant>,
}

/// Counts, and the way to those of the other processes.
pub struct Counter {
    pub meters: Meters,
    database: Arc<dyn Database>,
    edge: Edge,
    wanted: Mutex<Wanted>,
    rounds: watch::Sender<u64>,
}

impl Counter {
    pub fn new(database: Arc<dyn Database>, edge: Edge) -> Self {
        let (meters, wanted) = (Meters::default(), Mutex::default());
        Self { meters, database, edge, wanted, rounds: watch::Sender::new(0) }
    }

    /// Tells when a reservation has ended, whosever it was.
    pub fn rounds(&self) -> watch::Receiver<u64> {
        self.rounds.subscribe()
    }

    /// Whether the database lately had no answer.
    pub fn is_alone(&self) -> bool {
        self.lock().alone_until.is_some_and(|until| Instant::now() < until)
    }

    /// Has something reserved for a count soon.
    pub fn want(self: &Arc<Self>, id: CountId) {
        let mut wanted = self.lock();
        wanted.ids.insert(id);
        if !std::mem::replace(&mut wanted.running, true) {
            drop(wanted);
            let running = Running { counter: Arc::clone(self), ended: false };
            tokio::spawn(running.drive());
        }
    }

    async fn run(&self) {
        while let Some(ids) = self.next() {
            let wishes = self.meters.wishes(&ids);
            let shares = self.reserve(wishes).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "rate limits: this process counts alone for a while");
                self.lock().alone_until = Some(Instant::now() + ALONE);
                Vec::new()
            });
            self.meters.settle(&ids, &shares);
            self.rounds.send_modify(|round| *round = round.wrapping_add(1));
        }
    }

    /// The next slice; none ends the run.
    fn next(&self) -> Option<Vec<CountId>> {
        let mut wanted = self.lock();
        let most = usize::try_from(SLICE).unwrap_or(usize::MAX);
        let ids: Vec<CountId> = wanted.ids.iter().copied().take(most).collect();
        for id in &ids {
            wanted.ids.remove(id);
        }
        wanted.running = !ids.is_empty();
        wanted.running.then_some(ids)
    }

    async fn reserve(&self, wishes: Vec<QuotaWish>) -> Result<Vec<QuotaShare>, CommandError> {
        let context = self.edge.context(Actor::System, None);
        let how = (Lane::Background, PATIENCE);
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        perform(&*self.database, how, context, ReserveQuotas { wishes }).await
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets another one run when this one is broken off: its thread may stop before the others.
struct Running {
    counter: Arc<Counter>,
    ended: bool,
}

impl Running {
    async fn drive(mut self) {
        self.counter.run().await;
        self.ended = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.counter.lock().running = false;
        }
    }
}
