//! Maintenance must not keep the card network waiting: it runs in slices, behind it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use cardium_app::{
    Actor, Lane, perform,
    upkeep::{PurgeIdempotency, PurgePending, SLICE},
};
use cardium_kernel::Book;
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

fn ten_thousand_old_keys_go_while_the_network_is_served(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 5_000_000);
    let card = world.card(tenant, Book::Live);
    plant_old_keys(&world.scratch);
    let purging = Arc::new(AtomicBool::new(true));
    let (database, edge, until) =
        (Arc::clone(&world.database), world.edge.clone(), Arc::clone(&purging));
    let network = world.runtime.spawn(async move {
        let mut waits = Vec::new();
        while until.load(Ordering::SeqCst) {
            let (context, begun) = (edge.context(tenant.actor(), None), Instant::now());
            let lane = (Lane::Network, Duration::from_secs(5));
            let served = perform(&*database, lane, context, Tenant::load(card, 1)).await;
            assert!(served.is_ok(), "{served:?}");
            waits.push(begun.elapsed());
        }
        waits
    });
    let mut slices = Vec::new();
    loop {
        let purged = world.run(Actor::System, PurgeIdempotency).expect("a slice goes");
        slices.push(purged);
        if purged == 0 {
            break;
        }
    }
    purging.store(false, Ordering::SeqCst);
    let waits = world.runtime.block_on(network).expect("the network is served");
    assert_eq!(slices.iter().sum::<i64>(), OLD_KEYS);
    assert!(slices.iter().all(|purged| *purged <= SLICE), "{slices:?}");
    let between = waits.len() * 4 >= slices.len();
    assert!(between, "{} served beside {} slices", waits.len(), slices.len());
    let worst = waits.iter().max();
    assert!(worst.is_some_and(|wait| *wait < Duration::from_secs(1)), "{worst:?}");
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
