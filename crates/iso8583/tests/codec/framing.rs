//! Streams cut anywhere give the same frames.

use cardium_iso8583::frame::{FrameError, FrameReader, MAX_FRAME, frame};
use cardium_iso8583::{
    BitmapEncoding, FrameHeader, NumericEncoding, TransportHeader, WireFormat, encode,
};
use proptest::prelude::*;

use crate::support::{formats, messages, purchase};

const FOUR_ASCII: WireFormat = WireFormat {
    bitmap: BitmapEncoding::Binary,
    numerics: NumericEncoding::Ascii,
    header: FrameHeader::FourAscii,
    transport: TransportHeader::None,
};
const BARE: WireFormat = WireFormat { header: FrameHeader::None, ..FOUR_ASCII };

fn read_all(reader: &mut FrameReader) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| reader.next_frame().unwrap())
        .map(|frame| frame.payload.to_vec())
        .collect()
}

proptest! {
    #[test]
    fn chunking_does_not_matter(
        messages in prop::collection::vec(messages(), 1..5),
        format in formats(),
        sizes in prop::collection::vec(1..700_usize, 1..20),
    ) {
        let payloads: Vec<Vec<u8>> = messages
            .iter()
            .map(|message| encode(message, &format).to_vec())
            .filter(|payload| payload.len() + format.transport.size() <= MAX_FRAME)
            .collect();
        let mut stream = Vec::new();
        for payload in &payloads {
            stream.extend_from_slice(&frame(payload, &format).unwrap());
        }
        let mut reader = FrameReader::new(format);
        let mut frames = Vec::new();
        let mut rest = stream.as_slice();
        for size in sizes.iter().cycle() {
            let (chunk, later) = rest.split_at((*size).min(rest.len()));
            reader.push(chunk);
            frames.extend(read_all(&mut reader));
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(frames, payloads);
        prop_assert_eq!(reader.pending(), 0);
    }

    #[test]
    fn arbitrary_streams_never_panic(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
        format in formats(),
    ) {
        let mut reader = FrameReader::new(format);
        for chunk in chunks {
            reader.push(&chunk);
            while let Ok(Some(frame)) = reader.next_frame() {
                prop_assert!((1..=MAX_FRAME).contains(&frame.payload.len()));
            }
        }
    }
}

#[test]
fn empty_and_oversized_frames_close_the_connection() {
    for (format, bytes, expected) in [
        (WireFormat::default(), &b"\x00\x00"[..], FrameError::Empty),
        (WireFormat::default(), b"\x20\x01", FrameError::Oversized { length: 8193 }),
        (FOUR_ASCII, b"0000", FrameError::Empty),
        (FOUR_ASCII, b"9999", FrameError::Oversized { length: 9999 }),
        (FOUR_ASCII, b"12a4", FrameError::InvalidLength),
    ] {
        let mut reader = FrameReader::new(format);
        reader.push(bytes);
        assert_eq!(reader.next_frame(), Err(expected));
        reader.push(&frame(b"fine", &format).unwrap());
        assert_eq!(reader.next_frame(), Err(expected), "an error is final");
        assert_eq!(reader.pending(), 0);
    }
}

#[test]
fn the_longest_frame_is_accepted() {
    let payload = vec![7; MAX_FRAME];
    for format in [WireFormat::default(), FOUR_ASCII] {
        let mut reader = FrameReader::new(format);
        reader.push(&frame(&payload, &format).unwrap());
        assert_eq!(read_all(&mut reader), std::slice::from_ref(&payload));
    }
}

#[test]
fn what_cannot_be_sent_is_not_framed() {
    let format = WireFormat::default();
    assert_eq!(frame(b"", &format), Err(FrameError::Empty));
    let length = MAX_FRAME + 1;
    assert_eq!(frame(&vec![0; length], &format), Err(FrameError::Oversized { length }));
}

#[test]
fn without_headers_an_unreadable_message_is_final() {
    let mut reader = FrameReader::new(BARE);
    reader.push(b"garbage garbage");
    assert!(matches!(reader.next_frame(), Err(FrameError::NoStructure { .. })));
}

#[test]
fn without_headers_an_endless_message_is_oversized() {
    let mut message = purchase();
    for de in 105..=115 {
        message.set(de, &"x".repeat(999)).unwrap();
    }
    let bytes = encode(&message, &BARE);
    let mut reader = FrameReader::new(BARE);
    reader.push(&bytes);
    assert_eq!(reader.next_frame(), Err(FrameError::Oversized { length: bytes.len() }));
}

#[test]
fn debug_of_a_reader_shows_no_bytes() {
    let mut reader = FrameReader::new(WireFormat::default());
    reader.push(&[0, 99, 52, 53, 55]);
    assert!(!format!("{reader:?}").contains("52"));
}
