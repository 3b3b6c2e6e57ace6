//! A process that is stopped in its tracks, as by a hypervisor, with locks in its hands.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use cardium_testkit::{Backend, Scratch};

use super::load_once;
use crate::support::{
    Finally, Process, assert_verified,
    customer::{Card, Customer},
    eventually,
};

/// Stops of the first process.
const ROUNDS: usize = 4;
/// The other process must go on within this: the database ends a transaction that idles for 2 s,
/// and the time-outs of those who waited for its locks come on top.
const STALL: Duration = Duration::from_secs(8);

/// Clients that load one card through one process until they are told to end.
struct Crowd {
    done: AtomicUsize,
    over: AtomicBool,
}

impl Crowd {
    fn load(&self, name: &str, customer: &Customer, card: &Card) {
        for number in 0.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            let reply = load_once(customer, card, 100, &format!("{name}-{number}"));
            assert_eq!(reply.status, 200, "{reply:?}");
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn disperse(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Waits for a few more loads and says how long they took.
    fn progress(&self) -> Duration {
        let (start, before) = (Instant::now(), self.done.load(Ordering::Relaxed));
        let more = || self.done.load(Ordering::Relaxed) >= before + 5;
        eventually("progress", || more().then_some(()));
        start.elapsed()
    }
}

#[test]
fn a_stopped_process_holds_nobody_up_for_long() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let processes = [Process::start(&scratch), Process::start(&scratch)];
    let customer = Customer::sign_up(&processes[0]);
    customer.fund(50_000);
    let card = customer.issue();
    let crowds =
        [(); 2].map(|()| Crowd { done: AtomicUsize::new(0), over: AtomicBool::new(false) });
    thread::scope(|scope| {
        for (side, (crowd, process)) in crowds.iter().zip(&processes).enumerate() {
            for client in 0..3 {
                let (customer, card) = (customer.at(process), &card);
                let name = format!("load-{side}-{client}");
                scope.spawn(move || crowd.load(&name, &customer, card));
            }
        }
        let _end = Finally(|| crowds.iter().for_each(Crowd::disperse));
        let [stopped, other] = &crowds;
        for round in 0..ROUNDS {
            stopped.progress();
            processes[0].signal("STOP");
            let stall = other.progress();
            assert!(stall < STALL, "round {round}: the other process stood still for {stall:?}");
            processes[0].signal("CONT");
        }
        for crowd in &crowds {
            crowd.progress();
        }
    });
    let loads: usize = crowds.iter().map(|crowd| crowd.done.load(Ordering::Relaxed)).sum();
    let loads = i64::try_from(loads).expect("it is small");
    assert_eq!(customer.card_balance(&card), (loads * 100, 0));
    assert_eq!(customer.treasury(), 5_000_000 - loads * 102);
    drop(processes);
    assert_verified(&scratch);
}
