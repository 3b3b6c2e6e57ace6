use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use cardium_app::{CommandError, reads::Visit, webhooks::LeaseLanes};
use cardium_webhooks::{Care, Lane, Release, Visited};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, watch},
    task::JoinHandle,
};

use super::{
    POLL, Sender,
    record::{Note, record},
    visit::Visitor,
};
use crate::workers::{Backend, Found, Round};

/// The most lanes of a class leased in one transaction.
const LANES: u32 = 64;
/// Notes that may wait for the recorder before visits wait for it.
const NOTES: usize = 1_024;

/// Leases lanes that are due, and visits them.
pub struct DeliverEvents {
    backend: Backend,
    swift: Connections,
    careful: Connections,
    /// Told when a lane may have become due.
    due: Arc<Notify>,
    /// Whether lanes may have been left for want of connections.
    starved: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    notes: Option<mpsc::Sender<Note>>,
    recorder: Option<JoinHandle<()>>,
}

/// Who sends to each class of lanes. They share nothing: what the one waits for does not hold the
/// other up.
pub struct Senders {
    /// To receivers that answer.
    pub swift: Sender,
    /// To those that are slow or silent.
    pub careful: Sender,
}

/// The connections of a class of lanes: each visit has one, so that it gets on, and takes more as
/// there are.
struct Connections {
    sender: Sender,
    visits: Arc<Semaphore>,
    capacity: u32,
    more: Arc<Semaphore>,
}

impl Connections {
    fn new(sender: Sender, count: u32) -> Self {
        let capacity = count.div_ceil(2).max(1);
        let more = usize::try_from(count.saturating_sub(capacity)).unwrap_or(0);
        let visits = usize::try_from(capacity).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            sender,
            visits: Arc::new(Semaphore::new(visits)),
            capacity,
            more: Arc::new(Semaphore::new(more)),
        }
    }

    /// Room for as many visits as may begin now.
    fn room(&self) -> Option<OwnedSemaphorePermit> {
        let free = u32::try_from(self.visits.available_permits()).unwrap_or(LANES);
        Arc::clone(&self.visits).try_acquire_many_owned(free.min(LANES)).ok()
    }
}

fn count(room: Option<&OwnedSemaphorePermit>) -> i64 {
    room.map_or(0, |room| i64::try_from(room.num_permits()).unwrap_or(0))
}

impl DeliverEvents {
    /// A worker that has at most `concurrency` connections, half of them for receivers that are
    /// slow or silent; `due` is told when a lane may have become due.
    #[must_use]
    pub fn new(backend: Backend, senders: Senders, concurrency: u32, due: Arc<Notify>) -> Self {
        let (notes, incoming) = mpsc::channel(NOTES);
        let half = concurrency.div_euclid(2);
        let starved = Arc::new(AtomicBool::new(false));
        let wake = (Arc::clone(&due), Arc::clone(&starved));
        Self {
            recorder: Some(tokio::spawn(record(backend.clone(), incoming, wake))),
            backend,
            swift: Connections::new(senders.swift, concurrency.saturating_sub(half)),
            careful: Connections::new(senders.careful, half),
            due,
            starved,
            stop: watch::Sender::new(false),
            notes: Some(notes),
        }
    }

    async fn read(&self, lanes: Vec<Lane>) -> Result<Vec<Visit>, CommandError> {
        let now = self.backend.edge.clock.now();
        let leased = lanes.clone();
        let read = self.backend.read(move |reads| reads.visits(leased, now)).await;
        if read.is_err() {
            self.give_back(lanes).await;
        }
        read
    }

    /// Nothing was sent: somebody else may try at once.
    async fn give_back(&self, lanes: Vec<Lane>) {
        let Some(notes) = &self.notes else { return };
        for Lane { endpoint, lease, pace, .. } in lanes {
            let visited = Visited::default();
            let note = Note::Release(Release { endpoint, lease, pace, visited });
            // The recorder outlives every sender, so it cannot be gone.
            let _sent = notes.send(note).await;
        }
    }

    fn start(&self, visit: Visit, room: OwnedSemaphorePermit, leased: Instant) {
        let Some(notes) = self.notes.clone() else { return };
        let connections = self.connections(visit.lane.pace.care());
        let visitor = Visitor {
            backend: self.backend.clone(),
            sender: connections.sender.clone(),
            more: Arc::clone(&connections.more),
            notes,
            stop: self.stop.subscribe(),
            leased,
        };
        tokio::spawn(visitor.visit(visit, room));
    }

    const fn connections(&self, care: Care) -> &Connections {
        match care {
            Care::Swift => &self.swift,
            Care::Careful => &self.careful,
        }
    }
}

impl Round for DeliverEvents {
    const NAME: &'static str = "webhook delivery";
    const PERIOD: Duration = POLL;

    async fn run(&mut self) -> Result<Found, CommandError> {
        let (mut swift, mut careful) = (self.swift.room(), self.careful.room());
        let lease = LeaseLanes { swift: count(swift.as_ref()), careful: count(careful.as_ref()) };
        self.starved.store(lease.swift == 0 || lease.careful == 0, Ordering::Release);
        if lease.swift == 0 && lease.careful == 0 {
            return Ok(Found::Nothing);
        }
        let leased = Instant::now();
        let lanes = self.backend.perform(lease).await?;
        if lanes.is_empty() {
            return Ok(Found::Nothing);
        }
        for visit in self.read(lanes).await? {
            let room = match visit.lane.pace.care() {
                Care::Swift => &mut swift,
                Care::Careful => &mut careful,
            };
            if let Some(room) = room.as_mut().and_then(|room| room.split(1)) {
                self.start(visit, room, leased);
            }
        }
        Ok(Found::Work)
    }

    async fn woken(&self) {
        self.due.notified().await;
    }

    /// Visits begin no more attempts. Waits for those on the way, which their time-out bounds, and
    /// for their results.
    async fn finish(&mut self) {
        self.stop.send_replace(true);
        for connections in [&self.swift, &self.careful] {
            let _idle = connections.visits.acquire_many(connections.capacity).await;
        }
        self.notes = None;
        if let Some(recorder) = self.recorder.take()
            && let Err(error) = recorder.await
        {
            tracing::error!(%error, "results of webhooks may be lost");
        }
    }
}
