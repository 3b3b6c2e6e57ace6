use cardium_kernel::{AccountId, AuthorizationId, Book, CardId, Currency};
use proptest::{prelude::Strategy, prop_assert, prop_assert_eq};

use super::*;
use crate::{Finality, Merchant};

const NOW: Timestamp = Timestamp::from_unix_seconds(1);

fn new(cents: i64) -> NewAuthorization {
    NewAuthorization {
        id: AuthorizationId::new(0x1234_5600),
        account: AccountId::new(0x100),
        card: CardId::new(0x200),
        book: Book::Live,
        approval_code: None,
        retrieval_reference: "000000000001".into(),
        stan: "000001".into(),
        network_trace: String::new(),
        amount: Money::usd(cents),
        merchant: Merchant::default(),
    }
}

fn authorization(cents: i64) -> Authorization {
    Authorization::approve(new(cents), NOW)
}

/// Authorized, held, advanced, cleared, refunded.
fn projection(auth: &Authorization) -> [i64; 5] {
    [auth.authorized, auth.held, auth.advanced, auth.cleared, auth.refunded].map(Money::minor)
}

#[test]
fn a_partial_reversal_leaves_the_new_total_held() {
    let mut auth = authorization(1_000);
    let release = auth.reverse_to(Money::usd(400), NOW).unwrap();
    assert_eq!(release.held, Money::usd(600));
    assert_eq!(projection(&auth), [400, 400, 0, 0, 0]);
    assert_eq!(auth.status, AuthorizationStatus::Open);
    auth.reverse_to(Money::usd(0), NOW).unwrap();
    assert_eq!(auth.status, AuthorizationStatus::Reversed);
}

#[test]
fn a_reversal_and_a_clearing_commute() {
    for keep in [0, 40, 100] {
        for finality in [Finality::Last, Finality::MoreToCome] {
            let (mut first, mut second) = (authorization(100), authorization(100));
            first.reverse_to(Money::usd(keep), NOW).unwrap();
            first.clear(Money::usd(40), finality, NOW).unwrap();
            second.clear(Money::usd(40), finality, NOW).unwrap();
            second.reverse_to(Money::usd(keep), NOW).unwrap();
            assert_eq!(projection(&first), projection(&second), "{keep} {finality:?}");
            assert_eq!(first.status, second.status, "{keep} {finality:?}");
        }
    }
}

#[test]
fn clearings_take_the_hold_part_by_part() {
    let mut auth = authorization(100);
    auth.clear(Money::usd(30), Finality::MoreToCome, NOW).unwrap();
    assert_eq!(projection(&auth), [100, 70, 0, 30, 0]);
    let last = auth.clear(Money::usd(50), Finality::Last, NOW).unwrap();
    assert_eq!(last.release.held, Money::usd(20));
    assert_eq!(projection(&auth), [100, 0, 0, 80, 0]);
    assert_eq!(auth.status, AuthorizationStatus::Cleared);
    assert!(!auth.late_presentment);
}

#[test]
fn what_was_advanced_is_cleared_after_what_is_held() {
    let mut auth = Authorization::advise(new(100), Money::usd(60), NOW).unwrap();
    let clearing = auth.clear(Money::usd(70), Finality::Last, NOW).unwrap();
    assert_eq!(clearing.advanced, Money::usd(10));
    assert_eq!(clearing.release, Release { held: Money::usd(0), advanced: Money::usd(30) });
    let mut auth = Authorization::advise(new(100), Money::usd(60), NOW).unwrap();
    let release = auth.reverse_to(Money::usd(50), NOW).unwrap();
    assert_eq!(release, Release { held: Money::usd(10), advanced: Money::usd(40) });
}

#[test]
fn a_lapsed_hold_is_cleared_late() {
    let mut auth = authorization(100);
    assert_eq!(auth.expire(NOW).unwrap().held, Money::usd(100));
    assert_eq!(auth.status, AuthorizationStatus::Expired);
    auth.clear(Money::usd(100), Finality::Last, NOW).unwrap();
    assert!(auth.late_presentment);
    assert_eq!(auth.status, AuthorizationStatus::Cleared);
}

#[test]
fn a_clearing_that_is_taken_back_leaves_the_rest_expected() {
    let mut auth = authorization(100);
    auth.clear(Money::usd(60), Finality::MoreToCome, NOW).unwrap();
    assert_eq!(auth.unclear(Money::usd(60), NOW), Ok(Money::usd(60)));
    assert_eq!(projection(&auth), [40, 40, 0, 0, 0]);
    let mut single = Authorization::single_message(new(100), NOW);
    single.clear(Money::usd(100), Finality::Last, NOW).unwrap();
    single.unclear(Money::usd(100), NOW).unwrap();
    assert_eq!(single.status, AuthorizationStatus::Reversed);
}

#[test]
fn giving_back_is_bounded_by_what_was_cleared() {
    let mut auth = authorization(100);
    auth.clear(Money::usd(100), Finality::Last, NOW).unwrap();
    auth.refund(Money::usd(30), NOW).unwrap();
    assert_eq!(auth.credit(Money::usd(90), NOW), Ok(Money::usd(70)));
    assert_eq!(auth.refundable(), Ok(Money::usd(0)));
    assert_eq!(auth.uncredit(Money::usd(70), NOW), Ok(Money::usd(70)));
    assert_eq!(auth.unrefund(Money::usd(90), NOW), Ok(Money::usd(30)));
    assert_eq!(auth.unclear(Money::usd(100), NOW), Ok(Money::usd(100)));
}

