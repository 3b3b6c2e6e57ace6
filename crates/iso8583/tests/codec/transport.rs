//! TPDUs: told apart from the message, swapped on the answer.

use cardium_iso8583::frame::{FrameError, FrameReader, MAX_FRAME, frame, frame_to};
use cardium_iso8583::{FrameHeader, InvalidTpdu, Tpdu, TransportHeader, WireFormat, encode};

use crate::support::purchase;

const WITH_TPDU: WireFormat = WireFormat {
    transport: TransportHeader::Tpdu,
    header: FrameHeader::TwoByte,
    bitmap: cardium_iso8583::BitmapEncoding::Binary,
    numerics: cardium_iso8583::NumericEncoding::Ascii,
};
const BARE: WireFormat = WireFormat { header: FrameHeader::None, ..WITH_TPDU };
const ROUTE: Tpdu = Tpdu::new([0x00, 0x03], [0x12, 0x34]);

#[test]
fn the_length_counts_the_tpdu() {
    let framed = frame_to(b"abc", Some(ROUTE), &WITH_TPDU).unwrap();
    assert_eq!(framed.as_slice(), b"\x00\x08\x60\x00\x03\x12\x34abc");
    let unrouted = frame(b"abc", &WITH_TPDU).unwrap();
    assert_eq!(unrouted.as_slice(), b"\x00\x08\x60\0\0\0\0abc");
    let plain = frame_to(b"abc", Some(ROUTE), &WireFormat::default()).unwrap();
    assert_eq!(plain.as_slice(), b"\x00\x03abc", "a connection without TPDUs gets none");
}

#[test]
fn an_answer_goes_back_where_the_request_came_from() {
    let payload = encode(&purchase(), &WITH_TPDU);
    for format in [WITH_TPDU, BARE] {
        let mut reader = FrameReader::new(format);
        reader.push(&frame_to(&payload, Some(ROUTE), &format).unwrap());
        let read = reader.next_frame().unwrap().unwrap();
        assert_eq!((read.tpdu, &read.payload), (Some(ROUTE), &payload));
        let back = read.answer_tpdu().unwrap();
        assert_eq!(back.to_bytes(), [0x60, 0x12, 0x34, 0x00, 0x03]);
        assert_eq!(reader.pending(), 0);
    }
}

#[test]
fn what_is_no_tpdu_is_refused() {
    let payload = encode(&purchase(), &WITH_TPDU);
    for format in [WITH_TPDU, BARE] {
        let without = WireFormat { transport: TransportHeader::None, ..format };
        let mut reader = FrameReader::new(format);
        reader.push(&frame(&payload, &without).unwrap());
        assert_eq!(reader.next_frame(), Err(FrameError::InvalidTpdu(InvalidTpdu)));
    }
    assert_eq!(Tpdu::from_bytes([0x61, 0, 0, 0, 0]), Err(InvalidTpdu));
}

#[test]
fn a_tpdu_alone_is_no_message() {
    for length in 0..=5_u8 {
        let mut reader = FrameReader::new(WITH_TPDU);
        reader.push(&[0, length, 0x60, 0, 0, 0, 0]);
        assert_eq!(reader.next_frame(), Err(FrameError::Empty), "length {length}");
    }
}

#[test]
fn the_limit_holds_with_the_tpdu() {
    let longest = vec![7; MAX_FRAME - Tpdu::SIZE];
    let framed = frame(&longest, &WITH_TPDU).unwrap();
    let mut reader = FrameReader::new(WITH_TPDU);
    reader.push(&framed);
    assert_eq!(reader.next_frame().unwrap().unwrap().payload.as_slice(), longest);
    let longer = frame(&[longest, vec![7]].concat(), &WITH_TPDU);
    assert_eq!(longer, Err(FrameError::Oversized { length: MAX_FRAME + 1 }));
}
