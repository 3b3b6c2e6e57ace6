//! Strategies and builders shared by the tests.

use cardium_iso8583::{Content, FieldSpec, Message, Mti, WireFormat};
use proptest::prelude::*;

use crate::bodies;

/// A test PAN.
pub const PAN: &str = "4571230012345678";

/// Every combination of the connection options.
pub fn formats() -> impl Strategy<Value = WireFormat> {
    prop::sample::select(bodies::formats())
}

/// Numbers of all fields of the table.
pub fn field_numbers() -> Vec<u8> {
    (0..=u8::MAX).filter(|de| FieldSpec::of(*de).is_some()).collect()
}

/// A value that `de` allows.
pub fn value_of(de: u8) -> BoxedStrategy<Vec<u8>> {
    let spec = FieldSpec::of(de).unwrap();
    let max = spec.length.max();
    let lengths: Vec<usize> =
        [0, 1, 2, max / 2, max - 1, max].into_iter().filter(|length| spec.fits(*length)).collect();
    let alphabet: Vec<u8> = match spec.content {
        Content::Numeric | Content::SignedAmount => (b'0'..=b'9').collect(),
        Content::Alphanumeric => b"AZaz059 ".to_vec(),
        Content::Text => (b' '..=b'~').collect(),
        Content::Track => (b'0'..=b'?').collect(),
        Content::Binary => (0..=u8::MAX).collect(),
    };
    let signed = spec.content == Content::SignedAmount;
    prop::sample::select(lengths)
        .prop_flat_map(move |length| {
            prop::collection::vec(prop::sample::select(alphabet.clone()), length)
        })
        .prop_map(move |mut value| {
            if signed {
                value[0] = b'D';
            }
            value
        })
        .boxed()
}

/// Puts a value into a field of either kind.
pub fn put(message: &mut Message, de: u8, value: &[u8]) {
    if FieldSpec::of(de).unwrap().content == Content::Binary {
        message.set_bytes(de, value).unwrap();
    } else {
        message.set(de, std::str::from_utf8(value).unwrap()).unwrap();
    }
}

/// Messages with up to twelve fields of any kind.
pub fn messages() -> impl Strategy<Value = Message> {
    let field = prop::sample::select(field_numbers()).prop_flat_map(|de| (Just(de), value_of(de)));
    (0..1000_u16, prop::collection::vec(field, 0..12)).prop_map(|(mti, fields)| {
        let mut message = Message::new(Mti::try_new(&format!("{mti:04}")).unwrap());
        for (de, value) in fields {
            put(&mut message, de, &value);
        }
        message
    })
}

/// A purchase as an acquirer sends it.
pub fn purchase() -> Message {
    Message::new(Mti::AUTHORIZATION_REQUEST)
        .with(2, PAN)
        .and_then(|m| m.with(3, "000000"))
        .and_then(|m| m.with(4, "000000001050"))
        .and_then(|m| m.with(7, "0102030405"))
        .and_then(|m| m.with(11, "000042"))
        .and_then(|m| m.with(12, "030405"))
        .and_then(|m| m.with(13, "0102"))
        .and_then(|m| m.with(14, "2912"))
        .and_then(|m| m.with(18, "5411"))
        .and_then(|m| m.with(22, "051"))
        .and_then(|m| m.with(32, "123456"))
        .and_then(|m| m.with(35, "4571230012345678=29122010000000000000"))
        .and_then(|m| m.with(37, "000000000042"))
        .and_then(|m| m.with(41, "TERM0001"))
        .and_then(|m| m.with(42, "MERCHANT0000001"))
        .and_then(|m| m.with(43, "CORNER SHOP              BERLIN       DE"))
        .and_then(|m| m.with(49, "978"))
        .and_then(|m| m.with_bytes(52, &unhex("0123456789ABCDEF")))
        .and_then(|m| m.with_bytes(55, &unhex("9F260811223344556677889F360200419F270180")))
        .unwrap()
}

/// Bytes from hexadecimal digits.
pub fn unhex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
