//! Events that one process commits and a reader at another waits for.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use cardium_testkit::{Backend, Scratch};
use serde_json::Value;

use crate::support::{Process, customer::Customer};

/// Much less than the 30 seconds that readers would wait.
const SOON: Duration = Duration::from_secs(10);

fn numbers(stretch: &Value) -> Vec<i64> {
    let events = stretch["data"].as_array().expect("a list has items");
    events.iter().map(|event| event["account_seq"].as_i64().expect("a number")).collect()
}

#[test]
fn a_reader_at_one_process_is_woken_by_the_other() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let (first, second) = (Process::start(&scratch), Process::start(&scratch));
    let here = Customer::sign_up(&first);
    let there = here.at(&second);
    for number in 2..5 {
        let path = format!("/v1/events?after_seq={}&wait_seconds=30", number - 1);
        let (answer, took) = thread::scope(|scope| {
            let reader = scope.spawn(|| (there.get(&path), Instant::now()));
            here.issue();
            let happened = Instant::now();
            let (answer, answered) = reader.join().expect("it is answered");
            (answer, answered.saturating_duration_since(happened))
        });
        assert_eq!(numbers(&answer), [number]);
        assert!(took < SOON, "{took:?}");
    }
}

/// Readers at both while both write: nobody misses anything, and nothing comes twice.
#[test]
fn readers_at_both_see_one_gapless_stream() {
    const EACH: i64 = 20;
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let processes = [Process::start(&scratch), Process::start(&scratch)];
    let customer = Customer::sign_up(&processes[0]);
    let doors = processes.each_ref().map(|process| customer.at(process));
    let last = 1 + 2 * EACH;
    let read = |door: &Customer| {
        let (mut after, mut seen) = (0, Vec::new());
        while after < last {
            let stretch =
                door.get(&format!("/v1/events?after_seq={after}&wait_seconds=30&limit=7"));
            seen.extend(numbers(&stretch));
            after = stretch["next_after_seq"].as_i64().expect("a number");
        }
        seen
    };
    thread::scope(|scope| {
        let readers: Vec<_> = doors.iter().map(|door| scope.spawn(|| read(door))).collect();
        for door in &doors {
            scope.spawn(move || (0..EACH).for_each(|_| drop(door.issue())));
        }
        for reader in readers {
            let seen = reader.join().expect("it reads to the end");
            assert_eq!(seen, (1..=last).collect::<Vec<_>>());
        }
    });
}
