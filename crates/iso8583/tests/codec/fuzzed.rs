//! The fuzzer's bodies on random cases: a slice of what `just fuzz` does for longer.

use cardium_iso8583::{WireFormat, encode, frame::frame};
use proptest::prelude::*;

use crate::{
    bodies::{decode_anything, split_anything},
    support::{formats, messages},
};

/// Bytes of a message or of a stream of two, with a few of them changed: most of them get past
/// the first checks, which random bytes rarely do.
fn damaged(framed: fn(&[u8], &WireFormat) -> Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (messages(), formats(), changes).prop_map(move |(message, format, changes)| {
        let mut bytes = framed(&encode(&message, &format), &format);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

fn stream(payload: &[u8], format: &WireFormat) -> Vec<u8> {
    let framed = frame(payload, format).map(|framed| framed.to_vec()).unwrap_or_default();
    let sizes: &[u8] = &[3, 1, 7, 200];
    [sizes, &framed, &framed].concat()
}

proptest! {
    #[test]
    fn any_bytes_decode_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        decode_anything(&bytes);
    }

    #[test]
    fn damaged_messages_decode_or_are_refused(bytes in damaged(|payload, _| payload.to_vec())) {
        decode_anything(&bytes);
    }

    #[test]
    fn any_stream_splits_or_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        split_anything(&bytes);
    }

    #[test]
    fn damaged_streams_split_or_are_refused(bytes in damaged(stream)) {
        split_anything(&bytes);
    }
}
