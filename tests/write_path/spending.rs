//! What a card spent is a row of its own: made by its first use, counted exactly ever after.

use cardium_app::{CommandResult, Context, Ending, Hints, Unit, UseCase, cards::SetControls};
use cardium_cards::{ControlsPatch, MerchantLock, Velocity, Window};
use cardium_kernel::{Book, CardId, Change, Clock, Money};
use cardium_testkit::{Backend, World};

use crate::on_both;

on_both! {
    spending_at_once_is_counted_once_each;
    the_first_merchant_keeps_the_card;
}

/// Spends ten cents at a merchant, as an approval would.
struct Spend {
    card: CardId,
    merchant: String,
}

impl UseCase for Spend {
    type Output = Change;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_spending(self.card)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Change> {
        let now = unit.now();
        let found = unit.tx.find_velocity(self.card)?;
        let mut velocity = found.unwrap_or_else(|| Velocity::new(self.card, now));
        velocity.spend(now, Money::usd(10), 1)?;
        unit.tx.save_velocity(velocity)?;
        let mut card = unit.tx.find_card(self.card)?.expect("the card exists");
        let change = card.lock_to_merchant(&self.merchant, now);
        unit.tx.save_card(card)?;
        Ok(Ending::Done(change))
    }
}

fn spending_at_once_is_counted_once_each(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    let cards = [world.card(tenant, Book::Live), world.card(tenant, Book::Live)];
    let read = |card| world.reads.find_velocity(tenant.account, card).expect("it reads");
    assert_eq!(read(cards[0]), None);
    let spends: Vec<_> = (0..200)
        .map(|n| Spend { card: cards[n % 2], merchant: String::new() })
        .map(|spend| world.submit(tenant.actor(), spend))
        .collect();
    world.runtime.block_on(async {
        let tasks: Vec<_> = spends.into_iter().map(tokio::spawn).collect();
        for task in tasks {
            task.await.expect("the task does not panic").expect("the spend is counted");
        }
    });
    let now = world.clock.now();
    for card in cards {
        let velocity = read(card).expect("the card spent");
        for window in Window::ALL {
            let used = velocity.used(window, now);
            assert_eq!((used.amount, used.count), (Money::usd(1_000), 100), "{window:?}");
        }
        assert_eq!(velocity.version, 100);
    }
    let stranger = world.tenant();
    let foreign = world.reads.find_velocity(stranger.account, cards[0]);
    assert_eq!(foreign.expect("it reads"), None);
}

fn the_first_merchant_keeps_the_card(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    let card = world.card(tenant, Book::Live);
    let patch = ControlsPatch { merchant_lock: Some(true), ..ControlsPatch::default() };
    world.run(tenant.actor(), SetControls { card, patch }).expect("the lock is armed");
    let spend = |merchant: &str| {
        let merchant = merchant.to_owned();
        world.run(tenant.actor(), Spend { card, merchant }).expect("it is counted")
    };
    assert_eq!(spend("SHOP 1         "), Change::Applied);
    assert_eq!(spend("SHOP 2"), Change::AlreadyApplied);
    let view = world.reads.find_card(tenant.account, card).expect("it reads").expect("it exists");
    assert_eq!(view.card.controls.merchant_lock, MerchantLock::Locked("SHOP 1".into()));
}
