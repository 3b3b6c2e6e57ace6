use cardium_kernel::{AccountId, Book, Metadata, Money};
use cardium_vault::{Aad, Kek, PanFingerprint, SealRandom, seal};
use mockall::predicate::eq;
use proptest::prelude::*;

use super::*;
use crate::{
    CATALOGUE, CardStatus, Controls, ControlsRecord, FreezeReason, Fulfilment, MerchantLock,
    NewCard, Velocity, Wallet, WalletState, Window, store::MockCardStore,
};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
const ACCOUNT: AccountId = AccountId::new(0x200);
const NEW: CardId = CardId::new(0x300);

fn sealed() -> Sealed {
    let kek = Kek::new(1, [7; 32]);
    let aad = Aad::new([0; 16], &[], "test");
    seal(b"x", &aad, &kek, SealRandom::from_bytes(&[3; SealRandom::BYTES])).unwrap()
}

fn card(bin: &str) -> Card {
    let locked = MerchantLock::Locked("SHOP1".into());
    let controls = ControlsRecord { merchant_lock: locked, single_use: true, ..Default::default() };
    let new = NewCard {
        id: CardId::new(0x100),
        account: ACCOUNT,
        book: Book::Live,
        product: CATALOGUE.iter().find(|product| product.bin == bin).unwrap(),
        last4: "4218".into(),
        label: Some("Ads".into()),
        wallet: Wallet { apple_pay: WalletState::Ready, google_pay: WalletState::Pending },
        controls: Controls::try_new(controls).unwrap(),
        shipping: None,
        metadata: Metadata::try_new([("team".to_owned(), "ads".to_owned())].into()).unwrap(),
        grant: None,
    };
    Card::issue(new, Card::expiry_from(NOW), NOW)
}

fn wish() -> NewReplacement {
    NewReplacement {
        id: NEW,
        last4: "9999".into(),
        expiry: Card::expiry_from(NOW),
        reason: ReplacementReason::Stolen,
        shipping: None,
        metadata: None,
    }
}

fn pan() -> StoredPan {
    let fingerprint = PanFingerprint::from_bytes([5; 32]);
    StoredPan { card: NEW, account: ACCOUNT, fingerprint, sealed: sealed() }
}

/// A store in which the card spent this much, in one transaction.
fn store(spent: Option<i64>) -> MockCardStore {
    let mut store = MockCardStore::new();
    store.expect_find_card_by_pan().returning(|_| Ok(None));
    store.expect_find_velocity().with(eq(CardId::new(0x100))).returning(move |card| {
        Ok(spent.map(|minor| {
            let mut velocity = Velocity::new(card, NOW);
            velocity.spend(NOW, Money::usd(minor), 1).unwrap();
            velocity.cvv_failed(NOW);
            velocity
        }))
    });
    store
}

#[test]
fn both_cards_are_written_and_point_at_each_other() {
    let mut store = store(None);
    store
        .expect_save_card()
        .withf(|card| card.replaced_by == Some(NEW) && card.status == CardStatus::Cancelled)
        .times(1)
        .returning(|_| Ok(()));
    store.expect_save_card().withf(|card| card.id == NEW).times(1).returning(|_| Ok(()));
    store.expect_insert_pan().withf(|pan| pan.card == NEW).times(1).returning(|_| Ok(()));
    let old = card("489517");
    let done = replace(&mut store, old.clone(), (wish(), pan()), NOW).unwrap();
    assert_eq!(done.new.replaces, Some(old.id));
    let reason = CancelReason::Replaced(ReplacementReason::Stolen);
    assert_eq!((done.old.cancel_reason, done.new.cancel_reason), (Some(reason), None));
    assert_eq!((done.new.status, done.new.last4.as_str()), (CardStatus::Active, "9999"));
    let taken_over = |card: &Card| {
        (card.label.clone(), card.metadata.clone(), card.controls.clone(), card.wallet)
    };
    assert_eq!(taken_over(&done.new), taken_over(&old));
}

#[test]
fn a_taken_pan_writes_nothing() {
    let mut store = MockCardStore::new();
    store.expect_find_card_by_pan().returning(|_| Ok(Some(CardId::new(0x900))));
    let refused = replace(&mut store, card("489517"), (wish(), pan()), NOW);
    assert_eq!(refused, Err(ReplaceError::PanTaken));
}

#[test]
fn what_may_not_be_replaced_writes_nothing() {
    let mut cancelled = card("489517");
    cancelled.cancel(NOW);
    let mut locked = card("489517");
    locked.freeze(FreezeReason::Issuer, NOW).unwrap();
    for (old, error) in [
        (cancelled, CardError::Cancelled),
        (locked, CardError::FreezeLocked),
        (card("448585"), CardError::ShippingRequired),
    ] {
        let refused = replace(&mut MockCardStore::new(), old, (wish(), pan()), NOW);
        assert_eq!(refused, Err(ReplaceError::Card(error)));
    }
}

