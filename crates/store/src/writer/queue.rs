use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cardium_app::{
    Lane,
    database::{Job, SubmitError},
};

use crate::{tx::Missed, writer::cold::ColdLanes};

/// The most commands in a batch.
const MAX_COMMANDS: usize = 512;
/// The most announced rows in a batch.
const MAX_ROWS: usize = 4_096;
/// Commands of the API lane that a batch takes even when the network lane is full.
const API_SHARE: usize = 96;
/// The same for the background lane.
const BACKGROUND_SHARE: usize = 32;

/// How many commands may wait in each lane; as many cold ones may wait beside the hot ones.
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
    /// Whether it announced to be a batch of its own; a hot command may come to that by its misses.
    fn is_cold(&self) -> bool {
        self.job.hints().alone
    }

    fn rows(&self) -> usize {
        let hints = self.job.hints();
        hints.rows.len().saturating_add(self.missed.rows.len()).saturating_add(hints.names.len())
    }
}

#[derive(Default)]
struct Lanes {
    hot: [VecDeque<Pending>; 3],
    /// Hot commands to run before all others: those that missed, or that a batch had no time for.
    again: VecDeque<Pending>,
    cold: ColdLanes,
    closed: bool,
}

/// Three bounded lanes, drained network first with a guaranteed share for the others, and one in
/// [`SHARE`](crate::writer::cold::SHARE) batches for cold commands. Commands of one kind in one
/// lane keep their order; hot and cold ones pass each other.
pub(crate) struct Queue {
    lanes: Mutex<Lanes>,
    ready: Condvar,
    limits: QueueLimits,
}

/// What a writer finds in the queue.
pub(crate) enum Taken {
    /// Commands to run in one batch; one that runs alone has none beside it but such as are too
    /// late to run.
    Batch(Vec<Pending>),
    /// Nothing, for as long as the writer was willing to wait.
    Idle,
    /// Nothing, and nothing will come.
    Closed,
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        Self { lanes: Mutex::default(), ready: Condvar::new(), limits }
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
        let pending =
            Pending { job, deadline, missed: Missed::default(), misses: 0, rejected: false };
        let queue =
            if pending.is_cold() { lanes.cold.lane(index) } else { lanes.hot.get_mut(index) };
        match queue.filter(|queue| queue.len() < limit) {
            Some(queue) => {
                queue.push_back(pending);
                drop(lanes);
                self.ready.notify_one();
            }
            None => {
                drop(lanes);
                pending.job.fail(SubmitError::Overloaded);
            }
        }
    }

    /// Puts commands back to be run before all others of their kind.
    pub(crate) fn push_again(&self, pending: impl IntoIterator<Item = Pending>) {
        let mut lanes = self.lock();
        for pending in pending {
            if pending.is_cold() {
                lanes.cold.push_again(pending);
            } else {
                lanes.again.push_back(pending);
            }
        }
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
        for lane in &mut lanes.hot {
            waiting.extend(lane.drain(..));
        }
        waiting.extend(lanes.cold.drain());
        drop(lanes);
        for pending in waiting {
            pending.job.fail(error.clone());
        }
    }
}

impl Lanes {
    fn is_empty(&self) -> bool {
        !self.has_hot() && self.cold.is_empty()
    }

    fn has_hot(&self) -> bool {
        !self.again.is_empty() || self.hot.iter().any(|lane| !lane.is_empty())
    }

    fn take_batch(&mut self) -> Vec<Pending> {
        if self.cold.is_due() || !self.has_hot() {
            return self.cold.take(Instant::now());
        }
        self.cold.pass();
        self.take_hot()
    }

    fn take_hot(&mut self) -> Vec<Pending> {
        let [_, api, background] = &self.hot;
        let reserved =
            api.len().min(API_SHARE).saturating_add(background.len().min(BACKGROUND_SHARE));
        let network_share = MAX_COMMANDS.saturating_sub(reserved);
        let api_share = MAX_COMMANDS.saturating_sub(background.len().min(BACKGROUND_SHARE));
        let [network, api, background] = &mut self.hot;
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
    /// It holds a command that came to run alone by its misses.
    alone: bool,
}

impl Filling {
    /// Takes from the front of a lane until the batch has `up_to` commands or enough rows.
    fn fill(&mut self, lane: &mut VecDeque<Pending>, up_to: usize) {
        while let Some(next) = lane.front() {
            let full = self.alone || self.commands.len() >= up_to || self.rows >= MAX_ROWS;
            let alone = next.missed.alone;
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
        let taken: Vec<usize> = left.hot.iter().map(|lane| 1_000 - lane.len()).collect();
        assert_eq!(taken, [MAX_COMMANDS - 128, API_SHARE, BACKGROUND_SHARE]);
    }

    #[test]
    fn a_cold_command_is_a_batch_of_one_and_hot_ones_pass_it() {
        let (queue, failed) = queue(10);
        push(&queue, &failed, Lane::Api, false);
        push(&queue, &failed, Lane::Api, true);
        push(&queue, &failed, Lane::Api, false);
        assert_eq!([take(&queue), take(&queue), take(&queue)], [2, 1, 0]);
    }

    #[test]
    fn a_hot_command_that_came_to_run_alone_is_a_batch_of_one_before_all_others() {
        let (queue, failed) = queue(10);
        for _ in 0..3 {
            push(&queue, &failed, Lane::Api, false);
        }
        let Taken::Batch(mut batch) = queue.take(Duration::ZERO) else { panic!("no batch") };
        for pending in batch.iter_mut().take(2) {
            pending.missed.alone = true;
        }
        queue.push_again(batch);
        push(&queue, &failed, Lane::Network, false);
        assert_eq!([take(&queue), take(&queue), take(&queue)], [1, 1, 2]);
    }

    #[test]
    fn cold_commands_that_fill_their_lane_leave_room_for_the_hot_ones() {
        let (queue, failed) = queue(2);
        for _ in 0..3 {
            push(&queue, &failed, Lane::Api, true);
        }
        assert_eq!(failed.load(Ordering::Relaxed), 1);
        for _ in 0..3 {
            push(&queue, &failed, Lane::Api, false);
        }
        assert_eq!(failed.load(Ordering::Relaxed), 2);
        queue.fail_all(&SubmitError::Closed);
        assert_eq!(failed.load(Ordering::Relaxed), 6, "those that waited are told too");
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
