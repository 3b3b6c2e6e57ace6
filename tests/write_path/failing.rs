//! When the writer, the queue or the connection fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use cardium_app::{Actor, CommandError, Lane, perform};
use cardium_kernel::{Book, ErrorCode};
use cardium_store::{Point, Probe, QueueLimits};
use cardium_testkit::{Backend, Tenant, World};

use crate::{
    on_both,
    support::{Cut, Gate, Proxy},
};

on_both! {
    a_writer_that_panics_once_goes_on;
    a_writer_that_panics_twice_answers_everybody_and_asks_for_the_end;
    a_full_queue_answers_at_once;
    a_command_that_waited_too_long_is_not_run;
}

/// Panics at the first batches' COMMIT, as often as told.
struct Panics(AtomicU32);

impl Probe for Panics {
    fn at(&self, point: Point, _: usize) {
        if point != Point::BeforeCommit {
            return;
        }
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        assert!(left.is_err(), "a planted panic of the writer");
    }
}

fn is_unavailable(error: &CommandError) -> bool {
    matches!(error, CommandError::Problem(p) if p.code == ErrorCode::ServiceUnavailable)
}

fn a_writer_that_panics_once_goes_on(backend: Backend) {
    let probe = Arc::new(Panics(AtomicU32::new(0)));
    let planted = Arc::clone(&probe);
    let world = World::with(backend, |settings| settings.probe = Some(planted));
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    probe.0.store(1, Ordering::SeqCst);
    let loaded = world.run(tenant.actor(), Tenant::load(card, 100));
    assert_eq!(loaded.map(|loaded| loaded.treasury_balance.minor()), Ok(49_900));
    assert_eq!(world.verify().findings, []);
}

fn a_writer_that_panics_twice_answers_everybody_and_asks_for_the_end(backend: Backend) {
    let probe = Arc::new(Panics(AtomicU32::new(0)));
    let planted = Arc::clone(&probe);
    let ends = Arc::new(AtomicU32::new(0));
    let ended = Arc::clone(&ends);
    let world = World::with(backend, |settings| {
        settings.probe = Some(planted);
        settings.on_fatal = Arc::new(move |_| {
            ended.fetch_add(1, Ordering::SeqCst);
        });
    });
    let tenant = world.tenant();
    probe.0.store(100, Ordering::SeqCst);
    let refused = world.run(Actor::Public, world.sign_up()).expect_err("nothing is committed");
    assert!(is_unavailable(&refused), "{refused}");
    assert!(ends.load(Ordering::SeqCst) >= 1, "the process is asked to end");
    let account = world.reads.find_account(tenant.account).expect("reads go on");
    assert!(account.is_some());
}

fn a_full_queue_answers_at_once(backend: Backend) {
    let gate = Arc::new(Gate::default());
    let probe = Arc::clone(&gate);
    let world = World::with(backend, |settings| {
        settings.probe = Some(probe);
        settings.queue = QueueLimits { network: 1, api: 1, background: 1 };
    });
    let tenant = world.tenant();
    gate.close();
    let blocker = world.runtime.spawn(world.submit(Actor::Public, world.sign_up()));
    gate.wait_for_writer();
    let waiting = world.runtime.spawn(world.submit(Actor::Public, world.sign_up()));
    // The lane has room for one; which of the two gets it does not matter.
    let second = world.runtime.spawn(world.submit(Actor::Public, world.sign_up()));
    let (waiting, second) = world.runtime.block_on(async {
        let mut both = tokio::task::JoinSet::new();
        both.spawn(async move { waiting.await.expect("the task does not panic").err() });
        both.spawn(async move { second.await.expect("the task does not panic").err() });
        let first = both.join_next().await;
        gate.open();
        (first, both.join_next().await)
    });
    let refused = waiting.expect("one ends").expect("the task does not panic");
    assert!(refused.is_some_and(|error| is_unavailable(&error)), "refused while the writer stood");
    assert!(second.expect("one ends").expect("the task does not panic").is_none());
    assert!(world.runtime.block_on(blocker).expect("the task does not panic").is_ok());
    assert!(world.reads.find_account(tenant.account).is_ok_and(|account| account.is_some()));
}

fn a_command_that_waited_too_long_is_not_run(backend: Backend) {
    let gate = Arc::new(Gate::default());
    let probe = Arc::clone(&gate);
    let world = World::with(backend, |settings| settings.probe = Some(probe));
    gate.close();
    let blocker = world.runtime.spawn(world.submit(Actor::Public, world.sign_up()));
    gate.wait_for_writer();
    let late = world.sign_up();
    let account = late.account;
    let (database, context) =
        (Arc::clone(&world.database), world.edge.context(Actor::Public, None));
    let late = world.runtime.spawn(async move {
        perform(&*database, (Lane::Api, Duration::ZERO), context, late).await
    });
    gate.open();
    let refused = world.runtime.block_on(late).expect("the task does not panic");
    assert!(refused.is_err_and(|error| is_unavailable(&error)));
    assert!(world.runtime.block_on(blocker).expect("the task does not panic").is_ok());
    let found = world.reads.find_account(account).expect("reads work");
    assert!(found.is_none(), "it had no effect");
}

/// The server's address out of the URL that `tests/run` gives.
fn through(proxy: &Proxy, url: &str) -> String {
    let (head, rest) = url.split_once('@').expect("the URL names a user");
    let (_, database) = rest.split_once('/').expect("the URL names a database");
    format!("{head}@127.0.0.1:{}/{database}", proxy.port)
}

fn server_of(url: &str) -> String {
    let (_, rest) = url.split_once('@').expect("the URL names a user");
    rest.split('/').next().expect("the URL names a host").to_owned()
}

/// A COMMIT whose answer is lost is resolved by asking the server, not by running it again.
fn commit_is_cut(cut: Cut) {
    let direct = World::new(Backend::Postgres);
    let proxy = Proxy::start(server_of(direct.scratch.url()));
    let world = World::on(Arc::clone(&direct.scratch), |settings| {
        settings.url = through(&proxy, &settings.url);
    });
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    proxy.arm(cut);
    let loaded = world.run(tenant.actor(), Tenant::load(card, 100));
    assert!(!proxy.is_armed(), "the line was cut");
    assert_eq!(loaded.map(|loaded| loaded.treasury_balance.minor()), Ok(49_900));
    let [live, _] = world.reads.balances(tenant.account).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(live.available.minor(), 49_900, "exactly once");
    assert_eq!(direct.verify().findings, []);
}

#[test]
fn a_commit_that_never_arrived_is_run_again() {
    commit_is_cut(Cut::BeforeCommit);
}

#[test]
fn a_commit_whose_answer_is_lost_is_answered() {
    commit_is_cut(Cut::AfterCommit);
}