#[test]
fn a_store_that_fails_stops_the_replacement() {
    let mut store = store(None);
    store.expect_save_card().returning(|_| Err(StoreError::Miss));
    let refused = replace(&mut store, card("489517"), (wish(), pan()), NOW);
    assert_eq!(refused, Err(ReplaceError::Store(StoreError::Miss)));
}

#[test]
fn plastic_starts_its_way_again_and_a_holders_freeze_stays() {
    let mut plastic = card("448585");
    plastic.fulfil(Fulfilment::Delivered, NOW).unwrap();
    plastic.unfreeze(NOW).unwrap();
    let new = NewReplacement { shipping: Some(sealed()), ..wish() };
    let new = plastic.replace(new, NOW).unwrap();
    assert_eq!(new.freeze_reason, Some(FreezeReason::AwaitingActivation));
    assert_eq!((new.status, new.fulfilment), (CardStatus::Frozen, Some(Fulfilment::Ordered)));
    let mut frozen = card("489517");
    frozen.freeze(FreezeReason::Cardholder, NOW).unwrap();
    let new = frozen.replace(wish(), NOW).unwrap();
    assert_eq!(
        (new.status, new.freeze_reason),
        (CardStatus::Frozen, Some(FreezeReason::Cardholder))
    );
    assert_eq!(frozen.replace(wish(), NOW), Err(CardError::Cancelled));
}

#[test]
fn the_first_card_of_a_line_leads_to_the_last() {
    let mut first = card("489517");
    let mut second = first.replace(wish(), NOW).unwrap();
    let third = NewReplacement { id: CardId::new(0x400), ..wish() };
    let third = second.replace(third, NOW).unwrap();
    assert_eq!((second.first, third.first), (Some(first.id), Some(first.id)));
    first.lead_to(third.id);
    for (card, last) in [(&first, Some(&third)), (&second, Some(&third)), (&third, None)] {
        let mut store = MockCardStore::new();
        let known = [first.clone(), second.clone(), third.clone()];
        store
            .expect_find_card()
            .returning(move |id| Ok(known.iter().find(|card| card.id == id).cloned()));
        assert_eq!(find_last(&mut store, card).unwrap().as_ref(), last);
    }
}

#[test]
fn a_later_replacement_is_noted_on_the_first_card() {
    let mut first = card("489517");
    let second = first.replace(wish(), NOW).unwrap();
    let mut store = MockCardStore::new();
    store.expect_find_card_by_pan().returning(|_| Ok(None));
    store.expect_find_velocity().returning(|_| Ok(None));
    store.expect_find_card().with(eq(first.id)).return_once(move |_| Ok(Some(first)));
    let third = CardId::new(0x400);
    store
        .expect_save_card()
        .withf(move |card| card.id == CardId::new(0x100) && card.last == Some(third))
        .times(1)
        .returning(|_| Ok(()));
    store.expect_save_card().times(2).returning(|_| Ok(()));
    store.expect_insert_pan().returning(|_| Ok(()));
    replace(&mut store, second, (NewReplacement { id: third, ..wish() }, pan()), NOW).unwrap();
}

#[test]
fn reasons_have_words() {
    for reason in ReplacementReason::ALL {
        assert_eq!(ReplacementReason::parse(reason.as_str()), Some(reason));
        let cancelled = CancelReason::parse(reason.as_str());
        assert_eq!(cancelled, Some(CancelReason::Replaced(reason)));
    }
    assert_eq!(CancelReason::parse("cardholder"), Some(CancelReason::Cardholder));
    assert_eq!(ReplacementReason::parse("cardholder"), None);
}

proptest! {
    /// However often a card is replaced, what limits are held against stays; wrong CVV2 do not.
    #[test]
    fn limits_are_never_reset_by_replacing(spent in 0_i64..1_000_000) {
        let mut store = store(Some(spent));
        store.expect_save_card().returning(|_| Ok(()));
        store.expect_insert_pan().returning(|_| Ok(()));
        store
            .expect_save_velocity()
            .withf(move |saved| {
                let same = Window::ALL.into_iter().all(|window| {
                    let used = saved.used(window, NOW);
                    (used.amount, used.count) == (Money::usd(spent), 1)
                });
                same && saved.card == NEW && saved.version == 1 && saved.cvv_failures(NOW) == 0
            })
            .times(1)
            .returning(|_| Ok(()));
        replace(&mut store, card("489517"), (wish(), pan()), NOW).unwrap();
    }
}
