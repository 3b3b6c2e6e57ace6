//! The CVV2 of a message, in DE 48.

use cardium_authorizations::CvvCheck;
use cardium_iso8583::Message;
use cardium_vault::{Cvk, Expiry, Pan, cvv2};

use crate::private;

/// Compares the message's CVV2 with the card's. Without an expiry there is nothing to derive the
/// value from, so one that was sent cannot be right.
pub(crate) fn check(message: &Message, pan: &Pan, expiry: Option<Expiry>, cvk: &Cvk) -> CvvCheck {
    let sent = private::find(message, private::CVV2);
    let Some(sent) = sent.filter(|value| !value.trim().is_empty()) else {
        return CvvCheck::Absent;
    };
    match expiry {
        Some(expiry) if cvv2(pan, expiry, cvk).matches(sent) => CvvCheck::Match,
        _ => CvvCheck::Mismatch,
    }
}
