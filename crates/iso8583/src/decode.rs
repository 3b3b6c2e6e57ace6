//! Bytes to message, total over hostile input.
//!
//! A wrong character leaves the following fields readable, so reading goes on and the first such
//! fault is reported at the end; a wrong length or a truncation ends it. Either way the fields
//! that could be read come with the error, so that the host can answer "format error" (39 = 30).

use zeroize::Zeroizing;

use crate::encode::wire_size;
use crate::field::{Content, FieldSpec};
use crate::message::{FieldValue, Message};
use crate::mti::Mti;
use crate::packed::{packed_size, unpack};
use crate::wire::{BitmapEncoding, NumericEncoding, WireFormat};

/// Why bytes are not a message. Never holds a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeReason {
    /// The bytes end within the message type.
    #[error("the message type is truncated")]
    TruncatedMti,
    /// The message type is not four digits starting with 0.
    #[error("the message type is not four digits of the 1987 edition")]
    InvalidMti,
    /// The bytes end within the primary or secondary bitmap.
    #[error("the bitmap is truncated")]
    TruncatedBitmap,
    /// A hexadecimal bitmap has another character.
    #[error("the bitmap is not hexadecimal")]
    InvalidBitmap,
    /// The bitmap names a field that does not exist: DE 65, the tertiary bitmap.
    #[error("DE {de} is not supported")]
    UnsupportedField {
        /// The data element.
        de: u8,
    },
    /// The bytes end within this field or its length.
    #[error("DE {de} is truncated")]
    Truncated {
        /// The data element.
        de: u8,
    },
    /// The length is not digits, or not one that the field allows.
    #[error("DE {de} has an invalid length")]
    InvalidLength {
        /// The data element.
        de: u8,
    },
    /// The field has a character that it does not allow.
    #[error("DE {de} has an invalid character")]
    InvalidContent {
        /// The data element.
        de: u8,
    },
    /// Bytes follow the last field.
    #[error("{count} bytes follow the last field")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// It is whole, but without the number by which its sender would find an answer's request.
    #[error("the trace number (DE 11) is missing")]
    MissingTrace,
}

/// Why bytes are not a message, and what could be read nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DecodeError {
    /// The first fault.
    pub reason: DecodeReason,
    /// The message type and the valid fields; `None` if the message type could not be read.
    pub partial: Option<Message>,
}

impl DecodeReason {
    /// The field at fault, where it is a field.
    #[must_use]
    pub const fn de(self) -> Option<u8> {
        match self {
            Self::UnsupportedField { de }
            | Self::Truncated { de }
            | Self::InvalidLength { de }
            | Self::InvalidContent { de } => Some(de),
            Self::TruncatedMti
            | Self::InvalidMti
            | Self::TruncatedBitmap
            | Self::InvalidBitmap
            | Self::TrailingBytes { .. }
            | Self::MissingTrace => None,
        }
    }

    /// Whether more bytes could make the message whole.
    pub(crate) const fn is_truncation(self) -> bool {
        matches!(self, Self::TruncatedMti | Self::TruncatedBitmap | Self::Truncated { .. })
    }
}

impl DecodeError {
    /// What can be answered with "format error": the partial message, if it is a request and its
    /// STAN (DE 11), by which the sender finds its request again, was read.
    #[must_use]
    pub fn answerable(&self) -> Option<&Message> {
        self.partial.as_ref().filter(|m| m.contains(11) && m.mti().response().is_some())
    }
}

/// Reads exactly one message, without a frame header.
///
/// # Errors
/// Whatever is not a whole message and nothing else; see [`DecodeReason`].
pub fn decode(bytes: &[u8], format: &WireFormat) -> Result<Message, DecodeError> {
    let mut decoder = Decoder::new(bytes, format);
    let structure = decoder.run();
    let count = decoder.rest.len();
    let reason = match (decoder.wrong_content, structure) {
        (Some(reason), _) | (None, Err(reason)) => Some(reason),
        (None, Ok(())) if count > 0 => Some(DecodeReason::TrailingBytes { count }),
        (None, Ok(())) => None,
    };
    match (decoder.message, reason) {
        (Some(message), None) => Ok(message),
        (partial, reason) => {
            Err(DecodeError { reason: reason.unwrap_or(DecodeReason::TruncatedMti), partial })
        }
    }
}

/// How many bytes the message at the start of `bytes` takes, whatever its fields contain;
/// `None` while it is incomplete.
pub(crate) fn measure(bytes: &[u8], format: &WireFormat) -> Result<Option<usize>, DecodeReason> {
    let mut decoder = Decoder::new(bytes, format);
    match decoder.run() {
        Ok(()) => Ok(Some(bytes.len() - decoder.rest.len())),
        Err(reason) if reason.is_truncation() => Ok(None),
        Err(reason) => Err(reason),
    }
}

