use cardium_app::network::{Authorize, Clear, Reverse};
use cardium_authorizations::{CvvCheck, DeclineReason};
use cardium_iso8583::{Message, Mti};
use cardium_kernel::Money;

use super::support::{PAN, expiry, purchase, request, trace, translated};
use crate::{
    message_key,
    translate::{Command, Kind, Refusal},
};

fn authorize(message: Message) -> Authorize {
    match translated(message) {
        Ok(Command::Authorize(command)) => command,
        _ => panic!("not an authorization"),
    }
}

fn clear(message: Message) -> Clear {
    match translated(message) {
        Ok(Command::Clear(command)) => command,
        _ => panic!("not a clearing"),
    }
}

fn reverse(message: Message) -> Reverse {
    match translated(message) {
        Ok(Command::Reverse(command)) => command,
        _ => panic!("not a reversal"),
    }
}

fn refused(message: Message) -> Option<&'static str> {
    translated(message).err().map(|Refusal(code)| code)
}

fn reversal(remaining: Option<Money>) -> Message {
    let original = Mti::AUTHORIZATION_REQUEST;
    let mti = Mti::REVERSAL_REQUEST;
    let reversal = purchase().reversal(mti, original, &trace("000043"), remaining);
    reversal.unwrap()
}

#[test]
fn message_types_have_their_kind() {
    for (kind, types) in [
        (Kind::Authorization, &["0100", "0101"][..]),
        (Kind::Clearing, &["0220", "0221"]),
        (Kind::Reversal, &["0400", "0401", "0420", "0421"]),
        (Kind::Management, &["0800", "0801"]),
        (Kind::Other, &["0110", "0120", "0200", "0430", "0810", "0820"]),
    ] {
        for mti in types {
            assert_eq!(Kind::of(&Message::new(mti.parse().unwrap())), kind, "{mti}");
        }
    }
}

#[test]
fn an_authorization_takes_over_the_facts() {
    let command = authorize(request());
    assert_eq!(command.amount, Ok(Money::usd(1_250)));
    assert_eq!(command.expiry, Some(expiry()));
    assert_eq!(command.cvv, CvvCheck::Absent);
    let exchange = command.exchange;
    assert_eq!(exchange.key, message_key(&request()));
    assert_eq!(exchange.merchant, purchase().merchant);
    assert_eq!(exchange.retrieval_reference, "613907000001");
    assert_eq!(exchange.mti, "0100");
}

#[test]
fn a_refund_request_is_declined_as_such() {
    let refund = request().with(3, "200000").unwrap();
    let declined = Err(DeclineReason::InvalidTransaction);
    assert_eq!(authorize(refund).amount, declined);
    let refund = purchase().clearing(None).unwrap().with(3, "200000");
    assert_eq!(clear(refund.unwrap()).amount, declined);
}

#[test]
fn track_2_stands_in_for_pan_and_expiry() {
    for separator in ['=', 'D'] {
        let mut message = request();
        message.remove(2);
        message.remove(14);
        let track = format!("{PAN}{separator}2911201000");
        message.set(35, &track).unwrap();
        let command = authorize(message);
        assert_eq!(command.exchange.pan, authorize(request()).exchange.pan);
        assert_eq!(command.expiry, Some(expiry()));
    }
}

#[test]
fn a_missing_or_unreadable_field_is_a_format_error() {
    for de in [2, 3, 4, 7, 11] {
        let mut message = request();
        message.remove(de);
        assert_eq!(refused(message), Some("30"), "DE {de}");
    }
    for (de, text) in [(2, "41111"), (14, "2913")] {
        let message = request().with(de, text).unwrap();
        assert_eq!(refused(message), Some("30"), "DE {de}");
    }
    for de in [2, 7, 11, 90] {
        let mut message = reversal(None);
        message.remove(de);
        assert_eq!(refused(message), Some("30"), "DE {de} of a reversal");
    }
    let vague = reversal(Some(Money::usd(1))).with(49, "978").unwrap();
    assert_eq!(refused(vague), Some("30"));
}

#[test]
fn a_number_with_a_wrong_check_digit_is_no_card() {
    let wrong = "4111111111111112";
    let mistyped = |message: Message| refused(message.with(2, wrong).unwrap());
    assert_eq!(mistyped(request()), Some("14"));
    assert_eq!(mistyped(purchase().clearing(None).unwrap()), Some("14"));
    assert_eq!(mistyped(reversal(None)), Some("00"));
}

#[test]
fn a_clearing_quotes_its_approval() {
    for (quoted, expected) in
        [(Some("012345"), Some("012345")), (Some("      "), None), (None, None)]
    {
        let command = clear(purchase().clearing(quoted).unwrap());
        assert_eq!(command.approval_code.as_deref(), expected);
        assert_eq!(command.amount, Ok(Money::usd(1_250)));
    }
}

#[test]
fn a_reversal_names_its_original_and_what_remains() {
    let full = reverse(reversal(None));
    assert_eq!(full.original, message_key(&request()).id());
    assert_eq!(full.remaining, Money::usd(0));
    let partial = reverse(reversal(Some(Money::usd(400))));
    assert_eq!(partial.remaining, Money::usd(400));
    assert_ne!(full.exchange.key.id(), full.original);
}

#[test]
fn a_repeat_must_agree_on_card_and_amount() {
    let first = authorize(request()).exchange.fingerprint;
    let cleared = clear(purchase().clearing(Some("012345")).unwrap());
    assert_eq!(first, cleared.exchange.fingerprint, "nothing else enters");
    let dearer = request().with(4, "000000001251").unwrap();
    assert_ne!(first, authorize(dearer).exchange.fingerprint);
    let other = request().with(2, "5555555555554444").unwrap();
    assert_ne!(first, authorize(other).exchange.fingerprint);
}
