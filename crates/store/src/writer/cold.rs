//! The cold commands of a queue: each is a batch of its own, so they need a share of their own.
//!
//! While hot commands wait as well, one in [`SHARE`] batches is a cold command's, and no more:
//! neither kind starves the other, and neither waits behind the other's front. What had no cold
//! batch for that long gives the next cold command its batch at once. Lanes take turns, because a
//! cold one takes a whole batch and leaves no room to share; within a lane the order is that of
//! arrival.

use std::{collections::VecDeque, time::Instant};

use crate::writer::queue::Pending;

/// One in so many batches is a cold command's: at some milliseconds a batch it waits for a small
/// part of its patience, and hot commands keep 7 of 8 batches under any flood of cold ones.
pub(super) const SHARE: u32 = 8;

#[derive(Default)]
pub(super) struct ColdLanes {
    lanes: [VecDeque<Pending>; 3],
    /// Commands that missed: they have begun, so they end before others begin.
    again: VecDeque<Pending>,
    /// The lane whose turn it is.
    turn: usize,
    /// Hot batches since the last cold one.
    passed: u32,
}

impl ColdLanes {
    pub(super) fn is_empty(&self) -> bool {
        self.again.is_empty() && self.lanes.iter().all(VecDeque::is_empty)
    }

    pub(super) fn lane(&mut self, index: usize) -> Option<&mut VecDeque<Pending>> {
        self.lanes.get_mut(index)
    }

    pub(super) fn push_again(&mut self, pending: Pending) {
        self.again.push_back(pending);
    }

    /// Whether the next batch is a cold command's although hot ones wait.
    pub(super) fn is_due(&self) -> bool {
        !self.is_empty() && self.passed.saturating_add(1) >= SHARE
    }

    /// Counts a batch of hot commands.
    pub(super) const fn pass(&mut self) {
        self.passed = self.passed.saturating_add(1);
    }

