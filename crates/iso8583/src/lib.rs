//! ISO 8583:1987 messages: bytes to [`Message`] and back.
//!
//! Purpose: one place that knows bitmaps, length prefixes and packed digits, so that everything
//! behind it deals in data elements ("DE") by number and in checked text.
//!
//! Invariants:
//! - A [`Message`] holds only values its field table allows, so [`encode`] cannot fail and
//!   `decode(encode(m)) == m` (up to the track separator, see [`Content::Track`]).
//! - [`decode`] is total over hostile bytes: it never panics, and allocates no more than a small
//!   multiple of its input, whatever lengths the input claims.
//! - Card data never reaches `Debug` or an error text, and every buffer that held it is
//!   overwritten when dropped.
//!
//! Deliberately absent: sockets, clocks and serde; the meaning of a message (who declines what
//! is the network crate's business); guessing of the wire format, which is configuration per
//! connection; the tertiary bitmap (DE 65); the 1993 and 2003 editions.

mod bytes;
mod decode;
mod elements;
mod encode;
mod field;
pub mod frame;
mod message;
mod mti;
mod packed;
mod tpdu;
mod wire;

pub use bytes::WireBytes;
pub use decode::{DecodeError, DecodeReason, decode};
pub use elements::{
    AMOUNT_MAX, CardAcceptor, ElementError, OriginalDataElements, ReplacementAmounts,
    format_amount, parse_amount,
};
pub use encode::encode;
pub use field::{Content, FieldError, FieldSpec, Length};
pub use message::{ECHOED, Message, response_to};
pub use mti::{InvalidMti, Mti};
pub use tpdu::{InvalidTpdu, Tpdu};
pub use wire::{BitmapEncoding, FrameHeader, NumericEncoding, TransportHeader, WireFormat};
