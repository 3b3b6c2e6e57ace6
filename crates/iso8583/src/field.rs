//! The field table: what each data element may hold and how its length is told.
//!
//! Lengths and binary fields follow the `default` specification of the Python package pyiso8583,
//! against which we test; character sets follow ISO 8583:1987 where its classes are used as
//! written, and are widened to `ans` where the field is free text in practice (44 to 48, 54).

use std::fmt;

/// Which characters a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// `n`: digits.
    Numeric,
    /// `an`: letters, digits, and the space that pads them.
    Alphanumeric,
    /// `ans`: any printable ASCII character.
    Text,
    /// `z`: the sixteen track characters `0` to `?`, with `D` accepted as a separator. Packed,
    /// `D` and `=` are the same nibble and are read back as `=`.
    Track,
    /// `x+n`: `C` or `D`, then digits.
    SignedAmount,
    /// `b`: raw bytes.
    Binary,
}

/// How long a field is, in characters (bytes for [`Content::Binary`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Length {
    /// Exactly this long.
    Fixed(usize),
    /// A two-digit length, then at most this many.
    LlVar(usize),
    /// A three-digit length, then at most this many.
    LllVar(usize),
}

/// One row of the field table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldSpec {
    /// Which characters the field holds.
    pub content: Content,
    /// How long it is.
    pub length: Length,
}

/// Why a value cannot be put into a field. Never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The number is 0, 1 (a bitmap), 65 (the tertiary bitmap) or above 128.
    #[error("DE {de} is not a data element")]
    UnknownField {
        /// The number asked for.
        de: u8,
    },
    /// The value is too long or too short.
    #[error("DE {de} takes {expected}, got {actual}")]
    WrongLength {
        /// The data element.
        de: u8,
        /// What the table allows.
        expected: Length,
        /// What was given.
        actual: usize,
    },
    /// The value has a character that the field does not allow.
    #[error("DE {de} takes {expected}")]
    WrongContent {
        /// The data element.
        de: u8,
        /// What the table allows.
        expected: Content,
    },
    /// Text was given for a binary field.
    #[error("DE {de} is binary")]
    NotText {
        /// The data element.
        de: u8,
    },
    /// An amount was given for a field that is not a twelve-digit amount.
    #[error("DE {de} is not an amount")]
    NotAmount {
        /// The data element.
        de: u8,
    },
    /// Bytes were given for a text field.
    #[error("DE {de} is text")]
    NotBinary {
        /// The data element.
        de: u8,
    },
}

impl Content {
    /// Whether every byte is one that this kind of field may hold.
    #[must_use]
    pub fn accepts(self, value: &[u8]) -> bool {
        match self {
            Self::Numeric => value.iter().all(u8::is_ascii_digit),
            Self::Alphanumeric => value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' '),
            Self::Text => value.iter().all(|b| (b' '..=b'~').contains(b)),
            Self::Track => value.iter().all(|b| (b'0'..=b'?').contains(b) || *b == b'D'),
            Self::SignedAmount => matches!(value, [b'C' | b'D', digits @ ..]
                if digits.iter().all(u8::is_ascii_digit)),
            Self::Binary => true,
        }
    }
}

impl Length {
    /// The most characters the field may hold.
    #[must_use]
    pub const fn max(self) -> usize {
        match self {
            Self::Fixed(max) | Self::LlVar(max) | Self::LllVar(max) => max,
        }
    }

    /// Digits in the length prefix; 0 for a fixed field.
    #[must_use]
    pub const fn prefix_digits(self) -> usize {
        match self {
            Self::Fixed(_) => 0,
            Self::LlVar(_) => 2,
            Self::LllVar(_) => 3,
        }
    }
}

impl FieldSpec {
    /// The row of `de`; `None` for 0, 1, 65 and numbers above 128, which hold no data.
    #[must_use]
    pub const fn of(de: u8) -> Option<Self> {
        match de {
            2..=64 => Some(primary(de)),
            66..=128 => Some(secondary(de)),
            _ => None,
        }
    }

    /// Whether a value of `length` characters fits. A variable number has at least one digit;
    /// other variable fields may be empty.
    #[must_use]
    pub const fn fits(self, length: usize) -> bool {
        let min = match (self.length, self.content) {
            (Length::Fixed(exact), _) => exact,
            (_, Content::Numeric) => 1,
            _ => 0,
        };
        min <= length && length <= self.length.max()
    }

    pub(crate) fn check(self, de: u8, value: &[u8]) -> Result<(), FieldError> {
        let actual = value.len();
        if !self.fits(actual) {
            return Err(FieldError::WrongLength { de, expected: self.length, actual });
        }
        if !self.content.accepts(value) {
            return Err(FieldError::WrongContent { de, expected: self.content });
        }
        Ok(())
    }
}

