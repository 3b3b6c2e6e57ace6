use cardium_kernel::{Book, Metadata};
use mockall::predicate::eq;

use super::*;
use crate::{Asset, Network, NewTopup, TopupStatus, TransferRef, WINDOW, store::MockTopupStore};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);
const OWNER: AccountId = AccountId::new(0x100);
const STRANGER: AccountId = AccountId::new(0x200);
const ID: TopupId = TopupId::new(0x300);

fn topup() -> Topup {
    let new = NewTopup {
        id: ID,
        account: OWNER,
        book: Book::Live,
        asset: Asset::Usdt,
        network: Network::Tron,
        address: "sim".to_owned(),
        amount: Money::usd(50_000),
        metadata: Metadata::default(),
    };
    Topup::request(new, NOW)
}

fn transfer() -> Transfer {
    let (network, asset) = (Network::Tron, Asset::Usdt);
    Transfer {
        reference: TransferRef { network, txid: "t1".to_owned(), out_index: 0 },
        address: "sim".to_owned(),
        asset,
        units: network.units_of(asset, Money::usd(20_000)),
        height: 7,
        reverted: false,
    }
}

/// The top-up that the transfer was seen for, and the deposit.
fn seen() -> (Topup, Deposit) {
    let mut topup = topup();
    topup.see(Money::usd(20_000), "t1", NOW).unwrap();
    let deposit = Deposit::seen(&topup, transfer(), Money::usd(20_000), NOW);
    (topup, deposit)
}

/// A store that knows these and takes no writes.
fn holding(topup: Option<Topup>, deposit: Option<Deposit>) -> MockTopupStore {
    let mut store = MockTopupStore::new();
    store.expect_find_topup().with(eq(ID)).returning(move |_| Ok(topup.clone()));
    let id = transfer().reference.deposit_id();
    store.expect_find_deposit().with(eq(id)).returning(move |_| Ok(deposit.clone()));
    store
}

fn expect_save(store: &mut MockTopupStore, status: TopupStatus) {
    let saved = move |topup: &Topup| topup.id == ID && topup.status == status;
    store.expect_save_topup().withf(saved).times(1).returning(|_| Ok(()));
}

#[test]
fn a_top_up_that_awaits_its_coins_is_cancelled() {
    let mut store = holding(Some(topup()), None);
    expect_save(&mut store, TopupStatus::Cancelled);
    let cancelled = cancel_topup(&mut store, (OWNER, ID), NOW).unwrap().unwrap();
    assert_eq!((cancelled.status, cancelled.expired), (TopupStatus::Cancelled, false));
}

#[test]
fn a_cancellation_that_is_refused_writes_nothing() {
    let mut store = holding(Some(seen().0), None);
    let refused = cancel_topup(&mut store, (OWNER, ID), NOW);
    assert_eq!(refused, Err(TopupError::NotCancellable));
}

#[test]
fn anybody_elses_top_up_looks_unknown() {
    let mut store = holding(Some(topup()), None);
    assert_eq!(cancel_topup(&mut store, (STRANGER, ID), NOW), Ok(None));
    assert_eq!(cancel_topup(&mut holding(None, None), (OWNER, ID), NOW), Ok(None));
}

#[test]
fn a_window_ends_once_and_not_before_its_time() {
    let end = NOW.after(WINDOW);
    let mut store = holding(Some(topup()), None);
    assert_eq!(expire_topup(&mut store, ID, NOW), Ok(None));
    expect_save(&mut store, TopupStatus::Cancelled);
    let expired = expire_topup(&mut store, ID, end).unwrap().unwrap();
    assert!(expired.expired);
    assert_eq!(expire_topup(&mut holding(Some(expired), None), ID, end), Ok(None));
    assert_eq!(expire_topup(&mut holding(Some(seen().0), None), ID, end), Ok(None));
    assert_eq!(expire_topup(&mut holding(None, None), ID, end), Ok(None));
}

#[test]
fn a_transfer_is_noted_with_its_value_and_depth() {
    for depth in [1, 3] {
        let mut store = holding(Some(topup()), None);
        store.expect_save_deposit().with(eq(seen().1)).times(1).returning(|_| Ok(()));
        let counted = move |topup: &Topup| {
            topup.confirming == Money::usd(20_000) && topup.confirmations == depth
        };
        store.expect_save_topup().withf(counted).times(1).returning(|_| Ok(()));
        let noted = observe_deposit(&mut store, ID, (&transfer(), depth), NOW);
        assert_eq!(noted, Ok(Change::Applied));
    }
}

