use super::*;
use crate::{CATALOGUE, ControlsRecord, MerchantLock, WalletState};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);

fn card(bin: &str) -> Card {
    let product = CATALOGUE.iter().find(|product| product.bin == bin).unwrap();
    let wallet = Wallet { apple_pay: WalletState::Pending, google_pay: WalletState::Unsupported };
    let new = NewCard {
        id: CardId::new(0x100),
        account: AccountId::new(0x200),
        book: Book::Live,
        product,
        last4: "4218".into(),
        label: None,
        wallet,
        controls: Controls::default(),
        shipping: None,
        metadata: Metadata::default(),
        grant: None,
    };
    Card::issue(new, Card::expiry_from(NOW), NOW)
}

#[test]
fn freezing_twice_changes_nothing_the_second_time() {
    let mut card = card("489517");
    assert_eq!(card.freeze(FreezeReason::Cardholder, NOW), Ok(Change::Applied));
    assert_eq!(card.freeze(FreezeReason::Cardholder, NOW), Ok(Change::AlreadyApplied));
    assert_eq!(card.unfreeze(NOW), Ok(Change::Applied));
    assert_eq!(card.unfreeze(NOW), Ok(Change::AlreadyApplied));
    assert_eq!(card.version, 3);
}

#[test]
fn a_cancelled_card_takes_no_command() {
    let mut card = card("489517");
    assert_eq!(card.cancel(NOW), Change::Applied);
    assert_eq!(card.cancel(NOW), Change::AlreadyApplied);
    assert_eq!(card.freeze(FreezeReason::Cardholder, NOW), Err(CardError::Cancelled));
    assert_eq!(card.unfreeze(NOW), Err(CardError::Cancelled));
}

#[test]
fn only_the_issuer_lifts_its_freeze() {
    let mut card = card("489517");
    card.freeze(FreezeReason::Issuer, NOW).unwrap();
    assert_eq!(card.unfreeze(NOW), Err(CardError::FreezeLocked));
}

#[test]
fn a_card_locks_to_its_first_merchant_only() {
    let armed = ControlsRecord { merchant_lock: MerchantLock::Armed, ..Default::default() };
    let armed = Controls::try_new(armed).unwrap();
    let mut card = card("489517");
    assert_eq!(card.lock_to_merchant("SHOP1", NOW), Change::AlreadyApplied);
    assert_eq!(card.set_controls(armed.clone(), NOW), Ok(Change::Applied));
    assert_eq!(card.set_controls(armed.clone(), NOW), Ok(Change::AlreadyApplied));
    assert_eq!(card.lock_to_merchant("SHOP1", NOW), Change::Applied);
    assert_eq!(card.lock_to_merchant("SHOP2", NOW), Change::AlreadyApplied);
    assert!(card.controls.allows_merchant("SHOP1") && card.version == 3);
    card.cancel(NOW);
    assert_eq!(card.set_controls(armed, NOW), Err(CardError::Cancelled));
}

#[test]
fn plastic_waits_for_activation() {
    let mut card = card("448585");
    assert_eq!(card.freeze_reason, Some(FreezeReason::AwaitingActivation));
    assert_eq!(card.unfreeze(NOW), Err(CardError::NotDelivered));
    assert_eq!(card.fulfil(Fulfilment::Shipped, NOW), Ok(Change::Applied));
    assert_eq!(card.fulfil(Fulfilment::Shipped, NOW), Ok(Change::AlreadyApplied));
    assert_eq!(card.fulfil(Fulfilment::Produced, NOW), Err(CardError::WrongFulfilment));
    assert_eq!(card.unfreeze(NOW), Err(CardError::NotDelivered));
    assert_eq!(card.fulfil(Fulfilment::Delivered, NOW), Ok(Change::Applied));
    assert_eq!(card.unfreeze(NOW), Ok(Change::Applied));
    assert_eq!((card.status, card.freeze_reason), (CardStatus::Active, None));
}

#[test]
fn plastic_that_came_back_is_never_activated() {
    let mut card = card("448585");
    assert_eq!(card.fulfil(Fulfilment::Returned, NOW), Ok(Change::Applied));
    assert_eq!(card.unfreeze(NOW), Err(CardError::NotDelivered));
    let mut card = self::card("489517");
    assert_eq!(card.fulfil(Fulfilment::Produced, NOW), Err(CardError::WrongFulfilment));
}

#[test]
fn a_wallet_is_provisioned_where_it_can_be() {
    let (apple, google) = (WalletProvider::ApplePay, WalletProvider::GooglePay);
    let mut card = card("489517");
    assert_eq!(card.provision_wallet(google, NOW), Err(CardError::WalletUnsupported));
    card.freeze(FreezeReason::Cardholder, NOW).unwrap();
    assert_eq!(card.provision_wallet(apple, NOW), Err(CardError::Frozen));
    card.unfreeze(NOW).unwrap();
    assert_eq!(card.provision_wallet(apple, NOW), Ok(Change::Applied));
    assert_eq!(card.provision_wallet(apple, NOW), Ok(Change::AlreadyApplied));
    assert_eq!(card.wallet.apple_pay, WalletState::Ready);
    card.cancel(NOW);
    assert_eq!(card.provision_wallet(apple, NOW), Err(CardError::Cancelled));
}

#[test]
fn a_card_works_through_its_expiry_month() {
    let card = card("489517");
    let last_second = Timestamp::parse_rfc3339("2029-05-31T23:59:59Z").unwrap();
    assert!(!card.is_expired(last_second));
    assert!(card.is_expired(last_second.after(std::time::Duration::from_secs(1))));
}

#[test]
fn describing_changes_no_more_than_label_and_notes() {
    let mut card = card("489517");
    let notes = Metadata::try_new([("team".to_owned(), "ads".to_owned())].into()).unwrap();
    assert_eq!(card.describe(Some("Ads".into()), notes.clone(), NOW), Change::Applied);
    assert_eq!(card.describe(Some("Ads".into()), notes.clone(), NOW), Change::AlreadyApplied);
    assert_eq!((card.label.as_deref(), &card.metadata, card.version), (Some("Ads"), &notes, 2));
    card.cancel(NOW);
    assert_eq!(card.describe(None, notes, NOW), Change::Applied);
    assert_eq!((card.label.as_deref(), card.status), (None, CardStatus::Cancelled));
}

#[test]
fn a_cancelled_card_says_why() {
    let mut card = card("489517");
    assert_eq!(card.cancel_reason, None);
    card.cancel(NOW);
    assert_eq!(card.cancel_reason, Some(CancelReason::Cardholder));
}