struct Decoder<'a> {
    rest: &'a [u8],
    format: &'a WireFormat,
    message: Option<Message>,
    wrong_content: Option<DecodeReason>,
}

impl<'a> Decoder<'a> {
    const fn new(bytes: &'a [u8], format: &'a WireFormat) -> Self {
        Self { rest: bytes, format, message: None, wrong_content: None }
    }

    fn run(&mut self) -> Result<(), DecodeReason> {
        let digits = self.digits(4).ok_or(DecodeReason::TruncatedMti)?;
        let mti = digits.and_then(|digits| Mti::from_ascii(&digits).ok());
        let mut message = Message::new(mti.ok_or(DecodeReason::InvalidMti)?);
        let structure = self.fields(&mut message);
        self.message = Some(message);
        structure
    }

    fn fields(&mut self, message: &mut Message) -> Result<(), DecodeReason> {
        let primary = self.bitmap()?;
        // Bit 1 announces the secondary bitmap; one without bits is legal, some always send it.
        let secondary = if primary >> 63 == 1 { self.bitmap()? } else { 0 };
        let bits = (u128::from(primary) << 64) | u128::from(secondary);
        for de in (2..=128_u8).filter(|de| (bits >> (128 - de)) & 1 == 1) {
            match self.field(de)? {
                Some(value) => message.insert(de, value),
                None => {
                    self.wrong_content.get_or_insert(DecodeReason::InvalidContent { de });
                }
            }
        }
        Ok(())
    }

    /// The field's value, or `None` if a character is wrong but the field's end is known.
    fn field(&mut self, de: u8) -> Result<Option<FieldValue>, DecodeReason> {
        let spec = FieldSpec::of(de).ok_or(DecodeReason::UnsupportedField { de })?;
        let length = match spec.length.prefix_digits() {
            0 => spec.length.max(),
            count => self.length(de, count)?,
        };
        if !spec.fits(length) {
            return Err(DecodeReason::InvalidLength { de });
        }
        let size = wire_size(spec.content, length, self.format.numerics);
        let raw = self.take(size).ok_or(DecodeReason::Truncated { de })?;
        let value = unpacked(raw, spec.content, length, self.format.numerics);
        Ok(value.filter(|value| spec.content.accepts(value)))
    }

    fn length(&mut self, de: u8, count: usize) -> Result<usize, DecodeReason> {
        let digits = self.digits(count).ok_or(DecodeReason::Truncated { de })?;
        digits
            .filter(|digits| Content::Numeric.accepts(digits))
            .map(|digits| digits.iter().fold(0, |sum, d| sum * 10 + usize::from(d & 0x0F)))
            .ok_or(DecodeReason::InvalidLength { de })
    }

    /// `count` digits as characters, at most four; the inner `None` stands for wrong padding.
    fn digits(&mut self, count: usize) -> Option<Option<Vec<u8>>> {
        match self.format.numerics {
            NumericEncoding::Ascii => self.take(count).map(|digits| Some(digits.to_vec())),
            NumericEncoding::Bcd => self.take(packed_size(count)).map(|packed| {
                let mut digits = Vec::with_capacity(count);
                unpack(packed, count, &mut digits).then_some(digits)
            }),
        }
    }

    fn bitmap(&mut self) -> Result<u64, DecodeReason> {
        let digits = match self.format.bitmap {
            BitmapEncoding::Binary => {
                let raw = self.take(8).ok_or(DecodeReason::TruncatedBitmap)?;
                return Ok(raw.iter().fold(0, |bits, byte| (bits << 8) | u64::from(*byte)));
            }
            BitmapEncoding::Hex => self.take(16).ok_or(DecodeReason::TruncatedBitmap)?,
        };
        digits
            .iter()
            .try_fold(0, |bits, digit| {
                Some((bits << 4) | u64::from(char::from(*digit).to_digit(16)?))
            })
            .ok_or(DecodeReason::InvalidBitmap)
    }

    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some(taken)
    }
}

/// The field's characters; `None` if packed padding is wrong.
fn unpacked(
    raw: &[u8],
    content: Content,
    length: usize,
    numerics: NumericEncoding,
) -> Option<FieldValue> {
    // Reserved in full, so that no shorter copy of card data is left behind.
    let mut value = Zeroizing::new(Vec::with_capacity(length));
    let whole = match (numerics, content, raw) {
        (NumericEncoding::Bcd, Content::Numeric | Content::Track, packed) => {
            unpack(packed, length, &mut value)
        }
        (NumericEncoding::Bcd, Content::SignedAmount, [sign, packed @ ..]) => {
            value.push(*sign);
            unpack(packed, length.saturating_sub(1), &mut value)
        }
        (_, _, plain) => {
            value.extend_from_slice(plain);
            true
        }
    };
    whole.then(|| Zeroizing::new(Box::from(value.as_slice())))
}
