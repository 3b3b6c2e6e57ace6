use cardium_app::network::Asked;
use cardium_authorizations::{DeclineReason, ForeignAmount};
use cardium_iso8583::{Message, ReplacementAmounts};
use cardium_kernel::Money;
use proptest::prelude::*;

use super::support::{changed, request};
use crate::{
    MerchantCurrency,
    amount::{Rounding, Unconvertible, asked, is_nothing, remaining, scaled},
};

/// Converted by the network: 10.00 EUR are 11.55 USD.
const CONVERTED: [(u8, &str); 4] =
    [(4, "000000001000"), (49, "978"), (6, "000000001155"), (51, "840")];

fn with(fields: &[(u8, &str)]) -> Message {
    changed(&request(), fields)
}

fn converted(more: &[(u8, &str)]) -> Message {
    with(&[&CONVERTED, more].concat())
}

fn without(message: &Message, de: u8) -> Message {
    let mut message = message.clone();
    assert!(message.remove(de));
    message
}

fn total(cents: u64) -> String {
    ReplacementAmounts::try_new(cents).unwrap().to_text()
}

#[test]
fn a_domestic_amount_is_billed_as_it_is() {
    let domestic = Ok(Asked::domestic(Money::usd(1_250)));
    assert_eq!(asked(&request()), domestic);
    assert_eq!(asked(&with(&[(49, "USD")])), domestic);
    // Some networks send the billing amount though it is the same.
    assert_eq!(asked(&with(&[(6, "000000001250"), (51, "840")])), domestic);
}

#[test]
fn the_billing_amount_wins_over_the_merchants() {
    for (code, exponent) in [("978", 2), ("EUR", 2), ("392", 0), ("414", 3), ("008", 2)] {
        let found = asked(&converted(&[(49, code)])).unwrap();
        let letters = MerchantCurrency::find(code).unwrap().code();
        let merchant = ForeignAmount::try_new(1_000, letters, exponent);
        assert_eq!((found.billing, found.merchant_amount), (Money::usd(1_155), merchant), "{code}");
    }
}

#[test]
fn an_amount_needs_a_currency_that_cards_are_billed_in() {
    let unsupported = Err(DeclineReason::UnsupportedCurrency);
    for code in ["978", "392", "XXX", "XAU", "999", "000", "   ", "eur"] {
        assert_eq!(asked(&with(&[(49, code)])), unsupported, "{code}");
    }
    assert_eq!(asked(&converted(&[(51, "978")])), unsupported);
    assert_eq!(asked(&converted(&[(49, "XXX")])), unsupported);
    let unreadable = Err(DeclineReason::InvalidAmount);
    assert_eq!(asked(&without(&request(), 49)), unreadable);
    assert_eq!(asked(&without(&request(), 4)), unreadable);
    assert_eq!(asked(&without(&converted(&[]), 49)), unreadable);
    assert_eq!(asked(&without(&converted(&[]), 51)), unreadable);
}

#[test]
fn nothing_is_nothing_in_every_known_currency() {
    let zero = (4, "000000000000");
    assert!(is_nothing(&with(&[zero])));
    assert!(is_nothing(&with(&[zero, (49, "978")])));
    assert!(is_nothing(&converted(&[zero, (6, "000000000000")])));
    assert!(!is_nothing(&converted(&[zero])), "something is billed");
    assert!(!is_nothing(&with(&[zero, (49, "XXX")])));
    assert!(!is_nothing(&without(&with(&[zero]), 49)));
    assert!(!is_nothing(&request()));
}

#[test]
fn a_reversal_leaves_nothing_or_the_replacement_amount() {
    assert_eq!(remaining(&request()), Ok(None));
    let left = |message: &Message| remaining(message);
    assert_eq!(left(&with(&[(95, &total(400))])), Ok(Some(Money::usd(400))));
    // Zeros are a full reversal, whatever else the message says.
    let zeros = with(&[(95, &total(0))]);
    for message in [without(&zeros, 49), with(&[(49, "978"), (95, &total(0))]), zeros] {
        assert_eq!(left(&message), Ok(None));
    }
    let settled = format!("{:012}{:012}{:018}", 0, 17, 0);
    assert_eq!(left(&with(&[(95, &settled)])), Ok(None));
}

#[test]
fn a_foreign_replacement_amount_is_converted_at_the_messages_own_rate() {
    for (left, billed) in [(1_000, 1_155), (500, 578), (1, 1)] {
        let message = converted(&[(95, &total(left))]);
        assert_eq!(remaining(&message), Ok(Some(Money::usd(billed))), "{left}");
    }
    let one = total(1);
    for vague in [
        with(&[(49, "978"), (95, &one)]),
        with(&[(49, "XXX"), (95, &one)]),
        converted(&[(4, "000000000000"), (95, &one)]),
        without(&converted(&[(95, &one)]), 51),
        without(&converted(&[(95, &one)]), 49),
        without(&with(&[(95, &one)]), 49),
        with(&[(95, "letters instead of any amount in the field")]),
    ] {
        assert_eq!(remaining(&vague), Err(Unconvertible), "{vague:?}");
    }
}

#[test]
fn currencies_have_their_codes_and_decimals() {
    for (text, code, numeric, exponent) in [
        ("840", "USD", "840", 2),
        ("JPY", "JPY", "392", 0),
        ("048", "BHD", "048", 3),
        ("990", "CLF", "990", 4),
    ] {
        let found = MerchantCurrency::find(text).unwrap();
        assert_eq!(
            (found.code(), found.numeric().as_str(), found.exponent()),
            (code, numeric, exponent)
        );
    }
    for unknown in ["", "8", "84", "0840", "ZZZ", "001"] {
        assert_eq!(MerchantCurrency::find(unknown), None, "{unknown}");
    }
}

proptest! {
    #[test]
    fn rounding_down_never_gives_more_than_half_up(
        amount in 0_u64..1_000_000_000_000,
        part in 0_u64..1_000_000_000_000,
        whole in 1_u64..1_000_000_000_000,
    ) {
        let down = scaled(amount, (part, whole), Rounding::Down);
        let near = scaled(amount, (part, whole), Rounding::HalfUp);
        match (down, near) {
            (Some(down), Some(near)) => prop_assert!(down <= near && near <= down + 1),
            (down, near) => prop_assert!(near.is_none(), "{down:?} {near:?}"),
        }
        prop_assert_eq!(scaled(amount, (whole, whole), Rounding::Down), Some(amount));
        prop_assert_eq!(scaled(amount, (part, 0), Rounding::Down), None);
    }
}
