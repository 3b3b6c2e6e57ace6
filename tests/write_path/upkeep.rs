//! Maintenance must not keep the card network waiting: it runs in slices, behind it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::Waker,
    time::Duration,
};

use cardium_app::{
    Actor, CommandResult, Context, Hints, Lane, Unit, UseCase, perform,
    upkeep::{PurgeIdempotency, PurgePending, SLICE},
};
use cardium_kernel::{Book, CardId};
use cardium_testkit::{Backend, Scratch, Tenant, World};

use crate::on_both;

on_both! {
    ten_thousand_old_keys_go_while_the_network_is_served;
    requests_that_waited_go_once_they_are_decided_and_old;
}

const OLD_KEYS: i64 = 10_000;

/// Spent keys of 1970.
fn plant_old_keys(scratch: &Scratch) {
    scratch.execute(&match scratch.backend() {
        Backend::Sqlite => format!(
            "INSERT INTO idempotency_records \
             (id, fingerprint, status, body, sealed, created_at) WITH RECURSIVE n(i) AS \
             (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OLD_KEYS}) \
             SELECT randomblob(16), zeroblob(32), 200, zeroblob(100), 0, 0 FROM n"
        ),
        Backend::Postgres => format!(
            "INSERT INTO idempotency_records \
             (id, fingerprint, status, body, sealed, created_at) \
             SELECT decode(md5(i::text), 'hex'), decode(repeat('00', 32), 'hex'), \
             200, decode('00', 'hex'), false, 0 \
             FROM generate_series(1, {OLD_KEYS}) AS i"
        ),
    });
}

/// What ran on the write path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Slice,
    Network,
}

/// Notes that it ran, and does what it stands for.
struct Noted<U> {
    log: Arc<Mutex<Vec<Ran>>>,
    what: Ran,
    work: U,
    meanwhile: Arc<dyn Fn() + Send + Sync>,
}

impl<U: UseCase> UseCase for Noted<U> {
    type Output = U::Output;

    fn hints(&self, context: &Context) -> Hints {
        self.work.hints(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<U::Output> {
        self.log.lock().expect("no test panics here").push(self.what);
        (self.meanwhile)();
        self.work.run(unit)
    }
}

/// What the network is still to be told.
type Asked = Arc<Mutex<Vec<Pin<Box<dyn Future<Output = bool> + Send>>>>>;

/// Has the network ask for something, from wherever this is called.
fn network(world: &World, (tenant, card): (Tenant, CardId), log: &Arc<Mutex<Vec<Ran>>>) -> Asking {
    let (database, edge) = (Arc::clone(&world.database), world.edge.clone());
    let (asked, log) = (Asked::default(), Arc::clone(log));
    let kept = Arc::clone(&asked);
    let ask = move || {
        let (database, context) = (Arc::clone(&database), edge.context(tenant.actor(), None));
        let work = Tenant::load(card, 1);
        let meanwhile: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
        let load = Noted { log: Arc::clone(&log), what: Ran::Network, work, meanwhile };
        let lane = (Lane::Network, Duration::from_secs(20));
        let mut served = Box::pin(async move {
            let served = perform(&*database, lane, context, load).await;
            served.is_ok()
        });
        // Polling once puts the command into the queue.
        let first = served.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()));
        assert!(first.is_pending(), "a writer is at work");
        kept.lock().expect("no test panics here").push(served);
    };
    Asking { ask: Arc::new(ask), asked }
}

/// How the network asks, and what it has asked.
struct Asking {
    ask: Arc<dyn Fn() + Send + Sync>,
    asked: Asked,
}

/// During every slice the network asks for something: it waits for that slice and one more at most.
fn ten_thousand_old_keys_go_while_the_network_is_served(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 5_000_000);
    let card = world.card(tenant, Book::Live);
    plant_old_keys(&world.scratch);
    let log = Arc::default();
    let Asking { ask, asked } = network(&world, (tenant, card), &log);
    let mut slices = Vec::new();
    loop {
        let (log, meanwhile) = (Arc::clone(&log), Arc::clone(&ask));
        let slice = Noted { log, what: Ran::Slice, work: PurgeIdempotency, meanwhile };
        let purged = world.run(Actor::System, slice).expect("a slice goes");
        slices.push(purged);
        if purged == 0 {
            break;
        }
    }
    let asked = std::mem::take(&mut *asked.lock().expect("no test panics here"));
    assert_eq!(asked.len(), slices.len());
    for served in asked {
        assert!(world.runtime.block_on(served), "the network is served");
    }
    assert_eq!(slices.iter().sum::<i64>(), OLD_KEYS);
    assert!(slices.iter().all(|purged| *purged <= SLICE), "{slices:?}");
    let log = log.lock().expect("no test panics here");
    // On PostgreSQL the two do not even share a connection.
    if backend == Backend::Sqlite {
        let waiting = log.iter().scan(0, |waiting, ran| {
            *waiting += if *ran == Ran::Slice { 1 } else { -1 };
            Some(*waiting)
        });
        assert!(waiting.max() <= Some(2), "{log:?}");
    }
    drop(log);
    assert_eq!(world.verify().findings, []);
}

/// As many requests in a state, made at this moment.
fn plant_pending(scratch: &Scratch, (count, state, at): (i64, &str, i64)) {
    let rest = format!("'', 0, '{state}', NULL, {at}, 1");
    scratch.execute(&match scratch.backend() {
        Backend::Sqlite => format!(
            "INSERT INTO pending_authorizations WITH RECURSIVE n(i) AS \
             (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             SELECT randomblob(16), zeroblob(16), zeroblob(16), zeroblob(16), 0, 'USD', x'', \
             {rest} FROM n"
        ),
        Backend::Postgres => format!(
            "INSERT INTO pending_authorizations SELECT decode(md5(random()::text), 'hex'), \
             n.id, n.id, n.id, 0, 'USD', '', {rest} \
             FROM (SELECT decode(repeat('00', 16), 'hex') AS id \
             FROM generate_series(1, {count})) AS n"
        ),
    });
}

fn requests_that_waited_go_once_they_are_decided_and_old(backend: Backend) {
    let world = World::new(backend);
    let now = world.edge.clock.now().unix_micros();
    for rows in [(250, "finished", 0), (7, "answered_late", 0), (5, "waiting", 0)] {
        plant_pending(&world.scratch, rows);
    }
    plant_pending(&world.scratch, (3, "finished", now));
    let purged = [(); 3].map(|()| world.run(Actor::System, PurgePending).expect("a slice goes"));
    assert_eq!(purged, [SLICE, 57, 0]);
    let left = |state: &str| {
        let rows = format!("FROM pending_authorizations WHERE state = '{state}'");
        world.scratch.count(&format!("SELECT COUNT(*) AS count {rows}"))
    };
    assert_eq!((left("waiting"), left("finished"), left("answered_late")), (5, 3, 0));
}
