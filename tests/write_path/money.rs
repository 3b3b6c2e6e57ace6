//! Races for money, and one effect per key.

use cardium_app::{CommandError, cards::LoadCard};
use cardium_kernel::{Book, ErrorCode};
use cardium_testkit::{Backend, Tenant, World};

use crate::on_both;

on_both! {
    five_hundred_dollars_cover_five_hundred_spends_of_one;
    a_command_sent_twice_has_one_effect;
    a_key_used_for_another_request_is_refused;
    the_clock_of_an_account_never_runs_back;
}

/// Runs all commands at once and waits for every answer.
fn all<T: Send + 'static>(
    world: &World,
    commands: Vec<impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    world.runtime.block_on(async {
        let tasks: Vec<_> = commands.into_iter().map(tokio::spawn).collect();
        let mut answers = Vec::with_capacity(tasks.len());
        for task in tasks {
            answers.push(task.await.expect("the task does not panic"));
        }
        answers
    })
}

fn is_short(error: &CommandError) -> bool {
    matches!(error, CommandError::Problem(p) if p.code == ErrorCode::InsufficientBalance)
}

fn five_hundred_dollars_cover_five_hundred_spends_of_one(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let cards: Vec<_> = (0..4).map(|_| world.card(tenant, Book::Live)).collect();
    let spends = (0..2_000)
        .map(|n| world.submit(tenant.actor(), Tenant::load(cards[n % cards.len()], 100)))
        .collect();
    let answers = all(&world, spends);
    let covered = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(covered, 500);
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(refused.iter().all(|error| is_short(error)), "only for lack of money: {refused:?}");
    let [live, _] = world.reads.balances(tenant.account).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(live.available.minor(), 0);
    assert_eq!(world.verify().findings, []);
}

fn a_command_sent_twice_has_one_effect(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    let twice = (0..50)
        .map(|_| world.submit_once(tenant.actor(), (7, [7; 32]), Tenant::load(card, 100)))
        .collect();
    let answers: Vec<_> =
        all(&world, twice).into_iter().map(|answer| answer.expect("each is answered")).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    let [live, _] = world.reads.balances(tenant.account).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(live.available.minor(), 49_900);
}

fn a_key_used_for_another_request_is_refused(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    let send = |fingerprint: u8, load: LoadCard| {
        let key = (9, [fingerprint; 32]);
        world.runtime.block_on(world.submit_once(tenant.actor(), key, load))
    };
    // A refused command leaves the key free.
    assert!(send(1, Tenant::load(card, 60_000)).is_err_and(|error| is_short(&error)));
    assert!(send(2, Tenant::load(card, 100)).is_ok_and(|answer| !answer.replayed));
    let conflict = send(3, Tenant::load(card, 200));
    assert!(matches!(
        conflict,
        Err(CommandError::Problem(problem)) if problem.code == ErrorCode::ConflictIdempotencyKey
    ));
    // After a day the key is free for another request.
    world.clock.advance(std::time::Duration::from_secs(24 * 3_600));
    assert!(send(3, Tenant::load(card, 200)).is_ok_and(|answer| !answer.replayed));
}

fn the_clock_of_an_account_never_runs_back(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    let before = cardium_kernel::Clock::now(&*world.clock);
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    world.clock.set(before.before(std::time::Duration::from_secs(3_600)));
    world.run(tenant.actor(), Tenant::load(card, 100)).expect("the load succeeds");
    // I5 includes that the moments of an account's events never run back.
    assert_eq!(world.verify().findings, []);
}
