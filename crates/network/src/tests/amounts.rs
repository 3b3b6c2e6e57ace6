use cardium_authorizations::DeclineReason;
use cardium_iso8583::{Message, ReplacementAmounts};
use cardium_kernel::Money;

use super::support::request;
use crate::amount::{remaining, spent};

fn with(fields: &[(u8, &str)]) -> Message {
    let mut message = request();
    for (de, text) in fields {
        message.set(*de, text).unwrap();
    }
    message
}

fn without(de: u8) -> Message {
    let mut message = request();
    assert!(message.remove(de));
    message
}

#[test]
fn the_billing_amount_wins_over_the_merchants() {
    let foreign = [(4, "000000001100"), (49, "978"), (6, "000000001199")];
    let billed = with(&[foreign.as_slice(), &[(51, "840")]].concat());
    assert_eq!(spent(&billed), Ok(Money::usd(1_199)));
    assert_eq!(spent(&with(&foreign)), Err(DeclineReason::InvalidAmount));
    assert_eq!(spent(&request()), Ok(Money::usd(1_250)));
    assert_eq!(spent(&with(&[(49, "USD")])), Ok(Money::usd(1_250)));
}

#[test]
fn an_amount_needs_a_currency_that_cards_are_billed_in() {
    for code in ["978", "392", "XXX", "   "] {
        let foreign = with(&[(49, code)]);
        assert_eq!(spent(&foreign), Err(DeclineReason::UnsupportedCurrency));
    }
    assert_eq!(spent(&without(49)), Err(DeclineReason::InvalidAmount));
    assert_eq!(spent(&without(4)), Err(DeclineReason::InvalidAmount));
}

#[test]
fn only_kinds_that_spend_are_known() {
    for code in ["000000", "010000", "092030"] {
        assert_eq!(spent(&with(&[(3, code)])), Ok(Money::usd(1_250)), "{code}");
    }
    for code in ["200000", "310000", "990000"] {
        let reason = spent(&with(&[(3, code)]));
        assert_eq!(reason, Err(DeclineReason::InvalidTransaction), "{code}");
    }
}

#[test]
fn a_reversal_leaves_nothing_or_the_replacement_amount() {
    let total = |cents| ReplacementAmounts::try_new(cents).unwrap().to_text();
    assert_eq!(remaining(&request()), Some(Money::usd(0)));
    let partial = with(&[(95, &total(400))]);
    assert_eq!(remaining(&partial), Some(Money::usd(400)));
}

#[test]
fn a_foreign_replacement_amount_is_converted_at_the_messages_own_rate() {
    let total = |cents| ReplacementAmounts::try_new(cents).unwrap().to_text();
    let fields = [(4, "000000001000"), (49, "978"), (6, "000000001155"), (51, "840")];
    for (left, billed) in [(0, 0), (1_000, 1_155), (500, 578), (1, 1)] {
        let message = with(&[fields.as_slice(), &[(95, &total(left))]].concat());
        assert_eq!(remaining(&message), Some(Money::usd(billed)), "{left}");
    }
    let unbilled = with(&[(49, "978"), (95, &total(500))]);
    assert_eq!(remaining(&unbilled), None);
    let by_zero = [(4, "000000000000"), (6, "000000000001"), (51, "840")];
    let by_zero = with(&[by_zero.as_slice(), &[(95, &total(1))]].concat());
    assert_eq!(remaining(&by_zero), None);
}
