//! Nothing lost, nothing forged: events stream while receivers fail three times out of ten and
//! servers are killed, and in the end each endpoint has every event it wants.
//!
//! Half the faults are a receiver's (refusals, redirects, broken and hanging connections), half are
//! ours (kill -9 of every process in turn). Clocks move over the delays between attempts.
//! `CARDIUM_STORM_EVENTS` sets how many events there are.

mod account;
mod receiver;

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use cardium_kernel::EndpointId;
use cardium_testkit::{Backend, Scratch};
use serde_json::json;

use crate::{
    on_both,
    support::{Finally, Process, assert_verified, customer::Customer, eventually},
};
use account::Account;
use receiver::Arrival;

on_both! {
    nothing_is_lost_and_nothing_is_forged;
}

const ACCOUNTS: usize = 4;
/// Kills of each process.
const KILLS: usize = 3;
/// How often the clocks are moved, and how often in vain at most.
const LOOK: Duration = Duration::from_millis(100);
const MOST_STALLED: u32 = 600;
/// Receivers that hang are given up quickly.
const SETTINGS: [(&str, &str); 1] = [("CARDIUM__WEBHOOKS__TIMEOUT_SECONDS", "1")];

/// Events in the slice that every change runs.
fn wanted() -> i64 {
    let wanted = std::env::var("CARDIUM_STORM_EVENTS").ok();
    wanted.map_or(1_000, |text| text.parse().expect("CARDIUM_STORM_EVENTS is a number"))
}

/// The server processes, and how far their clocks are ahead of the machine's.
struct Fleet {
    scratch: Arc<Scratch>,
    processes: Vec<Process>,
    /// Who moves each process's clock; signed up anew where the session ended by that.
    keepers: Vec<Customer>,
    ahead: i64,
}

impl Fleet {
    fn start(backend: Backend) -> Self {
        let scratch = Arc::new(Scratch::new(backend));
        let count = match backend {
            // SQLite belongs to one process.
            Backend::Sqlite => 1,
            Backend::Postgres => 2,
        };
        let processes = (0..count).map(|_| Process::with(&scratch, &SETTINGS, &["--test-clock"]));
        let processes: Vec<_> = processes.collect();
        let keepers = processes.iter().map(Customer::sign_up).collect();
        Self { scratch, processes, keepers, ahead: 0 }
    }

    /// Kills a process and starts another in its place, with the same time.
    fn replace(&mut self, at: usize) {
        self.processes[at].kill();
        self.processes[at] = Process::with(&self.scratch, &SETTINGS, &["--test-clock"]);
        self.move_clock(at, self.ahead);
    }

    fn advance(&mut self, seconds: i64) {
        self.ahead += seconds;
        (0..self.processes.len()).for_each(|at| self.move_clock(at, seconds));
    }

    fn move_clock(&mut self, at: usize, seconds: i64) {
        if seconds == 0 {
            return;
        }
        let body = json!({"advance_seconds": seconds});
        let by = |customer: &Customer, process: &Process| {
            let customer = customer.at(process).by_session();
            customer.answered("POST", "/v1/test/clock", Some(&body)).status
        };
        let process = &self.processes[at];
        if by(&self.keepers[at], process) != 200 {
            self.keepers[at] = Customer::sign_up(process);
            assert_eq!(by(&self.keepers[at], process), 200);
        }
    }

    /// Events that are not where they should be yet.
    fn unfinished(&self) -> i64 {
        self.scratch.count(
            "SELECT (SELECT COUNT(*) FROM events WHERE dispatched = FALSE) + (SELECT COUNT(*) \
             FROM webhook_deliveries WHERE state IN ('pending', 'queued')) AS count",
        )
    }

    /// Seconds until the next attempt of anything, by the fleet's clocks; negative where it is due.
    fn next_attempt(&self) -> i64 {
        let next = self.scratch.count(
            "SELECT CAST(COALESCE(MIN(next_attempt_at), 0) AS BIGINT) AS count \
             FROM webhook_deliveries WHERE state = 'pending'",
        );
        next.div_euclid(1_000_000) - self.ahead - machine_seconds()
    }
}

fn machine_seconds() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().expect("it is later than 1970");
    i64::try_from(since.as_secs()).expect("it is not that late")
}

fn nothing_is_lost_and_nothing_is_forged(backend: Backend) {
    let mut fleet = Fleet::start(backend);
    let scratch = Arc::clone(&fleet.scratch);
    let mut accounts: Vec<_> = (0..ACCOUNTS).map(|_| Account::open(&fleet.processes[0])).collect();
    let last_event = |account: &Account| {
        let id = literal(backend, &account.subscriptions[0].id);
        scratch.count(&format!(
            "SELECT event_seq AS count FROM account_sequences WHERE account_id = \
             (SELECT account_id FROM webhook_endpoints WHERE id = {id})"
        ))
    };
    for account in &mut accounts {
        account.before = last_event(account);
    }
    scratch.execute(&order(backend, &accounts));
    make_events(&mut fleet, &accounts);
    settle(&mut fleet);
    let memory = fleet.processes.iter().map(Process::memory_peak).max().unwrap_or_default();
    for process in &mut fleet.processes {
        assert!(process.stop().success());
    }
    assert_verified(&scratch);
    let mut duplicates = 0;
    for account in &accounts {
        let (last, arrivals) = (last_event(account), account.arrivals());
        let (faults, twice) = account.faults(&arrivals, last);
        assert_eq!(faults, Vec::<String>::new());
        duplicates += twice;
        notices(account, &arrivals, last);
    }
    let failed = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE state = 'failed'";
    assert_eq!(scratch.count(failed), 0);
    let made = scratch.count("SELECT COUNT(*) AS count FROM webhook_deliveries");
    let text = format!(
        "{backend:?}: {made} deliveries, {duplicates} came twice, no process held more than \
         {} MiB\n",
        memory / 1_024
    );
    let _shown = std::io::stderr().write_all(text.as_bytes());
}

