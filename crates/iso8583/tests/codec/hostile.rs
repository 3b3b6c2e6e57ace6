//! Bytes that are not a message: never a panic, always a reason, and what could be read.

use cardium_iso8583::{DecodeReason, Mti, WireFormat, decode, encode, response_to};
use proptest::prelude::*;

use crate::support::{formats, messages, purchase};

/// DE 2 (18 bytes) starts after the message type and the bitmap.
const FIELDS_AT: usize = 12;
/// DE 4 follows DE 2 and DE 3.
const AMOUNT_AT: usize = FIELDS_AT + 18 + 6;

fn purchase_bytes() -> Vec<u8> {
    encode(&purchase(), &WireFormat::default()).to_vec()
}

fn reason(bytes: &[u8]) -> DecodeReason {
    decode(bytes, &WireFormat::default()).unwrap_err().reason
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        format in formats(),
    ) {
        if let Ok(message) = decode(&bytes, &format) {
            prop_assert_eq!(decode(&encode(&message, &format), &format), Ok(message));
        }
    }

    #[test]
    fn mutated_messages_never_panic(
        message in messages(),
        format in formats(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = encode(&message, &format);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(message) = decode(&bytes, &format) {
            prop_assert_eq!(decode(&encode(&message, &format), &format), Ok(message));
        }
    }

    #[test]
    fn a_truncated_message_is_refused(
        message in messages(),
        format in formats(),
        at in any::<prop::sample::Index>(),
    ) {
        let bytes = encode(&message, &format);
        let error = decode(&bytes[..at.index(bytes.len())], &format).unwrap_err();
        if let Some(partial) = error.partial {
            prop_assert_eq!(partial.mti(), message.mti());
            for de in partial.fields() {
                prop_assert_eq!(partial.get(de), message.get(de));
                prop_assert_eq!(partial.bytes(de), message.bytes(de));
            }
        }
    }
}

#[test]
fn a_wrong_character_leaves_the_later_fields_readable() {
    let mut bytes = purchase_bytes();
    bytes[AMOUNT_AT] = b'x';
    let error = decode(&bytes, &WireFormat::default()).unwrap_err();
    assert_eq!(error.reason, DecodeReason::InvalidContent { de: 4 });
    let answerable = error.answerable().unwrap();
    assert_eq!(answerable.get(11), Some("000042"));
    assert_eq!(answerable.get(4), None);
    let response = response_to(answerable).unwrap();
    assert_eq!(response.mti(), Mti::try_new("0110").unwrap());
    assert_eq!(response.get(41), Some("TERM0001"));
}

#[test]
fn the_first_fault_is_named() {
    let mut bytes = purchase_bytes();
    bytes[AMOUNT_AT] = b'x';
    bytes.truncate(100);
    assert_eq!(reason(&bytes), DecodeReason::InvalidContent { de: 4 });
}

#[test]
fn a_wrong_length_ends_the_reading() {
    for (prefix, expected) in [
        (b"20", DecodeReason::InvalidLength { de: 2 }),
        (b"00", DecodeReason::InvalidLength { de: 2 }),
        (b"1x", DecodeReason::InvalidLength { de: 2 }),
    ] {
        let mut bytes = purchase_bytes();
        bytes[FIELDS_AT..FIELDS_AT + 2].copy_from_slice(prefix);
        let error = decode(&bytes, &WireFormat::default()).unwrap_err();
        assert_eq!(error.reason, expected);
        assert_eq!(error.reason.de(), Some(2));
        assert_eq!(error.partial.as_ref().unwrap().mti(), Mti::AUTHORIZATION_REQUEST);
        assert_eq!(error.answerable(), None, "no STAN was read");
    }
}

#[test]
fn truncation_trailing_bytes_and_types_are_told_apart() {
    let bytes = purchase_bytes();
    assert_eq!(reason(b""), DecodeReason::TruncatedMti);
    assert_eq!(reason(&bytes[..3]), DecodeReason::TruncatedMti);
    assert_eq!(reason(&bytes[..8]), DecodeReason::TruncatedBitmap);
    assert_eq!(reason(&bytes[..20]), DecodeReason::Truncated { de: 2 });
    assert_eq!(reason(b"1100\0\0\0\0\0\0\0\0"), DecodeReason::InvalidMti);
    let longer = [bytes.as_slice(), b"!!"].concat();
    let error = decode(&longer, &WireFormat::default()).unwrap_err();
    assert_eq!(error.reason, DecodeReason::TrailingBytes { count: 2 });
    assert_eq!(error.partial, Some(purchase()));
}

#[test]
fn bit_1_announces_a_secondary_bitmap() {
    let mut announced = b"0800\x80\0\0\0\0\0\0\0".to_vec();
    assert_eq!(reason(&announced), DecodeReason::TruncatedBitmap);
    announced.extend([0; 8]);
    let message = decode(&announced, &WireFormat::default()).unwrap();
    assert_eq!(message.fields().count(), 0, "an empty secondary bitmap is legal");
}

#[test]
fn the_tertiary_bitmap_is_refused() {
    let mut bytes = b"0800\x80\0\0\0\0\0\0\0".to_vec();
    bytes.extend([0x80, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([0; 8]);
    assert_eq!(reason(&bytes), DecodeReason::UnsupportedField { de: 65 });
}
