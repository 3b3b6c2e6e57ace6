//! What two processes let one caller do together.

use std::{
    io::Write,
    sync::Arc,
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use cardium_testkit::{Backend, Scratch};

use crate::support::{Process, customer::Customer};

/// More than the minute's limit of a thousand.
const ASKED: usize = 1_500;
/// Requests at once.
const CLIENTS: usize = 8;

/// The default minute; the burst would spread the requests over half of it.
const SETTINGS: [(&str, &str); 3] = [
    ("CARDIUM__RATE_LIMITS__ENABLED", "true"),
    ("CARDIUM__RATE_LIMITS__PER_SECOND", "1000000"),
    ("CARDIUM__RATE_LIMITS__ACCOUNTS_PER_HOUR", "1000"),
];

fn minute() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    now.as_secs() / 60
}

/// Asks all of these processes in turn with one key; says how often it was let through. A round
/// that the end of a minute falls into counts for nothing and is repeated with another key.
fn passed(processes: &[Process]) -> usize {
    loop {
        let customer = Customer::sign_up(&processes[0]);
        let doors: Vec<_> = processes.iter().map(|process| customer.at(process)).collect();
        let (began_in, started) = (minute(), Instant::now());
        let ask = |client: usize| {
            let of_this_client = (client..ASKED).step_by(CLIENTS);
            let ask = |number: &usize| {
                // Each client asks every door, whatever its own number is.
                let door = (number + number / CLIENTS) % doors.len();
                let reply = doors[door].answered("GET", "/v1/balance", None);
                assert!([200, 429].contains(&reply.status), "{reply:?}");
                reply.status == 200
            };
            of_this_client.filter(ask).count()
        };
        let passed = thread::scope(|scope| {
            let clients: Vec<_> =
                (0..CLIENTS).map(|client| scope.spawn(move || ask(client))).collect();
            clients.into_iter().map(|client| client.join().expect("it ends")).sum()
        });
        if minute() == began_in {
            let (doors, taken) = (doors.len(), started.elapsed());
            let figures = format!("{passed} of {ASKED} through {doors} process(es) in {taken:?}\n");
            let _shown = std::io::stderr().write_all(figures.as_bytes());
            return passed;
        }
    }
}

#[test]
fn one_key_has_one_minute_at_both() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let start = || Process::with(&scratch, &SETTINGS, &[]);
    let mut processes = vec![start()];
    let alone = passed(&processes);
    assert_eq!(alone, 1_000, "one process counts exactly");
    processes.push(start());
    let together = passed(&processes);
    assert!((950..=1_050).contains(&together), "{together}");
}