    /// One command to run, after those whose callers wait no longer: to tell them costs no
    /// transaction, and must not cost the share of those who still wait.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Pending> {
        self.passed = 0;
        let mut taken = Vec::new();
        while let Some(next) = self.next() {
            let late = next.deadline <= now;
            taken.push(next);
            if !late {
                break;
            }
        }
        taken
    }

    fn next(&mut self) -> Option<Pending> {
        if let Some(again) = self.again.pop_front() {
            return Some(again);
        }
        let lanes = self.lanes.len();
        for lane in (self.turn..self.turn.saturating_add(lanes)).map(|lane| lane % lanes) {
            if let Some(next) = self.lanes.get_mut(lane).and_then(VecDeque::pop_front) {
                self.turn = lane.saturating_add(1);
                return Some(next);
            }
        }
        None
    }

    /// Everything that waits.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Pending> {
        self.again.drain(..).chain(self.lanes.iter_mut().flat_map(|lane| lane.drain(..)))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };

    use cardium_app::{
        Hints, Lane,
        database::{Job, SubmitError, Verdict},
        tx::Tx,
    };

    use super::*;
    use crate::writer::{
        QueueLimits,
        queue::{Queue, Taken},
    };

    const LANES: [Lane; 3] = [Lane::Network, Lane::Api, Lane::Background];

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Hot,
        Cold,
    }

    /// What a command was, and the number it came with.
    type Command = (Lane, Kind, usize);

    struct Told {
        hints: Hints,
        command: Command,
        settled: Arc<Mutex<Vec<Command>>>,
    }

    impl Job for Told {
        fn hints(&self) -> &Hints {
            &self.hints
        }

        fn run(&mut self, _: &mut dyn Tx) -> Verdict {
            Verdict::Discard
        }

        fn settle(self: Box<Self>) {
            self.settled.lock().unwrap().push(self.command);
        }

        fn fail(self: Box<Self>, _: SubmitError) {}
    }

    struct World {
        queue: Queue,
        settled: Arc<Mutex<Vec<Command>>>,
        pushed: usize,
    }

    impl World {
        fn new() -> Self {
            let limits = QueueLimits { network: 10_000, api: 10_000, background: 10_000 };
            Self { queue: Queue::new(limits), settled: Arc::default(), pushed: 0 }
        }

        fn push(&mut self, lane: Lane, kind: Kind) {
            self.push_for(Duration::from_secs(600), lane, kind);
        }

        fn push_for(&mut self, patience: Duration, lane: Lane, kind: Kind) {
            let hints = Hints { alone: kind == Kind::Cold, ..Hints::default() };
            let command = (lane, kind, self.pushed);
            self.pushed += 1;
            let job = Told { hints, command, settled: Arc::clone(&self.settled) };
            self.queue.push(lane, patience, Box::new(job));
        }

        fn take_pending(&self) -> Vec<Pending> {
            match self.queue.take(Duration::ZERO) {
                Taken::Batch(batch) => batch,
                Taken::Idle | Taken::Closed => Vec::new(),
            }
        }

        fn take(&self) -> Vec<Command> {
            for pending in self.take_pending() {
                pending.job.settle();
            }
            std::mem::take(&mut self.settled.lock().unwrap())
        }
    }

    fn is_cold(batch: &[Command]) -> bool {
        batch.iter().any(|(_, kind, _)| *kind == Kind::Cold)
    }

    #[test]
    fn a_cold_background_command_runs_although_the_other_lanes_are_never_empty() {
        let mut world = World::new();
        world.push(Lane::Background, Kind::Cold);
        let first_cold = (1..=SHARE).find(|_| {
            world.push(Lane::Network, Kind::Hot);
            world.push(Lane::Api, Kind::Hot);
            is_cold(&world.take())
        });
        assert_eq!(first_cold, Some(SHARE));
    }

    #[test]
    fn a_cold_command_at_the_front_of_a_lane_neither_starves_nor_holds_up_those_behind_it() {
        let mut world = World::new();
        for kind in [Kind::Cold, Kind::Hot] {
            world.push(Lane::Api, kind);
        }
        world.push(Lane::Network, Kind::Hot);
        assert_eq!(world.take(), [(Lane::Network, Kind::Hot, 2), (Lane::Api, Kind::Hot, 1)]);
        let cold = (2..=SHARE).find(|_| {
            world.push(Lane::Network, Kind::Hot);
            is_cold(&world.take())
        });
        assert_eq!(cold, Some(SHARE));
    }

    #[test]
    fn a_flood_of_cold_commands_leaves_the_hot_ones_their_batches() {
        let mut world = World::new();
        for lane in LANES.into_iter().cycle().take(300) {
            world.push(lane, Kind::Cold);
        }
        let cold: Vec<Lane> = (0..SHARE * 6)
            .filter_map(|_| {
                world.push(Lane::Network, Kind::Hot);
                let batch = world.take();
                is_cold(&batch).then(|| batch.iter().map(|(lane, ..)| *lane).collect::<Vec<_>>())
            })
            .flatten()
            .collect();
        assert_eq!(cold, [LANES, LANES].concat(), "one in {SHARE}, the lanes in turn");
    }

    #[test]
    fn where_no_cold_batch_was_for_long_the_next_cold_command_does_not_wait() {
        let mut world = World::new();
        for _ in 0..SHARE * 2 {
            world.push(Lane::Network, Kind::Hot);
            assert!(!is_cold(&world.take()));
        }
        world.push(Lane::Network, Kind::Hot);
        world.push(Lane::Api, Kind::Cold);
        assert!(is_cold(&world.take()));
        assert!(!is_cold(&world.take()));
    }

    #[test]
    fn a_cold_command_that_missed_ends_before_others_begin_and_pays_with_turns_of_its_own() {
        let mut world = World::new();
        for _ in 0..2 {
            world.push(Lane::Background, Kind::Cold);
        }
        world.queue.push_again(world.take_pending());
        let cold: Vec<Command> = (0..SHARE * 2)
            .filter_map(|_| {
                world.push(Lane::Network, Kind::Hot);
                world.take().into_iter().find(|(_, kind, _)| *kind == Kind::Cold)
            })
            .collect();
        let numbers: Vec<usize> = cold.iter().map(|(.., number)| *number).collect();
        assert_eq!(numbers, [0, 1]);
    }

    #[test]
    fn late_commands_do_not_cost_the_turn_of_one_in_time() {
        let mut world = World::new();
        for _ in 0..50 {
            world.push_for(Duration::ZERO, Lane::Api, Kind::Cold);
        }
        for _ in 0..2 {
            world.push(Lane::Api, Kind::Cold);
        }
        let now = Instant::now();
        let batch = world.take_pending();
        assert_eq!(batch.len(), 51);
        assert_eq!(batch.iter().filter(|pending| pending.deadline > now).count(), 1);
        assert_eq!(world.take().len(), 1);
    }

    /// A schedule of pushes and takes, made of the bits of a number that changes each step.
    fn schedule(seed: u64) -> impl Iterator<Item = (Lane, Kind, usize)> {
        let step = |state: &u64| {
            Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963))
        };
        std::iter::successors(Some(seed), step).skip(1).map(|state| {
            let lane = LANES.into_iter().cycle().nth((state >> 40) as usize % 3);
            let kind = if (state >> 50).is_multiple_of(3) { Kind::Cold } else { Kind::Hot };
            (lane.unwrap(), kind, usize::from((state >> 55).is_multiple_of(2)))
        })
    }

    #[test]
    fn whatever_comes_each_lane_keeps_its_order_and_each_kind_its_share() {
        for seed in 1..=50 {
            let mut world = World::new();
            let (mut taken, mut waiting, mut since_cold) = (Vec::new(), [0_usize; 2], 0);
            for (lane, kind, takes) in schedule(seed).take(300) {
                world.push(lane, kind);
                waiting[kind as usize] += 1;
                for _ in 0..takes {
                    let [hot, cold] = waiting;
                    let batch = world.take();
                    if is_cold(&batch) {
                        assert_eq!(batch.len(), 1);
                        assert!(hot == 0 || since_cold + 1 >= SHARE, "too soon");
                        (waiting[1], since_cold) = (cold - 1, 0);
                    } else {
                        assert!(cold == 0 || since_cold + 1 < SHARE, "too late");
                        (waiting[0], since_cold) = (hot - batch.len(), since_cold + 1);
                    }
                    taken.extend(batch);
                }
            }
            let rest =
                std::iter::repeat_with(|| world.take()).take_while(|batch| !batch.is_empty());
            taken.extend(rest.flatten());
            assert_eq!(taken.len(), world.pushed, "nothing is lost");
            for (lane, kind) in
                LANES.into_iter().flat_map(|lane| [(lane, Kind::Hot), (lane, Kind::Cold)])
            {
                let of_one = taken.iter().filter(|(l, k, _)| (*l, *k) == (lane, kind));
                assert!(of_one.map(|(.., number)| number).is_sorted());
            }
        }
    }
}