#[test]
fn a_reversed_refund_and_a_reversed_clearing_commute() {
    let refunded = || {
        let mut auth = authorization(100);
        auth.clear(Money::usd(100), Finality::Last, NOW).unwrap();
        auth.refund(Money::usd(100), NOW).unwrap();
        auth
    };
    let (mut first, mut second) = (refunded(), refunded());
    assert_eq!(first.unclear(Money::usd(100), NOW), Ok(Money::usd(0)));
    assert_eq!(first.unrefund(Money::usd(100), NOW), Ok(Money::usd(0)));
    assert_eq!(second.unrefund(Money::usd(100), NOW), Ok(Money::usd(100)));
    assert_eq!(second.unclear(Money::usd(100), NOW), Ok(Money::usd(100)));
    assert_eq!(projection(&first), projection(&second));
    assert_eq!(first.withheld, second.withheld);
}

#[test]
fn a_refund_beyond_the_purchase_leaves_nothing_to_dispute() {
    let mut auth = authorization(100);
    auth.clear(Money::usd(100), Finality::Last, NOW).unwrap();
    auth.refund(Money::usd(101), NOW).unwrap();
    assert_eq!((auth.refunded, auth.excess), (Money::usd(100), Money::usd(1)));
    assert_eq!(auth.refundable(), Ok(Money::usd(0)));
    assert_eq!(auth.unrefund(Money::usd(50), NOW), Ok(Money::usd(50)));
    assert_eq!((auth.refunded, auth.excess), (Money::usd(51), Money::usd(0)));
}

#[test]
fn tallies_come_off_the_newest_first_and_read_back() {
    let later = NOW.after(std::time::Duration::from_secs(86_400));
    let mut auth = authorization(100);
    let first = auth.recount(NOW).unwrap();
    assert_eq!((first.gained.unwrap().amount, first.transactions), (Money::usd(100), 1));
    auth.increment(Money::usd(50), Money::usd(50), later).unwrap();
    assert_eq!(auth.recount(later).unwrap().transactions, 0);
    auth.reverse_to(Money::usd(80), later).unwrap();
    let lost = auth.recount(later).unwrap().lost;
    let expected =
        [Tally { at: later, amount: Money::usd(50) }, Tally { at: NOW, amount: Money::usd(20) }];
    assert_eq!(lost, expected);
    let text = Tally::to_text(&auth.tallies);
    assert_eq!(Tally::from_text(&text, Currency::Usd), Some(auth.tallies.clone()));
    assert_eq!(Tally::from_text("1;2", Currency::Usd), None);
    auth.reverse_to(Money::usd(0), later).unwrap();
    assert_eq!(auth.recount(later).unwrap().transactions, -1);
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Increment(i64),
    Reverse(i64),
    Clear(i64, Finality),
    Unclear(i64),
    Refund(i64),
    Unrefund(i64),
    Credit(i64),
    Expire,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let cents = || 0_i64..1_500;
    let one = proptest::prop_oneof![
        cents().prop_map(Move::Increment),
        cents().prop_map(Move::Reverse),
        cents().prop_map(|cents| Move::Clear(cents, Finality::Last)),
        cents().prop_map(|cents| Move::Clear(cents, Finality::MoreToCome)),
        cents().prop_map(Move::Unclear),
        cents().prop_map(Move::Refund),
        cents().prop_map(Move::Unrefund),
        cents().prop_map(Move::Credit),
        proptest::strategy::Just(Move::Expire),
    ];
    proptest::collection::vec(one, 0..12)
}

fn apply(auth: &mut Authorization, step: Move) -> Result<(), MoneyError> {
    match step {
        Move::Increment(cents) if auth.takes_increment() => {
            auth.increment(Money::usd(cents), Money::usd(cents / 2), NOW)?;
        }
        Move::Increment(_) => {}
        Move::Reverse(cents) => {
            auth.reverse_to(Money::usd(cents), NOW)?;
        }
        Move::Clear(cents, finality) => {
            auth.clear(Money::usd(cents), finality, NOW)?;
        }
        Move::Unclear(cents) => {
            auth.unclear(Money::usd(cents), NOW)?;
        }
        Move::Refund(cents) => {
            auth.refund(Money::usd(cents), NOW)?;
        }
        Move::Unrefund(cents) => {
            auth.unrefund(Money::usd(cents), NOW)?;
        }
        Move::Credit(cents) => {
            auth.credit(Money::usd(cents), NOW)?;
        }
        Move::Expire => {
            auth.expire(NOW)?;
        }
    }
    Ok(())
}

proptest::proptest! {
    #[test]
    fn any_order_keeps_the_invariants(
        amount in 1_i64..1_000,
        moves in moves(),
        held in 0_i64..1_000,
    ) {
        let held = Money::usd(held.min(amount));
        let mut auth = Authorization::advise(new(amount), held, NOW).unwrap();
        auth.recount(NOW).unwrap();
        for step in moves {
            apply(&mut auth, step).unwrap();
            auth.recount(NOW).unwrap();
            let [authorized, held, advanced, cleared, refunded] = projection(&auth);
            prop_assert!(held >= 0 && advanced >= 0 && cleared >= 0 && authorized >= 0);
            prop_assert!(refunded + auth.credited.minor() <= cleared);
            prop_assert!((0..=refunded + auth.credited.minor()).contains(&auth.withheld.minor()));
            let open = if auth.status == AuthorizationStatus::Open {
                (authorized - cleared).max(0)
            } else {
                0
            };
            prop_assert_eq!(held + advanced, open, "{:?} after {:?}", auth, step);
            let counted: i64 = auth.tallies.iter().map(|tally| tally.amount.minor()).sum();
            prop_assert_eq!(counted, held + advanced + cleared);
        }
    }
}
