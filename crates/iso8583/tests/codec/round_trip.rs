//! Whatever can be set comes back from the wire.

use cardium_iso8583::{ECHOED, FieldError, Message, Mti, decode, encode, response_to};
use proptest::prelude::*;

use crate::support::{field_numbers, formats, messages, purchase, put, value_of};

fn single_fields() -> impl Strategy<Value = (u8, Vec<u8>)> {
    prop::sample::select(field_numbers()).prop_flat_map(|de| (Just(de), value_of(de)))
}

proptest! {
    #[test]
    fn every_field_comes_back((de, value) in single_fields(), format in formats()) {
        let mut message = Message::new(Mti::FINANCIAL_REQUEST);
        put(&mut message, de, &value);
        let read = decode(&encode(&message, &format), &format).unwrap();
        let bytes = read.bytes(de).or(read.get(de).map(str::as_bytes));
        prop_assert_eq!(bytes, Some(value.as_slice()));
        prop_assert_eq!(read, message);
    }

    #[test]
    fn every_message_comes_back(message in messages(), format in formats()) {
        prop_assert_eq!(decode(&encode(&message, &format), &format), Ok(message));
    }

    #[test]
    fn an_answer_echoes_and_adds_nothing(message in messages()) {
        let Some(response) = response_to(&message) else {
            prop_assert_eq!(message.mti().response(), None);
            return Ok(());
        };
        prop_assert_eq!(Some(response.mti()), message.mti().response());
        for de in response.fields() {
            prop_assert!(ECHOED.contains(&de));
        }
        for de in ECHOED {
            prop_assert_eq!(response.get(de), message.get(de));
        }
    }
}

#[test]
fn set_refuses_what_the_table_does_not_allow() {
    let mut message = Message::new(Mti::AUTHORIZATION_REQUEST);
    for de in [0, 1, 65, 129] {
        assert_eq!(message.set(de, "1"), Err(FieldError::UnknownField { de }));
        assert_eq!(message.set_bytes(de, b"1"), Err(FieldError::UnknownField { de }));
    }
    assert!(matches!(message.set(4, "1050"), Err(FieldError::WrongLength { de: 4, .. })));
    assert!(matches!(message.set(2, ""), Err(FieldError::WrongLength { de: 2, .. })));
    assert!(matches!(message.set(2, &"4".repeat(20)), Err(FieldError::WrongLength { .. })));
    assert!(matches!(message.set(11, "00004x"), Err(FieldError::WrongContent { de: 11, .. })));
    assert!(matches!(message.set(41, "TERM\n001"), Err(FieldError::WrongContent { .. })));
    assert_eq!(message.set(52, "12345678"), Err(FieldError::NotText { de: 52 }));
    assert_eq!(message.set_bytes(2, b"4571"), Err(FieldError::NotBinary { de: 2 }));
    assert_eq!(message.fields().count(), 0, "a refused value leaves no trace");
}

#[test]
fn amounts_are_numbers() {
    let mut message = purchase();
    assert_eq!(message.amount(4), Some(1050));
    assert_eq!(message.amount(6), None);
    assert_eq!(message.amount(37), None, "twelve digits, but no amount");
    message.set_amount(6, 999_999_999_999).unwrap();
    assert_eq!(message.amount(6), Some(999_999_999_999));
    assert!(matches!(
        message.set_amount(6, 1_000_000_000_000),
        Err(FieldError::WrongLength { de: 6, .. })
    ));
    assert_eq!(message.set_amount(37, 1), Err(FieldError::NotAmount { de: 37 }));
    assert!(message.remove(6));
    assert!(!message.remove(6));
}
