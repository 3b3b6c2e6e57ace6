use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cardium_app::{
    Lane,
    database::{Job, SubmitError},
};

use crate::tx::Missed;

/// The most commands in a batch.
const MAX_COMMANDS: usize = 512;
/// The most announced rows in a batch.
const MAX_ROWS: usize = 4_096;
/// Commands of the API lane that a batch takes even when the network lane is full.
const API_SHARE: usize = 96;
/// The same for the background lane.
const BACKGROUND_SHARE: usize = 32;

/// How many commands may wait in each lane.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// The card network.
    pub network: usize,
    /// Clients of the APIs.
    pub api: usize,
    /// Workers.
    pub background: usize,
}

impl QueueLimits {
    /// Room in the network lane that only advices may take: a quarter of it, at least one.
    const fn advices(&self) -> usize {
        self.network.div_euclid(4).saturating_add(1)
    }
}

/// A command in the queue.
pub(crate) struct Pending {
    pub(crate) job: Box<dyn Job>,
    pub(crate) deadline: Instant,
    /// What earlier runs needed beyond the command's own hints.
    pub(crate) missed: Missed,
    /// How many runs ended in a miss.
    pub(crate) misses: u8,
    /// Whether the database refused its data once, with the command alone in its batch.
    pub(crate) rejected: bool,
}

impl Pending {
    fn runs_alone(&self) -> bool {
        self.job.hints().alone || self.missed.alone
    }

    fn rows(&self) -> usize {
        let hints = self.job.hints();
        hints.rows.len().saturating_add(self.missed.rows.len()).saturating_add(hints.names.len())
    }
}

struct Lanes {
    lanes: [VecDeque<Pending>; 3],
    /// Commands to run before all others: those that missed, or that a batch had no time for.
    again: VecDeque<Pending>,
    closed: bool,
}

/// Three bounded lanes, drained network first with a guaranteed share for the others.
pub(crate) struct Queue {
    lanes: Mutex<Lanes>,
    ready: Condvar,
    limits: QueueLimits,
}

/// What a writer finds in the queue.
pub(crate) enum Taken {
    /// Commands to run in one batch; a command that runs alone is the only one.
    Batch(Vec<Pending>),
    /// Nothing, for as long as the writer was willing to wait.
    Idle,
    /// Nothing, and nothing will come.
    Closed,
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        let lanes = Lanes { lanes: Default::default(), again: VecDeque::new(), closed: false };
        Self { lanes: Mutex::new(lanes), ready: Condvar::new(), limits }
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        // The lanes are valid after any panic: each change is one push or pop.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a command, or fails it at once when its lane is full.
    pub(crate) fn push(&self, lane: Lane, patience: Duration, job: Box<dyn Job>) {
        let (index, limit) = match lane {
            Lane::Network => (0, self.limits.network),
            Lane::NetworkAdvice => (0, self.limits.network.saturating_add(self.limits.advices())),
            Lane::Api => (1, self.limits.api),
            Lane::Background => (2, self.limits.background),
        };
        let deadline = Instant::now() + patience;
        let mut lanes = self.lock();
        if lanes.closed {
            drop(lanes);
            return job.fail(SubmitError::Closed);
        }
        match lanes.lanes.get_mut(index).filter(|queue| queue.len() < limit) {
            Some(queue) => {
                let missed = Missed::default();
                queue.push_back(Pending { job, deadline, missed, misses: 0, rejected: false });
                drop(lanes);
                self.ready.notify_one();
            }
            None => {
                drop(lanes);
                job.fail(SubmitError::Overloaded);
            }
        }
    }

    /// Puts commands back to be run before all others.
    pub(crate) fn push_again(&self, pending: impl IntoIterator<Item = Pending>) {
        self.lock().again.extend(pending);
    }

    /// Takes the next batch, waiting for it at most `patience`. Greedy: it takes what is there
    /// and never lingers for more.
    pub(crate) fn take(&self, patience: Duration) -> Taken {
        let mut lanes = self.lock();
        if lanes.is_empty() && !lanes.closed {
            let waited = self.ready.wait_timeout(lanes, patience);
            lanes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        match lanes.take_batch() {
            batch if !batch.is_empty() => Taken::Batch(batch),
            _ if lanes.closed => Taken::Closed,
            _ => Taken::Idle,
        }
    }

    /// Takes no more commands; what waits is still run.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }

    /// Fails everything that waits.
    pub(crate) fn fail_all(&self, error: &SubmitError) {
        let mut lanes = self.lock();
        lanes.closed = true;
        let mut waiting: Vec<Pending> = lanes.again.drain(..).collect();
        for lane in &mut lanes.lanes {
            waiting.extend(lane.drain(..));
        }
        drop(lanes);
        for pending in waiting {
            pending.job.fail(error.clone());
        }
    }
}

impl Lanes {
    fn is_empty(&self) -> bool {
        self.again.is_empty() && self.lanes.iter().all(VecDeque::is_empty)
    }

