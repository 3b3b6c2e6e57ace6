//! What must hold for any bytes at all. Fed by random cases here and by the fuzzer in `fuzz/`,
//! which includes this file.

use std::mem::discriminant;

use cardium_iso8583::{
    AMOUNT_MAX, BitmapEncoding, CardAcceptor, FrameHeader, Message, NumericEncoding,
    OriginalDataElements, ReplacementAmounts, TransportHeader, WireFormat, decode, encode,
    frame::{Frame, FrameError, FrameReader, MAX_FRAME, frame_to},
    response_to,
};

/// Every combination of the connection options.
pub fn formats() -> Vec<WireFormat> {
    let mut formats = Vec::new();
    for bitmap in [BitmapEncoding::Binary, BitmapEncoding::Hex] {
        for numerics in [NumericEncoding::Ascii, NumericEncoding::Bcd] {
            for header in [FrameHeader::None, FrameHeader::TwoByte, FrameHeader::FourAscii] {
                for transport in [TransportHeader::None, TransportHeader::Tpdu] {
                    formats.push(WireFormat { bitmap, numerics, header, transport });
                }
            }
        }
    }
    formats
}

/// Decoding never panics; what decodes comes back from the wire, and what can be answered has an
/// answer that decodes.
pub fn decode_anything(bytes: &[u8]) {
    let headers = |format: &WireFormat| (format.header, format.transport);
    let plain = |format: &WireFormat| headers(format) == headers(&WireFormat::default());
    for format in formats().iter().filter(|format| plain(format)) {
        match decode(bytes, format) {
            Ok(message) => {
                take_apart(&message);
                assert_eq!(decode(&encode(&message, format), format), Ok(message));
            }
            Err(error) => {
                assert!(!format!("{error:?} {error}").is_empty());
                if let Some(answer) = error.answerable().and_then(response_to) {
                    assert_eq!(decode(&encode(&answer, format), format), Ok(answer));
                }
            }
        }
    }
}

/// Structured elements come back from their text, or are refused.
fn take_apart(message: &Message) {
    if let Some(Ok(place)) = message.get(43).map(CardAcceptor::parse) {
        assert_eq!(CardAcceptor::parse(&place.to_text()), Ok(place));
    }
    if let Some(Ok(original)) = message.get(90).map(OriginalDataElements::parse) {
        let parts = [original.acquirer(), original.forwarder()].map(str::len);
        assert!(parts.iter().all(|length| *length <= 11) && original.stan().len() == 6);
    }
    if let Some(Ok(replaced)) = message.get(95).map(ReplacementAmounts::parse) {
        assert_eq!(ReplacementAmounts::parse(&replaced.to_text()), Ok(replaced));
    }
    for de in message.fields() {
        assert!(message.amount(de).is_none_or(|amount| amount <= AMOUNT_MAX));
    }
}

/// Splitting a stream never panics and gives the same frames wherever the stream was cut. The
/// first byte tells how many of the next ones are sizes of chunks; the rest is the stream.
pub fn split_anything(bytes: &[u8]) {
    let Some((count, rest)) = bytes.split_first() else { return };
    let (sizes, stream) = rest.split_at(usize::from(*count % 16).min(rest.len()));
    for format in formats() {
        let whole = split(format, [stream].into_iter());
        let mut left = stream;
        let sizes = sizes.iter().chain(&[1]).cycle().map(|size| usize::from(*size).max(1));
        let chunks = sizes.map_while(|size| {
            let (chunk, later) = left.split_at(size.min(left.len()));
            left = later;
            (!chunk.is_empty()).then_some(chunk)
        });
        let cut = split(format, chunks);
        assert_eq!(whole.frames, cut.frames, "{format:?}");
        assert_eq!(whole.pending, cut.pending, "{format:?}");
        assert_eq!(
            whole.failed.map(|error| discriminant(&error)),
            cut.failed.map(|error| { discriminant(&error) })
        );
        whole.frames.iter().for_each(|frame| comes_back(frame, format));
    }
}

struct Split {
    frames: Vec<Frame>,
    failed: Option<FrameError>,
    pending: usize,
}

fn split<'a>(format: WireFormat, chunks: impl Iterator<Item = &'a [u8]>) -> Split {
    let mut reader = FrameReader::new(format);
    let (mut frames, mut failed) = (Vec::new(), None);
    for chunk in chunks {
        reader.push(chunk);
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
    }
    Split { frames, failed, pending: reader.pending() }
}

fn comes_back(read: &Frame, format: WireFormat) {
    assert!((1..=MAX_FRAME).contains(&read.payload.len()));
    let framed = frame_to(&read.payload, read.tpdu, &format).expect("what was read fits a frame");
    let again = split(format, [framed.as_slice()].into_iter());
    assert_eq!((again.frames.as_slice(), again.pending), (std::slice::from_ref(read), 0));
}
