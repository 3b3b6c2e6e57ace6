//! `kill -9` of the real server under load, on both databases: what was acknowledged is there
//! exactly once, what was not has happened once or not at all, and a retry says which.
//!
//! A kill cannot reveal what a power cut would; the settings that guard against that are checked
//! when a database is opened. `CARDIUM_CRASH_ROUNDS` raises the number of kills.

mod books;
mod journal;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use cardium_app::Entropy;
use cardium_testkit::{Backend, Scratch, SystemEntropy};

use crate::{
    on_both,
    support::{Finally, Process, assert_verified, eventually, verify},
};
use books::Books;

on_both! {
    kills_under_load_lose_nothing_and_double_nothing;
    verify_fails_after_a_balance_was_changed_behind_its_back;
    the_check_notices_what_was_lost_and_what_was_doubled;
}

/// Clients that load cards at once.
const CLIENTS: u32 = 4;
/// Commands before a kill, at most.
const BUSY: u64 = 80;
/// Microseconds from there to the kill, at most: a few batches.
const LATER: u64 = 8_000;
/// How often a run checks the whole database.
const VERIFIED: u32 = 12;
/// More payments than a round has.
const STANS: u32 = 5_000;

/// Kills in the slice that every change runs.
fn rounds(backend: Backend) -> u32 {
    let slice = match backend {
        Backend::Sqlite => 12,
        Backend::Postgres => 6,
    };
    let wanted = std::env::var("CARDIUM_CRASH_ROUNDS").ok();
    wanted.map_or(slice, |text| text.parse().expect("CARDIUM_CRASH_ROUNDS is a number"))
}

fn kills_under_load_lose_nothing_and_double_nothing(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let rounds = rounds(backend);
    let mut process = Process::start(&scratch);
    let mut books = Books::open(&process);
    let mut unanswered = 0;
    for round in 0..rounds {
        books.begin();
        kill_under_load(&mut process, &books, round);
        if round % rounds.div_ceil(VERIFIED) == 0 {
            // What lies there right after the kill is sound before any start could mend it.
            assert_verified(&scratch);
        }
        process = Process::start(&scratch);
        books.move_to(&process);
        unanswered += books.settle();
        assert_eq!(books.faults(), Vec::<String>::new(), "after kill {round}");
    }
    assert!(unanswered > 0, "no kill has cut a command off: they came at the wrong time");
    assert!(process.stop().success());
    assert_verified(&scratch);
}

/// Loads and pays from all sides, and kills the server at a random moment.
fn kill_under_load(process: &mut Process, books: &Books, round: u32) {
    let busy = usize::try_from(random(BUSY)).expect("it is small");
    let later = Duration::from_micros(random(LATER));
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || books.load_until_dead(&format!("{round}-{client}")));
        }
        scope.spawn(|| books.pay_until_dead(round % (999_999 / STANS) * STANS + 2));
        scope.spawn(|| books.watch_until_dead());
        // The clients end with the server, also if the test fails here.
        let kill = Finally(|| process.kill());
        eventually("enough commands", || (books.round() >= busy).then_some(()));
        // Finer than the pause of a poll, so that the kill can hit every point of a batch.
        let start = Instant::now();
        while start.elapsed() < later {
            std::hint::spin_loop();
        }
        drop(kill);
    });
}

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    u64::from_ne_bytes(bytes) % below
}

fn verify_fails_after_a_balance_was_changed_behind_its_back(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let mut process = Process::start(&scratch);
    let _books = Books::open(&process);
    assert!(process.stop().success());
    assert_verified(&scratch);
    scratch.execute("UPDATE ledger_accounts SET posted = posted + 1 WHERE role = 3");
    let found = verify(&scratch);
    assert_eq!(found.status.code(), Some(1), "{}", found.output);
    assert!(found.output.contains("I1: "), "{}", found.output);
}

/// A load that nobody sent, one that was acknowledged and is gone, and a key that was forgotten.
fn the_check_notices_what_was_lost_and_what_was_doubled(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let mut process = Process::start(&scratch);
    let mut books = Books::open(&process);
    kill_under_load(&mut process, &books, 0);
    let process = Process::start(&scratch);
    books.move_to(&process);
    books.settle();
    assert_eq!(books.faults(), Vec::<String>::new());
    let finds = |books: &Books, word: &str| {
        let faults = books.faults();
        assert!(faults.iter().any(|fault| fault.contains(word)), "{word}: {faults:?}");
    };
    books.note_what_never_was("lost");
    finds(&books, "not a replay");
    // The check itself has sent it by now, so the note is true.
    assert_eq!(books.faults().len(), 1, "only its bytes differ: {:?}", books.faults());
    books.forget_last();
    finds(&books, "the treasury");
    books.note_what_never_was("lost");
    scratch.execute("DELETE FROM idempotency_records");
    finds(&books, "not a replay");
}
