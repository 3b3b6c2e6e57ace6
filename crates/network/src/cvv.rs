//! The CVV2 of a message.
//!
//! ISO 8583 leaves DE 48 to private agreement. Ours is Mastercard's layout: optionally one letter
//! (the transaction category code), then sub-elements of two digits tag, two digits length and
//! the value. Sub-element 92 is the CVV2, so `9203123` carries 123. Other sub-elements are passed
//! over; what does not follow the layout is somebody else's data and carries no CVV2.

use cardium_authorizations::CvvCheck;
use cardium_iso8583::Message;
use cardium_vault::{Cvk, Expiry, Pan, cvv2};

/// The sub-element of DE 48 that carries the CVV2.
pub(crate) const TAG: &str = "92";

/// Compares the message's CVV2 with the card's. Without an expiry there is nothing to derive the
/// value from, so one that was sent cannot be right.
pub(crate) fn check(message: &Message, pan: &Pan, expiry: Option<Expiry>, cvk: &Cvk) -> CvvCheck {
    let sent = message.get(48).and_then(|private| sub_element(private, TAG));
    let Some(sent) = sent.filter(|value| !value.trim().is_empty()) else {
        return CvvCheck::Absent;
    };
    match expiry {
        Some(expiry) if cvv2(pan, expiry, cvk).matches(sent) => CvvCheck::Match,
        _ => CvvCheck::Mismatch,
    }
}

/// The value of the first sub-element with this tag.
pub(crate) fn sub_element<'a>(private: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest =
        private.strip_prefix(|first: char| first.is_ascii_alphabetic()).unwrap_or(private);
    loop {
        let (tag, after) = rest.split_at_checked(2)?;
        let (length, after) = after.split_at_checked(2)?;
        let is_digits = length.bytes().all(|byte| byte.is_ascii_digit());
        let length = is_digits.then(|| length.parse().ok())??;
        let (value, after) = after.split_at_checked(length)?;
        if tag == wanted {
            return Some(value);
        }
        rest = after;
    }
}
