//! Message to bytes.

use crate::WireBytes;
use crate::field::{Content, FieldSpec};
use crate::message::Message;
use crate::packed::{pack, packed_size};
use crate::wire::{BitmapEncoding, NumericEncoding, WireFormat};

/// Writes `message` without a frame header. Cannot fail: a message holds only values that fit.
///
/// The secondary bitmap is written only when a field above 64 is present.
#[must_use]
pub fn encode(message: &Message, format: &WireFormat) -> WireBytes {
    // Reserved in full: a vector that grows would leave copies of card data behind.
    let mut out = WireBytes::new(Vec::with_capacity(capacity(message)));
    write_digits(message.mti().as_bytes(), format.numerics, &mut out);
    write_bitmaps(message, format.bitmap, &mut out);
    for (de, value) in message.values() {
        let spec = FieldSpec::of(de).expect("a message holds only fields of the table");
        write_length(spec, value.len(), format.numerics, &mut out);
        write_value(spec, value, format.numerics, &mut out);
    }
    out
}

/// Bytes that `length` characters of `content` take on the wire.
pub(crate) const fn wire_size(content: Content, length: usize, numerics: NumericEncoding) -> usize {
    match (numerics, content) {
        (NumericEncoding::Bcd, Content::Numeric | Content::Track) => packed_size(length),
        (NumericEncoding::Bcd, Content::SignedAmount) => {
            1_usize.saturating_add(packed_size(length.saturating_sub(1)))
        }
        _ => length,
    }
}

/// An upper bound: message type, two hexadecimal bitmaps, three digits of length a field.
fn capacity(message: &Message) -> usize {
    message.values().map(|(_, value)| value.len() + 3).sum::<usize>() + 4 + 32
}

fn write_digits(digits: &[u8], numerics: NumericEncoding, out: &mut Vec<u8>) {
    match numerics {
        NumericEncoding::Ascii => out.extend_from_slice(digits),
        NumericEncoding::Bcd => pack(digits, out),
    }
}

fn write_bitmaps(message: &Message, encoding: BitmapEncoding, out: &mut Vec<u8>) {
    let mut bits = [0_u8; 16];
    let mut set = |de: u8| bits[usize::from((de - 1) / 8)] |= 0x80 >> ((de - 1) % 8);
    message.fields().for_each(&mut set);
    let extended = message.fields().any(|de| de > 64);
    if extended {
        set(1);
    }
    let written = if extended { &bits[..] } else { &bits[..8] };
    match encoding {
        BitmapEncoding::Binary => out.extend_from_slice(written),
        BitmapEncoding::Hex => {
            out.extend(written.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 0x0F)]));
        }
    }
}

const fn hex(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

fn write_length(spec: FieldSpec, length: usize, numerics: NumericEncoding, out: &mut Vec<u8>) {
    match spec.length.prefix_digits() {
        0 => {}
        digits => write_digits(format!("{length:0digits$}").as_bytes(), numerics, out),
    }
}

fn write_value(spec: FieldSpec, value: &[u8], numerics: NumericEncoding, out: &mut Vec<u8>) {
    match (numerics, spec.content, value) {
        (NumericEncoding::Bcd, Content::Numeric | Content::Track, digits) => pack(digits, out),
        (NumericEncoding::Bcd, Content::SignedAmount, [sign, digits @ ..]) => {
            out.push(*sign);
            pack(digits, out);
        }
        (_, _, value) => out.extend_from_slice(value),
    }
}