#[test]
fn a_transfer_that_is_seen_again_changes_its_depth_only() {
    let (topup, deposit) = seen();
    let mut store = holding(Some(topup), Some(deposit));
    let again = observe_deposit(&mut store, ID, (&transfer(), 1), NOW);
    assert_eq!(again, Ok(Change::AlreadyApplied));
    store
        .expect_save_topup()
        .withf(|topup| topup.confirming == Money::usd(20_000) && topup.confirmations == 2)
        .times(1)
        .returning(|_| Ok(()));
    assert_eq!(observe_deposit(&mut store, ID, (&transfer(), 2), NOW), Ok(Change::Applied));
}

#[test]
fn a_transfer_that_cannot_be_counted_writes_nothing() {
    let mut store = holding(Some(topup()), None);
    let absurd = Transfer { units: u128::MAX, ..transfer() };
    let refused = observe_deposit(&mut store, ID, (&absurd, 1), NOW);
    assert!(matches!(refused, Err(TopupError::Money(_))), "{refused:?}");
}

#[test]
fn what_is_final_is_credited() {
    let (topup, deposit) = seen();
    let mut store = holding(Some(topup), Some(deposit.clone()));
    let credited = Deposit { state: DepositState::Credited, version: 2, ..deposit.clone() };
    store.expect_save_deposit().with(eq(credited)).times(1).returning(|_| Ok(()));
    expect_save(&mut store, TopupStatus::Completed);
    let done = credit_deposit(&mut store, (deposit.id, ID), NOW).unwrap().unwrap();
    assert_eq!(done.value, Money::usd(20_000));
    assert_eq!((done.topup.received, done.topup.confirming), (done.value, Money::usd(0)));
}

#[test]
fn what_has_ended_or_is_unknown_neither_credits_nor_reverts() {
    let (topup, deposit) = seen();
    let ended = |state| Some(Deposit { state, ..deposit.clone() });
    for mut store in [
        holding(Some(topup.clone()), ended(DepositState::Credited)),
        holding(Some(topup.clone()), ended(DepositState::Reverted)),
        holding(Some(topup), None),
        holding(None, Some(deposit.clone())),
    ] {
        assert_eq!(credit_deposit(&mut store, (deposit.id, ID), NOW), Ok(None));
        assert_eq!(revert_deposit(&mut store, (deposit.id, ID), NOW), Ok(None));
    }
}

#[test]
fn what_the_chain_undid_is_taken_back() {
    let (topup, deposit) = seen();
    let mut others = topup.clone();
    others.see(Money::usd(1), "t2", NOW).unwrap();
    for (topup, status, fails) in
        [(topup, TopupStatus::Error, true), (others, TopupStatus::Confirming, false)]
    {
        let mut store = holding(Some(topup), Some(deposit.clone()));
        let reverted = Deposit { state: DepositState::Reverted, version: 2, ..deposit.clone() };
        store.expect_save_deposit().with(eq(reverted)).times(1).returning(|_| Ok(()));
        expect_save(&mut store, status);
        let done = revert_deposit(&mut store, (deposit.id, ID), NOW).unwrap().unwrap();
        match done {
            Reverted::Failed(topup) => assert!(fails && topup.confirming == Money::usd(0)),
            Reverted::Standing => assert!(!fails),
        }
    }
}

#[test]
fn a_store_that_fails_is_told_of() {
    let (topup, deposit) = seen();
    let miss = || TopupError::Store(StoreError::Miss);
    let mut blind = MockTopupStore::new();
    blind.expect_find_topup().returning(|_| Err(StoreError::Miss));
    blind.expect_find_deposit().returning(|_| Err(StoreError::Miss));
    let mut full = holding(Some(topup), Some(deposit.clone()));
    full.expect_save_topup().returning(|_| Err(StoreError::Miss));
    full.expect_save_deposit().returning(|_| Ok(()));
    for store in [&mut blind, &mut full] {
        assert_eq!(observe_deposit(store, ID, (&transfer(), 9), NOW), Err(miss()));
        assert_eq!(credit_deposit(store, (deposit.id, ID), NOW), Err(miss()));
        assert_eq!(revert_deposit(store, (deposit.id, ID), NOW), Err(miss()));
    }
    assert_eq!(cancel_topup(&mut blind, (OWNER, ID), NOW), Err(miss()));
    assert_eq!(expire_topup(&mut blind, ID, NOW), Err(StoreError::Miss));
}
