//! `cardium announce` beside processes that serve: everybody is told once, whoever tells them and
//! wherever they stop.

use std::sync::Arc;

use cardium_testkit::{Backend, Scratch};
use reqwest::Method;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::{
    on_both,
    support::{
        Client, PASSWORD, Process, assert_exit, assert_verified, cardium, eventually, finish,
    },
};

on_both! {
    a_process_that_is_killed_tells_nobody_twice;
    word_is_left_while_nobody_serves;
}

/// Three rounds of 256.
const ACCOUNTS: usize = 520;
/// Announcements that two processes share.
const ANNOUNCEMENTS: usize = 6;
/// Sign-ups at once.
const AT_ONCE: usize = 40;

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts")
}

/// Signs so many accounts up.
fn sign_up(runtime: &Runtime, process: &Process, accounts: usize) {
    let client = Client::new(runtime.handle().clone(), &process.http.to_string());
    let numbers: Vec<usize> = (0..accounts).collect();
    for some in numbers.chunks(AT_ONCE) {
        let request = |number: &usize| {
            let email = format!("everybody-{number}@example.com");
            let body = json!({"email": email, "password": PASSWORD});
            client.request(Method::POST, "/v1/accounts").json(&body)
        };
        for reply in client.all(some.iter().map(request).collect()) {
            reply.expect(201);
        }
    }
}

/// Announces; gives what was printed.
fn announce(scratch: &Scratch, kind: &str) -> String {
    let mut command = cardium(scratch, &[]);
    command.args(["announce", kind, "--message", "We move house."]);
    let finished = finish(scratch, command);
    assert_exit(&finished, 0);
    finished.output
}

/// How many events tell of announcements.
fn told(scratch: &Scratch) -> i64 {
    scratch.count("SELECT COUNT(*) AS count FROM events WHERE kind LIKE 'system.%'")
}

/// Waits until so many announcements have reached everybody.
fn wait_for_end(scratch: &Scratch, announcements: i64) {
    let finished = "SELECT COUNT(*) AS count FROM announcements WHERE finished";
    eventually("the last round", || (scratch.count(finished) == announcements).then_some(()));
}

/// Fails unless every account was told of each announcement, and once.
fn assert_told_once(scratch: &Scratch, announcements: i64) {
    let expected = announcements * scratch.count("SELECT COUNT(*) AS count FROM accounts");
    let different = "SELECT COUNT(*) AS count FROM (SELECT DISTINCT account_id, object_id \
                     FROM events WHERE kind LIKE 'system.%') AS told";
    assert_eq!((told(scratch), scratch.count(different)), (expected, expected));
}

fn a_process_that_is_killed_tells_nobody_twice(backend: Backend) {
    let (scratch, runtime) = (Arc::new(Scratch::new(backend)), runtime());
    let mut process = Process::start(&scratch);
    sign_up(&runtime, &process, ACCOUNTS);
    let printed = announce(&scratch, "maintenance");
    assert!(printed.contains(&format!(" goes to {ACCOUNTS} accounts")), "{printed}");
    eventually("the first round", || (told(&scratch) > 0).then_some(()));
    process.kill();
    // What is told is told in whole rounds, together with how far it came.
    let torn = scratch.count(
        "SELECT COUNT(*) AS count FROM announcements WHERE \
         (SELECT COUNT(*) FROM accounts WHERE id <= reached_account) <> \
         (SELECT COUNT(*) FROM events WHERE kind LIKE 'system.%')",
    );
    assert_eq!(torn, 0);
    let mut process = Process::start(&scratch);
    wait_for_end(&scratch, 1);
    assert_told_once(&scratch, 1);
    assert!(process.stop().success());
    assert_verified(&scratch);
}

fn word_is_left_while_nobody_serves(backend: Backend) {
    let (scratch, runtime) = (Arc::new(Scratch::new(backend)), runtime());
    let mut command = cardium(&scratch, &[]);
    command.args(["announce", "maintenance", "--message", "Too early."]);
    assert_exit(&finish(&scratch, command), 1);
    let mut process = Process::start(&scratch);
    // Nobody is there to be told: that is finished at once.
    assert!(announce(&scratch, "maintenance").contains(" goes to 0 accounts"));
    wait_for_end(&scratch, 1);
    sign_up(&runtime, &process, 3);
    assert!(process.stop().success());
    assert!(announce(&scratch, "deprecation").contains(" goes to 3 accounts"));
    assert_eq!(told(&scratch), 0);
    let process = Process::start(&scratch);
    wait_for_end(&scratch, 2);
    assert_eq!(told(&scratch), 3);
    drop(process);
    assert_verified(&scratch);
}

/// Both begin at the same moment, with more than one has done before the other wakes.
#[test]
fn two_processes_tell_everybody_once() {
    let (scratch, runtime) = (Arc::new(Scratch::new(Backend::Postgres)), runtime());
    let processes = [Process::start(&scratch), Process::start(&scratch)];
    sign_up(&runtime, &processes[0], ACCOUNTS);
    for process in &processes {
        process.signal("STOP");
    }
    for kind in ["maintenance", "deprecation"].into_iter().cycle().take(ANNOUNCEMENTS) {
        announce(&scratch, kind);
    }
    for process in &processes {
        process.signal("CONT");
    }
    let announcements = i64::try_from(ANNOUNCEMENTS).expect("they are few");
    wait_for_end(&scratch, announcements);
    assert_told_once(&scratch, announcements);
    drop(processes);
    assert_verified(&scratch);
}
