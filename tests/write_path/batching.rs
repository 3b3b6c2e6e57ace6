//! What happens inside one batch.

use cardium_app::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, cards::IssueCard};
use cardium_kernel::{Book, ErrorCode};
use cardium_testkit::{Backend, Tenant, World};

use crate::{
    on_both,
    support::{Gate, in_one_batch},
};

on_both! {
    failing_and_panicking_commands_leave_their_neighbours_alone;
    a_command_sees_what_an_earlier_one_of_its_batch_made;
    a_batch_takes_the_same_statements_whatever_its_size;
    a_command_that_announces_nothing_is_run_again_with_what_it_needs;
}

/// Fails or panics after it has written.
#[derive(Clone, Copy)]
struct Broken {
    tenant: Tenant,
    card: cardium_kernel::CardId,
    panics: bool,
}

impl UseCase for Broken {
    type Output = ();

    fn hints(&self, context: &Context) -> Hints {
        Tenant::load(self.card, 1).hints(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let _loaded = Tenant::load(self.card, 1_000).run(unit)?;
        assert!(!self.panics, "a planted panic");
        Err(cardium_kernel::Problem::new(ErrorCode::Internal, self.tenant.account.to_string())
            .into())
    }
}

fn failing_and_panicking_commands_leave_their_neighbours_alone(backend: Backend) {
    let (world, gate) = Gate::world(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    let commands = (0..9)
        .map(|n| {
            let broken = Broken { tenant, card, panics: n == 4 };
            let (load, fail) = (
                world.submit(tenant.actor(), Tenant::load(card, 100)),
                world.submit(tenant.actor(), broken),
            );
            async move { if n % 4 == 0 { fail.await.is_ok() } else { load.await.is_ok() } }
        })
        .collect();
    let answers = in_one_batch(&world, &gate, commands);
    assert_eq!(answers, [false, true, true, true, false, true, true, true, false]);
    let [live, _] = world.reads.balances(tenant.account).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(live.available.minor(), 50_000 - 600);
    assert_eq!(world.verify().findings, []);
}

fn a_command_sees_what_an_earlier_one_of_its_batch_made(backend: Backend) {
    let (world, gate) = Gate::world(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let issue: IssueCard = world.issue(tenant, Book::Live);
    let load = Tenant::load(issue.id, 2_500);
    let issued = world.submit(tenant.actor(), issue);
    let loaded = world.submit(tenant.actor(), load);
    let commands: Vec<std::pin::Pin<Box<dyn Future<Output = Option<i64>> + Send>>> = vec![
        Box::pin(async move { issued.await.ok().map(|_| 0) }),
        Box::pin(async move { loaded.await.ok().map(|l| l.card_balance.minor()) }),
    ];
    assert_eq!(in_one_batch(&world, &gate, commands), [Some(0), Some(2_500)]);
}

fn a_batch_takes_the_same_statements_whatever_its_size(backend: Backend) {
    let (world, gate) = Gate::world(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let cards: Vec<_> = (0..60).map(|_| world.card(tenant, Book::Live)).collect();
    let statements = |count: usize| {
        let before = world.store.stats().snapshot();
        let loads = cards
            .iter()
            .take(count)
            .map(|card| world.submit(tenant.actor(), Tenant::load(*card, 100)))
            .collect();
        let answers = in_one_batch(&world, &gate, loads);
        assert!(answers.iter().all(Result::is_ok));
        let after = world.store.stats().snapshot();
        assert_eq!(after.batches - before.batches, 2, "the blocker's batch and ours");
        after.statements - before.statements
    };
    // First uses create ledger accounts, second ones change them.
    let (_, few, many) = (statements(60), statements(2), statements(60));
    match backend {
        Backend::Postgres => assert_eq!(few, many, "set-based: constant"),
        // Cached single-row statements: no round trip, so they may grow with the batch.
        Backend::Sqlite => assert!(many > few),
    }
}

/// A load that announces nothing but its sequence.
struct Silent(cardium_app::cards::LoadCard);

impl UseCase for Silent {
    type Output = cardium_app::cards::Loaded;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Card(self.0.card)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Self::Output> {
        match self.0.run(unit)? {
            Ending::Done(loaded) => Ok(Ending::Done(loaded)),
            other => Ok(other),
        }
    }
}

fn a_command_that_announces_nothing_is_run_again_with_what_it_needs(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    let loaded = world.run(tenant.actor(), Silent(Tenant::load(card, 100)));
    assert_eq!(loaded.map(|loaded| loaded.card_balance.minor()), Ok(100));
    assert!(world.store.stats().snapshot().misses > 0);
    assert_eq!(world.verify().findings, []);
}
