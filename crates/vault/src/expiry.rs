//! The month in which a card expires.
//!
//! Deliberately absent: whether a card has expired, which needs the clock.

use std::fmt;

/// Cards carry a two-digit year, which is read in this century.
const CENTURY: u16 = 2000;

/// Why a text or a pair of numbers is no expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// Not four ASCII digits.
    #[error("an expiry has four digits, YYMM")]
    Format,
    /// The month is not 1 to 12.
    #[error("the month of an expiry is 1 to 12")]
    Month,
    /// The year is not 2000 to 2099.
    #[error("the year of an expiry is 2000 to 2099")]
    Year,
}

/// A card's expiry; the card is good to the end of that month. Orders by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry {
    year: u16,
    month: u8,
}

impl Expiry {
    /// An expiry from a full `year` and a `month` that counts from 1.
    ///
    /// # Errors
    /// [`ExpiryError::Year`] unless 2000 to 2099, [`ExpiryError::Month`] unless 1 to 12.
    pub fn try_new(year: u16, month: u8) -> Result<Self, ExpiryError> {
        if !(CENTURY..CENTURY + 100).contains(&year) {
            return Err(ExpiryError::Year);
        }
        if !(1..=12).contains(&month) {
            return Err(ExpiryError::Month);
        }
        Ok(Self { year, month })
    }

    /// Reads `YYMM`, the form of field 14 of ISO 8583.
    ///
    /// # Errors
    /// [`ExpiryError::Format`] unless four ASCII digits, [`ExpiryError::Month`] unless the month
    /// is 01 to 12.
    pub fn parse(yymm: &str) -> Result<Self, ExpiryError> {
        let [y1, y2, m1, m2] = *yymm.as_bytes() else {
            return Err(ExpiryError::Format);
        };
        let year = u16::from(two_digits(y1, y2)?);
        Self::try_new(CENTURY + year, two_digits(m1, m2)?)
    }

    /// The full year, such as 2029.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, counted from 1.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// `YYMM`, the form of field 14 of ISO 8583 and of the magnetic stripe (ISO/IEC 7813).
    #[must_use]
    pub fn yymm(self) -> String {
        format!("{:02}{:02}", self.year % 100, self.month)
    }

    /// `YYYY-MM` (ISO 8601).
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }
}

fn two_digits(tens: u8, ones: u8) -> Result<u8, ExpiryError> {
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return Err(ExpiryError::Format);
    }
    Ok((tens - b'0') * 10 + (ones - b'0'))
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expiry({})", self.iso())
    }
}