const fn fixed(content: Content, length: usize) -> FieldSpec {
    FieldSpec { content, length: Length::Fixed(length) }
}

const fn llvar(content: Content, max: usize) -> FieldSpec {
    FieldSpec { content, length: Length::LlVar(max) }
}

const fn lllvar(content: Content, max: usize) -> FieldSpec {
    FieldSpec { content, length: Length::LllVar(max) }
}

const fn primary(de: u8) -> FieldSpec {
    use Content::{Alphanumeric, Binary, Numeric, SignedAmount, Text, Track};
    match de {
        2 => llvar(Numeric, 19),
        3 | 11 | 12 => fixed(Numeric, 6),
        4..=6 => fixed(Numeric, 12),
        7 => fixed(Numeric, 10),
        8..=10 => fixed(Numeric, 8),
        13..=18 => fixed(Numeric, 4),
        19..=24 => fixed(Numeric, 3),
        25 | 26 => fixed(Numeric, 2),
        27 => fixed(Numeric, 1),
        28..=31 => fixed(SignedAmount, 9),
        32 | 33 => llvar(Numeric, 11),
        34 => llvar(Text, 28),
        35 => llvar(Track, 37),
        36 => lllvar(Track, 104),
        37 => fixed(Alphanumeric, 12),
        38 => fixed(Alphanumeric, 6),
        39 => fixed(Alphanumeric, 2),
        40 => fixed(Alphanumeric, 3),
        41 => fixed(Text, 8),
        42 => fixed(Text, 15),
        43 => fixed(Text, 40),
        44 => llvar(Text, 25),
        45 => llvar(Text, 76),
        49..=51 => fixed(Alphanumeric, 3),
        52 | 64 => fixed(Binary, 8),
        53 => fixed(Numeric, 16),
        54 => lllvar(Text, 240),
        55 => lllvar(Binary, 255),
        // 46 to 48 and 56 to 63: reserved for ISO, national and private use.
        _ => lllvar(Text, 999),
    }
}

const fn secondary(de: u8) -> FieldSpec {
    use Content::{Alphanumeric, Binary, Numeric, SignedAmount, Text};
    match de {
        66 => fixed(Numeric, 1),
        67 => fixed(Numeric, 2),
        68..=70 => fixed(Numeric, 3),
        71 | 72 => fixed(Numeric, 4),
        73 => fixed(Numeric, 6),
        74..=81 => fixed(Numeric, 10),
        82..=85 => fixed(Numeric, 12),
        86..=89 => fixed(Numeric, 16),
        90 => fixed(Numeric, 42),
        91 => fixed(Alphanumeric, 1),
        92 => fixed(Alphanumeric, 2),
        93 => fixed(Alphanumeric, 5),
        94 => fixed(Alphanumeric, 7),
        95 => fixed(Alphanumeric, 42),
        96 | 128 => fixed(Binary, 8),
        97 => fixed(SignedAmount, 17),
        98 => fixed(Text, 25),
        99 | 100 => llvar(Numeric, 11),
        101 => llvar(Text, 17),
        102 | 103 => llvar(Text, 28),
        104 => lllvar(Text, 100),
        // 105 to 127: reserved for ISO, national and private use.
        _ => lllvar(Text, 999),
    }
}

impl fmt::Display for Length {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(length) => write!(formatter, "exactly {length}"),
            Self::LlVar(max) | Self::LllVar(max) => write!(formatter, "at most {max}"),
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Numeric => "digits",
            Self::Alphanumeric => "letters, digits and spaces",
            Self::Text => "printable ASCII",
            Self::Track => "track characters",
            Self::SignedAmount => "C or D followed by digits",
            Self::Binary => "bytes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, FieldSpec, Length};

    #[test]
    fn bitmaps_and_numbers_out_of_range_are_no_fields() {
        for de in [0, 1, 65, 129, 255] {
            assert_eq!(FieldSpec::of(de), None, "DE {de}");
        }
        let fields = (0..=u8::MAX).filter_map(FieldSpec::of).count();
        assert_eq!(fields, 126, "2 to 128 without 65");
    }

    #[test]
    fn every_maximum_fits_its_length_prefix() {
        for (de, spec) in (0..=u8::MAX).filter_map(|de| Some((de, FieldSpec::of(de)?))) {
            let room = match spec.length {
                Length::Fixed(_) => usize::MAX,
                Length::LlVar(_) => 99,
                Length::LllVar(_) => 999,
            };
            assert!((1..=room).contains(&spec.length.max()), "DE {de}");
        }
    }

    #[test]
    fn a_signed_amount_starts_with_its_sign() {
        assert!(Content::SignedAmount.accepts(b"D00000025"));
        for wrong in [&b""[..], b"000000025", b"X00000025", b"DC0000025"] {
            assert!(!Content::SignedAmount.accepts(wrong));
        }
    }
}
