//! Amounts, DE 43, DE 90 and DE 95.

use cardium_iso8583::{
    AMOUNT_MAX, CardAcceptor, ElementError, Mti, OriginalDataElements, ReplacementAmounts,
    format_amount, parse_amount,
};
use proptest::prelude::*;

const ORIGINAL: &str = "010000004201020304050000012345600000000000";

#[test]
fn original_data_elements_are_taken_apart() {
    let original = OriginalDataElements::parse(ORIGINAL).unwrap();
    assert_eq!(original.mti(), Mti::AUTHORIZATION_REQUEST);
    assert_eq!(original.stan(), "000042");
    assert_eq!(original.transmission_datetime(), "0102030405");
    assert_eq!(original.acquirer(), "123456");
    assert_eq!(original.forwarder(), "");
    let built =
        OriginalDataElements::try_new(original.mti(), "000042", "0102030405", "123456", "0");
    assert_eq!(built, Ok(original));
}

#[test]
fn original_data_elements_that_do_not_fit_are_refused() {
    for text in ["", &ORIGINAL[1..], &ORIGINAL.replace('6', "x"), &ORIGINAL.replace("01", "99")] {
        assert_eq!(
            OriginalDataElements::parse(text),
            Err(ElementError::OriginalDataElements),
            "{text}"
        );
    }
    let mti = Mti::AUTHORIZATION_REQUEST;
    for (stan, transmitted, acquirer) in [
        ("00042", "00102030405", "1"),
        ("000042", "0102030405", "123456789012"),
        ("00004x", "0102030405", "1"),
    ] {
        let built = OriginalDataElements::try_new(mti, stan, transmitted, acquirer, "");
        assert_eq!(built, Err(ElementError::OriginalDataElements));
    }
}

#[test]
fn the_replacement_amount_is_the_first_twelve_digits() {
    let text = format!("000000000700{}", " ".repeat(30));
    assert_eq!(ReplacementAmounts::parse(&text).unwrap().transaction(), 700);
    let wrong = Err(ElementError::ReplacementAmounts);
    assert_eq!(ReplacementAmounts::parse("000000000700"), wrong);
    assert_eq!(ReplacementAmounts::parse(&text.replace('7', "x")), wrong);
    assert_eq!(ReplacementAmounts::try_new(AMOUNT_MAX + 1), Err(ElementError::Amount));
}

#[test]
fn the_card_acceptor_is_split_and_padded() {
    let text = "CORNER SHOP              BERLIN       DE";
    let acceptor = CardAcceptor::parse(text).unwrap();
    let parts = (acceptor.name(), acceptor.city(), acceptor.country());
    assert_eq!(parts, ("CORNER SHOP", "BERLIN", "DE"));
    assert_eq!(acceptor.to_text(), text);
    assert_eq!(CardAcceptor::try_new("CORNER SHOP", "BERLIN", "DE"), Ok(acceptor));
}

#[test]
fn a_card_acceptor_that_does_not_fit_is_refused() {
    let long = "x".repeat(26);
    for (name, city, country) in
        [(long.as_str(), "", ""), ("", "fourteen chars", ""), ("", "", "DEU"), ("Café", "", "")]
    {
        assert_eq!(
            CardAcceptor::try_new(name, city, country),
            Err(ElementError::CardAcceptor),
            "{name} {city} {country}"
        );
    }
}

#[test]
fn only_twelve_digits_are_an_amount() {
    for text in ["", "1050", "+00000001050", "0000000010500", "00000000105x", "１２３４"] {
        assert_eq!(parse_amount(text), Err(ElementError::Amount), "{text}");
    }
    assert_eq!(format_amount(AMOUNT_MAX + 1), Err(ElementError::Amount));
}

proptest! {
    #[test]
    fn amounts_come_back(minor_units in 0..=AMOUNT_MAX) {
        prop_assert_eq!(parse_amount(&format_amount(minor_units).unwrap()), Ok(minor_units));
        let replacement = ReplacementAmounts::try_new(minor_units).unwrap();
        prop_assert_eq!(ReplacementAmounts::parse(&replacement.to_text()), Ok(replacement));
    }

    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        let _ = parse_amount(&text);
        let _ = CardAcceptor::parse(&text);
        let _ = OriginalDataElements::parse(&text);
        let _ = ReplacementAmounts::parse(&text);
    }
}
