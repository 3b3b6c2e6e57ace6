//! Data elements with an inner structure: amounts, DE 43, DE 90 and DE 95.
//!
//! None of them is for card data, but a careless sender may put some there: text is overwritten
//! when dropped, and `Debug` masks what could be a PAN.

use std::fmt;

use zeroize::Zeroizing;

use crate::field::Content;
use crate::message::mask_digit_runs;
use crate::mti::Mti;

/// The largest amount that twelve digits hold, in minor units.
pub const AMOUNT_MAX: u64 = 999_999_999_999;

/// Why a structured element cannot be read or built. Never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    /// An amount is not twelve digits, or needs more.
    #[error("an amount takes twelve digits")]
    Amount,
    /// DE 43 is not 40 printable characters, or a part is longer than its place.
    #[error("DE 43 takes a name of 25, a city of 13 and a country of 2 printable characters")]
    CardAcceptor,
    /// DE 90 is not 42 digits starting with a message type, or a part does not fit.
    #[error("DE 90 takes a message type and 6, 10, 11 and 11 digits")]
    OriginalDataElements,
    /// DE 95 does not have 42 characters of which the first twelve are digits.
    #[error("DE 95 takes 42 characters, the first twelve of them digits")]
    ReplacementAmounts,
}

/// Reads a twelve-digit amount in minor units.
///
/// # Errors
/// [`ElementError::Amount`] for anything but twelve digits.
pub fn parse_amount(text: &str) -> Result<u64, ElementError> {
    if text.len() != 12 || !Content::Numeric.accepts(text.as_bytes()) {
        return Err(ElementError::Amount);
    }
    text.parse().map_err(|_| ElementError::Amount)
}

/// Writes minor units as twelve digits.
///
/// # Errors
/// [`ElementError::Amount`] above [`AMOUNT_MAX`].
pub fn format_amount(minor_units: u64) -> Result<String, ElementError> {
    if minor_units > AMOUNT_MAX {
        return Err(ElementError::Amount);
    }
    Ok(format!("{minor_units:012}"))
}

/// DE 90: which earlier message a reversal is about.
#[derive(Clone, PartialEq, Eq)]
pub struct OriginalDataElements {
    mti: Mti,
    /// All 42 digits.
    text: Zeroizing<String>,
}

impl OriginalDataElements {
    /// Builds the element: `stan` is DE 11, `transmitted` DE 7 (MMDDhhmmss), `acquirer` and
    /// `forwarder` are DE 32 and 33, zero-filled on the left; an empty one is all zeros.
    ///
    /// # Errors
    /// [`ElementError::OriginalDataElements`] if a part is not digits or does not fit.
    pub fn try_new(
        mti: Mti,
        stan: &str,
        transmitted: &str,
        acquirer: &str,
        forwarder: &str,
    ) -> Result<Self, ElementError> {
        if stan.len() != 6 || transmitted.len() != 10 {
            return Err(ElementError::OriginalDataElements);
        }
        let text = format!("{mti}{stan}{transmitted}{acquirer:0>11}{forwarder:0>11}");
        Self::parse(&Zeroizing::new(text))
    }

    /// Reads the 42 digits of the element.
    ///
    /// # Errors
    /// [`ElementError::OriginalDataElements`] if they are not.
    pub fn parse(text: &str) -> Result<Self, ElementError> {
        let wrong = ElementError::OriginalDataElements;
        if text.len() != 42 || !Content::Numeric.accepts(text.as_bytes()) {
            return Err(wrong);
        }
        let mti = Mti::try_new(&text[..4]).map_err(|_| wrong)?;
        Ok(Self { mti, text: Zeroizing::new(text.to_owned()) })
    }

    /// The element as DE 90 holds it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The original message's type.
    #[must_use]
    pub const fn mti(&self) -> Mti {
        self.mti
    }

    /// The original's DE 11.
    #[must_use]
    pub fn stan(&self) -> &str {
        &self.text[4..10]
    }

    /// The original's DE 7, MMDDhhmmss.
    #[must_use]
    pub fn transmission_datetime(&self) -> &str {
        &self.text[10..20]
    }