/// The check finds what is taken away, what somebody else sent, and what comes out of order.
fn notices(account: &Account, arrivals: &[Vec<Arrival>], last: i64) {
    let finds = |word: &str, change: &dyn Fn(&mut Vec<Vec<Arrival>>)| {
        let mut changed = arrivals.to_vec();
        change(&mut changed);
        let (faults, _) = account.faults(&changed, last);
        assert!(faults.iter().any(|fault| fault.contains(word)), "{word}: {faults:?}");
    };
    let event = arrivals[0][0].header("cryptocardium-event-id");
    finds("is lost", &|changed| {
        changed[0].retain(|arrival| arrival.header("cryptocardium-event-id") != event);
    });
    finds("is forged", &|changed| changed[0][0].body[1] ^= 1);
    finds("came after", &|changed| changed[1].reverse());
}

/// The second subscription of each account asks for order.
fn order(backend: Backend, accounts: &[Account]) -> String {
    let ids: Vec<_> =
        accounts.iter().map(|account| literal(backend, &account.subscriptions[1].id)).collect();
    format!("UPDATE webhook_endpoints SET ordering = 'per_object' WHERE id IN ({})", ids.join(", "))
}

fn literal(backend: Backend, id: &str) -> String {
    let id = EndpointId::parse(id).expect("an endpoint id").value();
    match backend {
        Backend::Sqlite => format!("x'{id:032x}'"),
        Backend::Postgres => format!("'\\x{id:032x}'"),
    }
}

/// Freezes and unfreezes cards from all sides until there are enough events, and kills every
/// process several times meanwhile.
fn make_events(fleet: &mut Fleet, accounts: &[Account]) {
    let (scratch, wanted) = (Arc::clone(&fleet.scratch), wanted());
    let made = || scratch.count("SELECT COUNT(*) AS count FROM events");
    let before = made();
    let enough = AtomicBool::new(false);
    let (turns, count) = (KILLS * fleet.processes.len(), fleet.processes.len());
    let addresses = std::sync::Mutex::new(Vec::new());
    let publish = |fleet: &Fleet| {
        let all = fleet.processes.iter().map(|process| process.http).collect();
        *addresses.lock().expect("no thread panics here") = all;
    };
    publish(fleet);
    thread::scope(|scope| {
        // The clients end, also if the test fails here.
        let end = Finally(|| enough.store(true, Ordering::Release));
        for (number, account) in accounts.iter().enumerate() {
            let (enough, addresses) = (&enough, &addresses);
            scope.spawn(move || {
                for turn in 0_usize.. {
                    if enough.load(Ordering::Acquire) {
                        return;
                    }
                    let all = addresses.lock().expect("no thread panics here").clone();
                    let at = all[(number + turn / 8) % all.len()];
                    let card = &account.cards[turn / 2 % account.cards.len()];
                    let verb = if turn % 2 == 0 { "freeze" } else { "unfreeze" };
                    let path = format!("/v1/cards/{card}/{verb}");
                    // One that gets no answer may have happened; only the server's word counts.
                    let _reply =
                        account.customer.at_address(at).send("POST", &path, Some(&json!({})), None);
                }
            });
        }
        for turn in 0..turns {
            let due = i64::try_from(turn + 1).expect("it is small") * wanted
                / i64::try_from(turns + 1).expect("it is small");
            eventually("events", || (made() - before >= due).then_some(()));
            fleet.replace(turn % count);
            publish(fleet);
        }
        eventually("events", || (made() - before >= wanted).then_some(()));
        drop(end);
    });
}

/// Moves the clocks until everything has arrived; one more process is killed on the way.
fn settle(fleet: &mut Fleet) {
    let (mut least, mut stalled) = (i64::MAX, 0_u32);
    for round in 0_u32.. {
        let unfinished = fleet.unfinished();
        if unfinished == 0 {
            return;
        }
        stalled = if unfinished < least { 0 } else { stalled + 1 };
        least = least.min(unfinished);
        assert!(stalled < MOST_STALLED, "{unfinished} deliveries do not end");
        // So fast that most attempts that hang end within their lease, and faster where nothing
        // moves: what is due rests, or a process that was killed has leased it.
        let pace = if stalled < 5 { 2 } else { 15 };
        fleet.advance(pace.max(fleet.next_attempt() + 1));
        if round == 20 {
            fleet.replace(0);
        }
        thread::sleep(LOOK);
    }
}