    fn take_batch(&mut self) -> Vec<Pending> {
        let [_, api, background] = &self.lanes;
        let reserved =
            api.len().min(API_SHARE).saturating_add(background.len().min(BACKGROUND_SHARE));
        let network_share = MAX_COMMANDS.saturating_sub(reserved);
        let api_share = MAX_COMMANDS.saturating_sub(background.len().min(BACKGROUND_SHARE));
        let [network, api, background] = &mut self.lanes;
        let mut batch = Filling::default();
        batch.fill(&mut self.again, MAX_COMMANDS);
        batch.fill(network, network_share);
        batch.fill(api, api_share);
        batch.fill(background, MAX_COMMANDS);
        batch.commands
    }
}

/// A batch that is being put together.
#[derive(Default)]
struct Filling {
    commands: Vec<Pending>,
    rows: usize,
    /// It holds a command that runs alone.
    alone: bool,
}

impl Filling {
    /// Takes from the front of a lane until the batch has `up_to` commands or enough rows.
    fn fill(&mut self, lane: &mut VecDeque<Pending>, up_to: usize) {
        while let Some(next) = lane.front() {
            let full = self.alone || self.commands.len() >= up_to || self.rows >= MAX_ROWS;
            let alone = next.runs_alone();
            if full || (alone && !self.commands.is_empty()) {
                return;
            }
            self.alone = alone;
            self.rows = self.rows.saturating_add(next.rows());
            self.commands.extend(lane.pop_front());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use cardium_app::{Hints, database::Verdict, tx::Tx};

    use super::*;

    struct Idle {
        hints: Hints,
        failed: Arc<AtomicUsize>,
    }

    impl Job for Idle {
        fn hints(&self) -> &Hints {
            &self.hints
        }

        fn run(&mut self, _: &mut dyn Tx) -> Verdict {
            Verdict::Discard
        }

        fn settle(self: Box<Self>) {}

        fn fail(self: Box<Self>, _: SubmitError) {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn queue(limit: usize) -> (Queue, Arc<AtomicUsize>) {
        let limits = QueueLimits { network: limit, api: limit, background: limit };
        (Queue::new(limits), Arc::default())
    }

    fn push(queue: &Queue, failed: &Arc<AtomicUsize>, lane: Lane, alone: bool) {
        let hints = Hints { alone, ..Hints::default() };
        let job = Idle { hints, failed: Arc::clone(failed) };
        queue.push(lane, Duration::from_secs(1), Box::new(job));
    }

    fn take(queue: &Queue) -> usize {
        match queue.take(Duration::ZERO) {
            Taken::Batch(batch) => batch.len(),
            Taken::Idle | Taken::Closed => 0,
        }
    }

    #[test]
    fn a_full_lane_refuses_at_once_and_the_others_do_not() {
        let (queue, failed) = queue(2);
        for _ in 0..3 {
            push(&queue, &failed, Lane::Api, false);
        }
        push(&queue, &failed, Lane::Network, false);
        assert_eq!(failed.load(Ordering::Relaxed), 1);
        assert_eq!(take(&queue), 3);
    }

    #[test]
    fn advices_find_room_where_requests_do_not() {
        let (queue, failed) = queue(4);
        for _ in 0..5 {
            push(&queue, &failed, Lane::Network, false);
        }
        assert_eq!(failed.load(Ordering::Relaxed), 1);
        for _ in 0..3 {
            push(&queue, &failed, Lane::NetworkAdvice, false);
        }
        assert_eq!(failed.load(Ordering::Relaxed), 2, "two of three fit");
        assert_eq!(take(&queue), 6);
    }

    #[test]
    fn a_flooded_network_lane_leaves_the_others_their_share() {
        let (queue, failed) = queue(1_000);
        for _ in 0..1_000 {
            push(&queue, &failed, Lane::Network, false);
            push(&queue, &failed, Lane::Api, false);
            push(&queue, &failed, Lane::Background, false);
        }
        let Taken::Batch(batch) = queue.take(Duration::ZERO) else { panic!("no batch") };
        assert_eq!(batch.len(), MAX_COMMANDS);
        let left = queue.lock();
        let taken: Vec<usize> = left.lanes.iter().map(|lane| 1_000 - lane.len()).collect();
        assert_eq!(taken, [MAX_COMMANDS - 128, API_SHARE, BACKGROUND_SHARE]);
    }

    #[test]
    fn a_lonely_command_is_a_batch_of_one() {
        let (queue, failed) = queue(10);
        push(&queue, &failed, Lane::Api, false);
        push(&queue, &failed, Lane::Api, true);
        push(&queue, &failed, Lane::Api, false);
        assert_eq!([take(&queue), take(&queue), take(&queue)], [1, 1, 1]);
    }

    #[test]
    fn a_closed_queue_refuses_and_still_drains() {
        let (queue, failed) = queue(10);
        push(&queue, &failed, Lane::Api, false);
        queue.close();
        push(&queue, &failed, Lane::Api, false);
        assert_eq!((take(&queue), failed.load(Ordering::Relaxed)), (1, 1));
        assert!(matches!(queue.take(Duration::ZERO), Taken::Closed));
    }
}