    /// The original's DE 32 without leading zeros; empty if none was given.
    #[must_use]
    pub fn acquirer(&self) -> &str {
        self.text[20..31].trim_start_matches('0')
    }

    /// The original's DE 33 without leading zeros; empty if none was given.
    #[must_use]
    pub fn forwarder(&self) -> &str {
        self.text[31..].trim_start_matches('0')
    }
}

/// DE 95: the amounts that replace the original ones after a partial reversal. We use the actual
/// transaction amount, which is the new total; settlement and fees are written as zeros and not
/// read, because senders fill them freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplacementAmounts {
    transaction: u64,
}

impl ReplacementAmounts {
    /// With the actual transaction amount in minor units of DE 49.
    ///
    /// # Errors
    /// [`ElementError::Amount`] above [`AMOUNT_MAX`].
    pub const fn try_new(transaction: u64) -> Result<Self, ElementError> {
        if transaction > AMOUNT_MAX {
            return Err(ElementError::Amount);
        }
        Ok(Self { transaction })
    }

    /// Reads the 42 characters of the element.
    ///
    /// # Errors
    /// [`ElementError::ReplacementAmounts`] if the length or the first amount is wrong.
    pub fn parse(text: &str) -> Result<Self, ElementError> {
        match text.split_at_checked(12) {
            Some((actual, rest)) if rest.len() == 30 => parse_amount(actual)
                .map(|transaction| Self { transaction })
                .map_err(|_| ElementError::ReplacementAmounts),
            _ => Err(ElementError::ReplacementAmounts),
        }
    }

    /// The actual transaction amount in minor units of DE 49: the new total.
    #[must_use]
    pub const fn transaction(self) -> u64 {
        self.transaction
    }

    /// The element as DE 95 holds it.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{:012}{:030}", self.transaction, 0)
    }
}

/// DE 43: where the card was used. Parts come without their padding.
#[derive(Clone, PartialEq, Eq)]
pub struct CardAcceptor {
    name: Zeroizing<String>,
    city: Zeroizing<String>,
    country: Zeroizing<String>,
}

impl CardAcceptor {
    /// Name of at most 25 printable ASCII characters, city of 13, country of 2 (ISO 3166-1).
    ///
    /// # Errors
    /// [`ElementError::CardAcceptor`] if a part does not fit.
    pub fn try_new(name: &str, city: &str, country: &str) -> Result<Self, ElementError> {
        let text = Zeroizing::new(format!("{name:<25}{city:<13}{country:<2}"));
        Self::parse(&text).and_then(|parsed| {
            // Lengths that only sum up to 40 would move characters into the next part.
            let fits = name.len() <= 25 && city.len() <= 13 && country.len() <= 2;
            fits.then_some(parsed).ok_or(ElementError::CardAcceptor)
        })
    }

    /// Reads the 40 characters of the element: 25 + 13 + 2.
    ///
    /// # Errors
    /// [`ElementError::CardAcceptor`] if they are not 40 printable ASCII characters.
    pub fn parse(text: &str) -> Result<Self, ElementError> {
        if text.len() != 40 || !Content::Text.accepts(text.as_bytes()) {
            return Err(ElementError::CardAcceptor);
        }
        let part = |part: &str| Zeroizing::new(part.trim().to_owned());
        Ok(Self { name: part(&text[..25]), city: part(&text[25..38]), country: part(&text[38..]) })
    }

    /// The merchant's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The merchant's city.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.city
    }

    /// The merchant's country, as sent: usually ISO 3166-1 alpha-2, possibly empty.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.country
    }

    /// The element as DE 43 holds it, padded to 40 characters.
    #[must_use]
    pub fn to_text(&self) -> String {
        let (name, city, country) = (self.name(), self.city(), self.country());
        format!("{name:<25}{city:<13}{country:<2}")
    }
}

/// By the original's message type and STAN; the rest is one run of digits.
impl fmt::Debug for OriginalDataElements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OriginalDataElements {} {}", self.mti, self.stan())
    }
}

impl fmt::Debug for CardAcceptor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CardAcceptor {:?}", mask_digit_runs(&self.to_text()))
    }
}
