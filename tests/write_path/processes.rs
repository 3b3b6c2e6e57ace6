//! Several processes on one PostgreSQL.

use std::sync::Arc;

use cardium_kernel::Book;
use cardium_testkit::{Backend, Tenant, World};

/// Two writers whose commands name the same rows in opposite order never deadlock: every batch
/// locks in one global order.
#[test]
fn crossing_batches_do_not_deadlock() {
    let first = World::new(Backend::Postgres);
    let second = World::on(Arc::clone(&first.scratch), |_| {});
    let tenants: Vec<_> = (0..20).map(|_| first.tenant()).collect();
    let cards: Vec<_> = tenants
        .iter()
        .map(|tenant| {
            first.fund(*tenant, Book::Live, 50_000);
            first.card(*tenant, Book::Live)
        })
        .collect();
    let loads = |world: &World, reversed: bool| {
        let mut order: Vec<usize> = (0..200).map(|n| n % tenants.len()).collect();
        if reversed {
            order.reverse();
        }
        let submit = |n: usize| {
            world.runtime.spawn(world.submit(tenants[n].actor(), Tenant::load(cards[n], 100)))
        };
        order.into_iter().map(submit).collect::<Vec<_>>()
    };
    let (ours, theirs) = (loads(&first, false), loads(&second, true));
    for task in ours.into_iter().chain(theirs) {
        let loaded = first.runtime.block_on(task).expect("the task does not panic");
        assert!(loaded.is_ok(), "{loaded:?}");
    }
    let reruns = [&first, &second].map(|world| world.store.stats().snapshot().reruns);
    assert_eq!(reruns, [0, 0], "nothing had to be run again");
    assert_eq!(first.verify().findings, []);
}

/// Both processes race for one treasury: no cent is spent twice.
#[test]
fn two_processes_never_overdraw_one_treasury() {
    let first = World::new(Backend::Postgres);
    let second = World::on(Arc::clone(&first.scratch), |_| {});
    let tenant = first.tenant();
    first.fund(tenant, Book::Live, 50_000);
    let card = first.card(tenant, Book::Live);
    let tasks: Vec<_> = (0..1_000)
        .map(|n| {
            let world = if n % 2 == 0 { &first } else { &second };
            world.runtime.spawn(world.submit(tenant.actor(), Tenant::load(card, 100)))
        })
        .collect();
    let covered = tasks
        .into_iter()
        .map(|task| first.runtime.block_on(task).expect("the task does not panic"))
        .filter(Result::is_ok)
        .count();
    assert_eq!(covered, 500);
    assert_eq!(first.verify().findings, []);
}

/// One key, sent to both processes at once: one effect, the same answer.
#[test]
fn a_key_sent_to_two_processes_has_one_effect() {
    let first = World::new(Backend::Postgres);
    let second = World::on(Arc::clone(&first.scratch), |_| {});
    let tenant = first.tenant();
    first.fund(tenant, Book::Live, 50_000);
    let card = first.card(tenant, Book::Live);
    for round in 0..20_u8 {
        let key = (u128::from(round) + 1, [round; 32]);
        let tasks = [&first, &second].map(|world| {
            world.runtime.spawn(world.submit_once(tenant.actor(), key, Tenant::load(card, 100)))
        });
        let [ours, theirs] = tasks.map(|task| {
            let answer = first.runtime.block_on(task).expect("the task does not panic");
            answer.expect("each is answered")
        });
        assert_eq!(ours.body, theirs.body);
        assert!(ours.replayed != theirs.replayed, "one of them replays");
    }
    let [live, _] = first.reads.balances(tenant.account).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(live.available.minor(), 50_000 - 2_000);
}
