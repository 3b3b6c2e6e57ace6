//! The message type indicator: four digits that say version, class, function and origin.

use std::fmt;
use std::str::FromStr;

/// A message type indicator of the 1987 edition, such as `0100`.
///
/// The version digit is always 0: later editions number their fields differently, so reading
/// them with this crate's table would misread money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mti([u8; 4]);

/// The text is not four digits, or not of the 1987 edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message type is four digits, the first of them 0")]
pub struct InvalidMti;

impl Mti {
    /// 0100, authorization request.
    pub const AUTHORIZATION_REQUEST: Self = Self(*b"0100");
    /// 0120, authorization advice.
    pub const AUTHORIZATION_ADVICE: Self = Self(*b"0120");
    /// 0200, financial request (single message).
    pub const FINANCIAL_REQUEST: Self = Self(*b"0200");
    /// 0220, financial advice: completion, clearing or force post.
    pub const FINANCIAL_ADVICE: Self = Self(*b"0220");
    /// 0400, reversal request.
    pub const REVERSAL_REQUEST: Self = Self(*b"0400");
    /// 0420, reversal advice.
    pub const REVERSAL_ADVICE: Self = Self(*b"0420");
    /// 0800, network management request.
    pub const NETWORK_MANAGEMENT_REQUEST: Self = Self(*b"0800");

    /// Checks four ASCII digits, the first of them 0.
    pub fn try_new(text: &str) -> Result<Self, InvalidMti> {
        Self::from_ascii(text.as_bytes())
    }

    pub(crate) fn from_ascii(digits: &[u8]) -> Result<Self, InvalidMti> {
        let digits: [u8; 4] = digits.try_into().map_err(|_| InvalidMti)?;
        if digits[0] != b'0' || !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidMti);
        }
        Ok(Self(digits))
    }

    /// The four digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("four ASCII digits are UTF-8")
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// Second digit: 1 authorization, 2 financial, 4 reversal, 8 network management.
    #[must_use]
    pub const fn class(self) -> u8 {
        self.0[1] & 0x0F
    }

    /// Third digit: 0 request, 1 request response, 2 advice, 3 advice response, 4 notification.
    #[must_use]
    pub const fn function(self) -> u8 {
        self.0[2] & 0x0F
    }

    /// Fourth digit: 0 acquirer, 2 issuer, 4 other; the odd number after each is its repeat.
    #[must_use]
    pub const fn origin(self) -> u8 {
        self.0[3] & 0x0F
    }

    /// Whether the sender says that it sent this message before.
    #[must_use]
    pub const fn is_repeat(self) -> bool {
        self.origin() < 6 && self.origin() % 2 == 1
    }

    /// The message type that answers this one: the function goes from request to response, the
    /// repeat mark is dropped. `None` where the standard has no answer: responses,
    /// notifications and reserved digits.
    #[must_use]
    pub fn response(self) -> Option<Self> {
        let function = match self.function() {
            0 => b'1',
            2 => b'3',
            _ => return None,
        };
        let origin = match self.origin() {
            0 | 1 => b'0',
            2 | 3 => b'2',
            4 | 5 => b'4',
            _ => return None,
        };
        Some(Self([self.0[0], self.0[1], function, origin]))
    }
}

impl FromStr for Mti {
    type Err = InvalidMti;

    fn from_str(text: &str) -> Result<Self, InvalidMti> {
        Self::try_new(text)
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidMti, Mti};

    #[test]
    fn requests_and_advices_have_the_standard_answer() {
        for (request, answer) in [
            ("0100", "0110"),
            ("0101", "0110"),
            ("0120", "0130"),
            ("0121", "0130"),
            ("0200", "0210"),
            ("0201", "0210"),
            ("0220", "0230"),
            ("0221", "0230"),
            ("0400", "0410"),
            ("0401", "0410"),
            ("0420", "0430"),
            ("0421", "0430"),
            ("0800", "0810"),
            ("0122", "0132"),
        ] {
            let response = Mti::try_new(request).unwrap().response().unwrap();
            assert_eq!(response.as_str(), answer, "answer to {request}");
        }
    }

    #[test]
    fn an_answer_is_never_answered() {
        for mti in ["0110", "0130", "0140", "0810", "0108", "0190"] {
            assert_eq!(Mti::try_new(mti).unwrap().response(), None, "{mti}");
        }
    }

    #[test]
    fn only_four_digits_of_the_1987_edition_are_a_message_type() {
        for text in ["", "010", "01000", "01a0", "1100", "０100"] {
            assert_eq!(Mti::try_new(text), Err(InvalidMti), "{text}");
        }
    }

    #[test]
    fn the_digits_are_told_apart() {
        let mti = Mti::try_new("0421").unwrap();
        assert_eq!((mti.class(), mti.function(), mti.origin()), (4, 2, 1));
        assert!(mti.is_repeat());
        assert!(!Mti::AUTHORIZATION_REQUEST.is_repeat());
    }
}
