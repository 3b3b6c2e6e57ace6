use cardium_kernel::{Timestamp, TopupId};
use cardium_withdrawals::Payee;

use super::*;
use crate::testing::{ACCOUNT, MockTx, NOW, context, refusal, unlocked, with_treasury};

/// Thirty dollars of the live treasury to an address on Tron.
fn wish() -> Withdraw {
    Withdraw {
        id: WithdrawalId::new(0x500),
        book: Some(Book::Live),
        asset: Asset::Usdt,
        network: Network::Tron,
        address: "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G".to_owned(),
        memo: None,
        amount: Money::usd(3_000),
        expected_fee: None,
        screened: Ok(Verdict::Clear),
        metadata: Metadata::default(),
    }
}

fn run(tx: &mut MockTx, wish: &Withdraw) -> CommandResult<Withdrawal> {
    wish.run(&mut Unit::new(tx, &context()))
}

/// A transaction in which the address is no top-up's.
fn foreign() -> MockTx {
    let mut tx = MockTx::new();
    tx.expect_find_topup_by_address().returning(|_| Ok(None));
    tx
}

/// The same, where the address was paid before and is trusted from then on.
fn trusted(trusted_at: Timestamp) -> MockTx {
    let mut tx = foreign();
    tx.expect_find_payee().times(1).return_once(move |id| {
        let (account, book, network) = (ACCOUNT, Book::Live, Network::Tron);
        let address = wish().address;
        Ok(Some(Payee { id, account, book, network, address, trusted_at, created_at: NOW }))
    });
    tx
}

#[test]
fn a_withdrawal_sets_its_amount_aside_and_tells_of_it() {
    let mut tx = trusted(NOW);
    with_treasury(&mut tx, 3_000);
    tx.expect_find_hold().returning(|_| Ok(None));
    tx.expect_save_hold()
        .withf(|hold| hold.amount == Money::usd(3_000))
        .times(1)
        .returning(|_| Ok(()));
    tx.expect_save_withdrawal().times(1).returning(|_| Ok(()));
    let created = |draft: &crate::EventDraft| draft.kind == EventType::WithdrawalCreated;
    tx.expect_append_event().withf(created).times(1).returning(|_| Ok(()));
    tx.expect_append_audit().times(1).returning(|_| Ok(()));
    let Ok(Ending::Done(done)) = run(&mut tx, &wish()) else { panic!("it is kept") };
    assert_eq!((done.account, done.amount, done.releases_at), (ACCOUNT, Money::usd(3_000), NOW));
}

#[test]
fn terms_that_do_not_hold_are_refused_without_a_look() {
    let fee = Some(Money::usd(1));
    for (wish, code) in [
        (Withdraw { amount: Money::usd(999), ..wish() }, ErrorCode::AmountBelowMinimum),
        (Withdraw { expected_fee: fee, ..wish() }, ErrorCode::FeeChanged),
    ] {
        assert_eq!(refusal(run(&mut MockTx::new(), &wish)), code);
    }
}

#[test]
fn an_address_that_may_not_be_paid_is_not_remembered() {
    let unknown = Err(ScreeningError("the line broke".to_owned()));
    for (wish, code) in [
        (Withdraw { network: Network::Bsc, ..wish() }, ErrorCode::AddressChainMismatch),
        (Withdraw { address: "nobody".to_owned(), ..wish() }, ErrorCode::InvalidAddress),
        (Withdraw { screened: Ok(Verdict::Blocked), ..wish() }, ErrorCode::AddressBlocked),
        (Withdraw { screened: unknown, ..wish() }, ErrorCode::ServiceUnavailable),
    ] {
        assert_eq!(refusal(run(&mut foreign(), &wish)), code);
    }
    let mut own = MockTx::new();
    own.expect_find_topup_by_address().returning(|_| Ok(Some(TopupId::new(1))));
    assert_eq!(refusal(run(&mut own, &wish())), ErrorCode::OwnDepositAddress);
}

#[test]
fn an_address_that_cools_down_holds_no_money() {
    let later = NOW.after(std::time::Duration::from_secs(1));
    let mut tx = trusted(later);
    unlocked(&mut tx);
    let refused = run(&mut tx, &wish());
    assert_eq!(refusal(refused), ErrorCode::AddressCoolingDown);
}

#[test]
fn what_the_treasury_lacks_is_not_held() {
    let mut tx = trusted(NOW);
    with_treasury(&mut tx, 2_999);
    tx.expect_find_hold().returning(|_| Ok(None));
    assert_eq!(refusal(run(&mut tx, &wish())), ErrorCode::InsufficientBalance);
}
