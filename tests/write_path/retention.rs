//! Events whose time is over go in slices, and what is left can still be checked.

use std::time::Duration;

use cardium_app::{
    Actor,
    cards::{FreezeCard, UnfreezeCard},
    upkeep::{PurgeDeliveries, PurgeEvents, SLICE},
};
use cardium_kernel::{Book, CardId};
use cardium_testkit::{Backend, Tenant, World};
use cardium_webhooks::Ordering;

use super::delivering::{fan_out, subscribe};
use crate::on_both;

on_both! {
    old_events_go_in_slices_and_leave_no_gap;
    what_is_missing_for_another_reason_is_found;
    ids_out_of_order_leave_no_gap;
    what_waits_goes_under_the_lock_of_its_lane;
    a_neighbour_in_the_same_database_holds_nothing_up;
}

const DAY: Duration = Duration::from_secs(86_400);
const RETENTION: Duration = Duration::from_secs(90 * 86_400);

/// Loads a card, once a millisecond, so that ids are in the order of the loads.
fn load(world: &World, tenant: Tenant, card: CardId, times: usize) {
    for _ in 0..times {
        world.clock.advance(Duration::from_millis(1));
        world.run(tenant.actor(), Tenant::load(card, 100)).expect("the treasury covers it");
    }
}

/// An account with a funded card, and a session that outlasts all its events.
fn holder(world: &World) -> (Tenant, CardId) {
    let tenant = world.tenant();
    world.scratch.execute("UPDATE credentials SET expires_at = NULL");
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    load(world, tenant, card, 1);
    (tenant, card)
}

fn purge(world: &World) -> Vec<i64> {
    let mut slices = Vec::new();
    loop {
        let purge = PurgeEvents { retention: RETENTION };
        let purged = world.run(Actor::System, purge).expect("a slice goes");
        slices.push(purged);
        if purged == 0 {
            return slices;
        }
    }
}

fn events(world: &World) -> i64 {
    world.scratch.count("SELECT COUNT(*) AS count FROM events")
}

fn old_events_go_in_slices_and_leave_no_gap(backend: Backend) {
    let world = World::new(backend);
    let (busy, card) = holder(&world);
    holder(&world);
    load(&world, busy, card, 300);
    let old = events(&world);
    world.clock.advance(RETENTION - Duration::from_secs(1));
    assert_eq!(purge(&world), [0], "ninety days are not over");
    load(&world, busy, card, 7);
    let (young, _) = holder(&world);
    world.clock.advance(DAY);
    let slices = purge(&world);
    assert_eq!(slices.iter().sum::<i64>(), old);
    assert_eq!(slices[0], SLICE);
    let kept = world.scratch.count("SELECT MIN(account_seq) AS count FROM events");
    assert_eq!((events(&world), kept), (old - 310 + 12, 1), "{young:?} keeps its first event");
    assert_eq!(world.verify().findings, []);
    let purge = PurgeDeliveries { retention: RETENTION };
    assert_eq!(world.run(Actor::System, purge).ok(), Some(0));
}

/// A clock that is behind makes ids lower than those of smaller numbers: what is young stays.
fn ids_out_of_order_leave_no_gap(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = holder(&world);
    let start = world.edge.clock.now();
    world.clock.advance(DAY);
    load(&world, tenant, card, 1);
    world.clock.set(start);
    load(&world, tenant, card, 1);
    world.clock.advance(DAY * 2);
    load(&world, tenant, card, 1);
    let all = events(&world);
    // The last but one has an old id, and is as young as the one before it.
    world.clock.set(start.after(RETENTION).after(DAY / 2));
    assert_eq!(purge(&world), [all - 3, 0]);
    assert_eq!(world.verify().findings, []);
    world.clock.set(start.after(RETENTION).after(DAY * 3 / 2));
    assert_eq!(purge(&world), [2, 0]);
    assert_eq!(events(&world), 1);
    assert_eq!(world.verify().findings, []);
}

/// How many deliveries are in this state.
fn waiting(world: &World, state: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS count FROM webhook_deliveries WHERE state = '{state}'");
    world.scratch.count(&sql)
}

