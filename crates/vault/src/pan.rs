//! The primary account number.
//!
//! Invariant: a [`Pan`] is 12 to 19 ASCII digits with a valid Luhn check digit.

use std::fmt::{self, Write};

use zeroize::Zeroizing;

use crate::luhn;
use crate::secret::SecretText;

/// Shortest PAN in use on the card networks, in digits.
const MIN_DIGITS: usize = 12;
/// Longest PAN (ISO/IEC 7812-1, and field 2 of ISO 8583), in digits.
const MAX_DIGITS: usize = 19;
/// Length of a generated PAN, in digits.
const GENERATED_DIGITS: usize = 16;
/// An issuer identification number has six or eight digits (ISO/IEC 7812-1), and a programme may
/// own a longer range below it; ten leave five random digits.
const BIN_DIGITS: std::ops::RangeInclusive<usize> = 6..=10;
/// From this length on, the first six and last four digits may be shown (PCI DSS 3.4.1). A
/// shorter number would be left with so few hidden digits that Luhn all but tells them.
const MIN_DIGITS_TO_SHOW_BIN: usize = 15;

/// Why a text is no PAN, or a BIN cannot start one. Never holds the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PanError {
    /// Not 12 to 19 characters long.
    #[error("a card number has 12 to 19 digits")]
    Length,
    /// Something other than the ASCII digits.
    #[error("a card number has digits only")]
    NotDigits,
    /// The Luhn check digit is wrong.
    #[error("the check digit of the card number is wrong")]
    CheckDigit,
    /// The BIN is not 6 to 10 ASCII digits.
    #[error("a BIN has 6 to 10 digits")]
    Bin,
}

/// A primary account number (ISO/IEC 7812-1), masked in `Debug` and wiped on drop.
///
/// Equality takes constant time.
#[derive(Clone, PartialEq, Eq)]
pub struct Pan(SecretText);

impl Pan {
    /// Reads 12 to 19 digits without separators.
    ///
    /// # Errors
    /// [`PanError`] for a wrong length, a character that is no ASCII digit, or a check digit that
    /// does not match; in that order.
    pub fn parse(text: &str) -> Result<Self, PanError> {
        if !(MIN_DIGITS..=MAX_DIGITS).contains(&text.len()) {
            return Err(PanError::Length);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PanError::NotDigits);
        }
        if !luhn::is_valid(text.as_bytes()) {
            return Err(PanError::CheckDigit);
        }
        Ok(Self(SecretText::new(text.to_owned())))
    }

    /// Makes a 16-digit PAN: `bin`, then digits drawn from `random`, then the check digit.
    ///
    /// `random` must come fresh from a cryptographic generator. Its 128 bits are reduced modulo
    /// 10^n for n of at most nine digits, so no number is more likely than another by more than
    /// 10^9 / 2^128, which is below 2^-98.
    ///
    /// # Errors
    /// [`PanError::Bin`] unless `bin` is 6 to 10 ASCII digits.
    pub fn generate(bin: &str, random: &[u8; 16]) -> Result<Self, PanError> {
        let is_digits = bin.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits || !BIN_DIGITS.contains(&bin.len()) {
            return Err(PanError::Bin);
        }
        let width = GENERATED_DIGITS - 1 - bin.len();
        let modulus = (0..width).fold(1_u128, |power, _| power * 10);
        let account = u128::from_be_bytes(*random) % modulus;

        // The whole capacity is reserved, so no digits stay behind in a buffer that was outgrown.
        let mut digits = Zeroizing::new(String::with_capacity(GENERATED_DIGITS));
        digits.push_str(bin);
        write!(digits, "{account:0width$}").expect("writing to a String cannot fail");
        let check = luhn::check_digit(digits.as_bytes()).ok_or(PanError::Bin)?;
        digits.push(char::from(check));
        Ok(Self(SecretText::new(std::mem::take(&mut *digits))))
    }

    /// The first six digits, which identify the issuer and may be shown.
    #[must_use]
    pub fn bin(&self) -> &str {
        &self.reveal()[..6]
    }

    /// The last four digits, which may be shown.
    #[must_use]
    pub fn last4(&self) -> &str {
        let digits = self.reveal();
        &digits[digits.len() - 4..]
    }

    /// All digits in the clear.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }

    /// All digits in the clear, in groups of four with a space between, for a cardholder's eyes.
    #[must_use]
    pub fn formatted(&self) -> Zeroizing<String> {
        let digits = self.reveal();
        let mut text = Zeroizing::new(String::with_capacity(digits.len() + digits.len() / 4));
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            text.push(digit);
        }
        text
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_long = self.reveal().len() >= MIN_DIGITS_TO_SHOW_BIN;
        let bin = if is_long { self.bin() } else { "" };
        write!(f, "Pan({bin}******{})", self.last4())
    }
}
