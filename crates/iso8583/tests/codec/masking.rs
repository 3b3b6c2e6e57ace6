//! Card data stays out of logs.

use cardium_iso8583::frame::{FrameReader, frame};
use cardium_iso8583::{
    CardAcceptor, Message, Mti, OriginalDataElements, WireFormat, decode, encode,
};
use proptest::prelude::*;

use crate::support::{PAN, purchase, unhex};

#[test]
fn debug_shows_the_pan_as_first_six_and_last_four() {
    let shown = format!("{:?}", purchase());
    assert!(shown.starts_with("Message 0100 {2: \"457123******5678\", 3: \"000000\""), "{shown}");
    assert!(shown.contains("41: \"TERM0001\""), "{shown}");
    for de in [14, 35, 52, 55] {
        assert!(shown.contains(&format!("{de}: \"***\"")), "{shown}");
    }
}

#[test]
fn no_field_for_card_data_or_free_text_is_shown() {
    let mut message = Message::new(Mti::AUTHORIZATION_REQUEST)
        .with(53, "9999888877776666")
        .and_then(|m| m.with(36, PAN))
        .and_then(|m| m.with_bytes(55, PAN.as_bytes()))
        .and_then(|m| m.with_bytes(64, &unhex("3435373132333030")))
        .unwrap();
    for de in [34, 44, 45, 46, 47, 48, 54, 56, 57, 60, 61, 62, 63, 102, 103, 104, 120, 127] {
        message.set(de, PAN).unwrap();
    }
    let shown = format!("{message:?} {message:#?}");
    assert!(!shown.contains("4571"), "{shown}");
    assert!(!shown.contains("9999"), "{shown}");
}

#[test]
fn a_pan_in_a_harmless_field_is_masked() {
    let place = format!("SHOP {PAN} 12            DE5");
    let message = Message::new(Mti::AUTHORIZATION_REQUEST)
        .with(43, &format!("{place:<40}"))
        .and_then(|m| m.with(42, "457123001234567"))
        .unwrap();
    let shown = format!("{message:?}");
    assert!(shown.contains("\"457123******4567\""), "{shown}");
    assert!(shown.contains("SHOP 457123******5678 12            DE5"), "{shown}");
}

#[test]
fn a_pan_within_a_structured_element_is_masked() {
    let place = CardAcceptor::try_new(PAN, "BERLIN", "DE").unwrap();
    assert_eq!(place.name(), PAN);
    assert!(!format!("{place:?}").contains(PAN));
    let original = OriginalDataElements::parse(&format!("0100000042{PAN}{:016}", 0)).unwrap();
    assert_eq!(format!("{original:?}"), "OriginalDataElements 0100 000042");
}

#[test]
fn a_short_pan_is_not_shown_at_all() {
    let message = Message::new(Mti::AUTHORIZATION_REQUEST).with(2, "457123001234").unwrap();
    assert_eq!(format!("{message:?}"), "Message 0100 {2: \"***\"}");
}

proptest! {
    #[test]
    fn errors_never_show_the_pan(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(&purchase(), &WireFormat::default());
        // Within the message type and the bitmap: the fields are read as other ones.
        let at = at.index(12);
        bytes[at] = byte;
        bytes.push(0);
        let error = decode(&bytes, &WireFormat::default()).unwrap_err();
        let shown = format!("{error} {error:?}");
        prop_assert!(!shown.contains(PAN));
    }

    #[test]
    fn no_pan_is_shown(pan in prop::collection::vec(b'1'..=b'9', 13..=19)) {
        let pan = String::from_utf8(pan).unwrap();
        let mut message = purchase();
        message.set(2, &pan).unwrap();
        message.set(35, &format!("{pan}=2912")).unwrap();
        let shown = format!("{message:?}");
        prop_assert!(!shown.contains(&pan));
        let masked = format!("{}******{}", &pan[..6], &pan[pan.len() - 4..]);
        prop_assert!(shown.contains(&masked));
    }
}

/// Wherever bytes of a message lie, `Debug` shows no more than how many there are.
#[test]
fn nothing_that_holds_a_message_shows_it() {
    let format = WireFormat::default();
    let bytes = encode(&purchase(), &format);
    let framed = frame(&bytes, &format).unwrap();
    let mut reader = FrameReader::new(format);
    reader.push(&framed);
    let waiting = format!("{reader:?} {reader:#?}");
    let read = reader.next_frame().unwrap().unwrap();
    let error = decode(&bytes[..bytes.len() - 1], &format).unwrap_err();
    let shown = format!(
        "{waiting} {reader:?} {bytes:?} {bytes:#?} {framed:?} {read:?} {read:#?} {error:?} {:?}",
        error.answerable(),
    );
    let shown: String = shown.split_whitespace().collect();
    // In clear, as a list of bytes, and in hexadecimal.
    let hidden = &PAN.as_bytes()[6..12];
    let list: Vec<_> = hidden.iter().map(u8::to_string).collect();
    let hex: String = hidden.iter().map(|byte| format!("{byte:02x}")).collect();
    for leaked in [&PAN[6..12], &list.join(","), &hex] {
        assert!(!shown.contains(leaked), "{leaked} in {shown}");
    }
    assert!(shown.contains(&format!("{}bytes", bytes.len())));
}