/// Refuses to remove a delivery whose lane this transaction has not locked.
const GUARD: &str = "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF NOT EXISTS (SELECT 1 FROM webhook_lanes l WHERE l.endpoint_id = OLD.endpoint_id \
    AND l.xmax = pg_current_xact_id()::xid) THEN RAISE EXCEPTION 'the lane is not locked'; \
    END IF; RETURN OLD; END $$; CREATE TRIGGER guard BEFORE DELETE ON webhook_deliveries \
    FOR EACH ROW EXECUTE FUNCTION guard()";

/// Whoever fans out locks lanes too: so nothing is queued behind what goes at this moment.
fn what_waits_goes_under_the_lock_of_its_lane(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = holder(&world);
    subscribe(&world, tenant, Ordering::PerObject);
    world.run(tenant.actor(), FreezeCard { card }).expect("it is active");
    world.run(tenant.actor(), UnfreezeCard { card }).expect("it is frozen");
    world.run(tenant.actor(), FreezeCard { card }).expect("it is active");
    fan_out(&world);
    assert!(waiting(&world, "pending") > 0 && waiting(&world, "queued") > 0);
    if backend == Backend::Postgres {
        world.scratch.execute(GUARD);
    }
    world.clock.advance(RETENTION + DAY);
    world.run(tenant.actor(), UnfreezeCard { card }).expect("it is frozen");
    fan_out(&world);
    assert!(purge(&world)[0] > 0);
    // What came behind those that went has its turn.
    assert_eq!((waiting(&world, "pending"), waiting(&world, "queued")), (1, 0));
    assert_eq!(world.verify().findings, []);
}

/// What a session holds that removes old events, or fans them out, at this moment.
const AT_WORK: &str = "SELECT pg_advisory_xact_lock(quote_ident(current_schema())::regnamespace\
    ::oid::int, key) FROM generate_series(1024, 1025) AS key";

/// An installation has a schema of its own; what one does alone, another does meanwhile.
fn a_neighbour_in_the_same_database_holds_nothing_up(backend: Backend) {
    let (world, neighbour) = (World::new(backend), World::new(backend));
    let (tenant, card) = holder(&world);
    subscribe(&world, tenant, Ordering::PerObject);
    let to_itself = |world: &World| {
        if backend == Backend::Postgres {
            let mine = "SELECT COUNT(*) AS count FROM pg_locks WHERE locktype = 'advisory' \
                        AND objid = 0 AND classid = quote_ident(current_schema())::regnamespace";
            assert_eq!(world.scratch.count(mine), 1, "the writer has the first stripe");
        }
    };
    to_itself(&world);
    to_itself(&neighbour);
    let elsewhere = neighbour.scratch.hold(AT_WORK);
    world.clock.advance(RETENTION + DAY);
    world.run(tenant.actor(), FreezeCard { card }).expect("it is active");
    let all = events(&world);
    let here = world.scratch.hold(AT_WORK);
    if here.is_some() {
        fan_out(&world);
        assert_eq!((purge(&world), waiting(&world, "pending")), (vec![0], 0));
    }
    drop(here);
    fan_out(&world);
    assert_eq!(waiting(&world, "pending"), 1);
    assert_eq!(purge(&world), [all - 1, 0]);
    drop(elsewhere);
}

fn what_is_missing_for_another_reason_is_found(backend: Backend) {
    for (damage, named) in [
        ("DELETE FROM events WHERE account_seq = 8", "event 9 follows 7"),
        ("DELETE FROM events WHERE account_seq = 9", "counts 9 events and has 8"),
        ("DELETE FROM events WHERE account_seq = 1", "event 2 follows 0"),
        ("DELETE FROM events WHERE account_seq < 3", "event 3 follows 0"),
        ("DELETE FROM events WHERE account_seq < 6", "counts 5 events and has 0"),
    ] {
        let world = World::new(backend);
        let (old, card) = holder(&world);
        world.clock.advance(RETENTION + DAY);
        load(&world, old, card, 4);
        holder(&world);
        assert_eq!(purge(&world)[0], 5);
        assert_eq!(world.verify().findings, []);
        world.scratch.execute(damage);
        let findings = world.verify().findings;
        let found = findings.iter().any(|finding| finding.detail.contains(named));
        assert!(found, "{damage} is not found as {named}: {findings:?}");
    }
}
