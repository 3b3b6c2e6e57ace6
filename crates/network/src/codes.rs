//! DE 39: the two characters that stand for an outcome on the wire.
//!
//! They follow ISO 8583:1987 as the card schemes use it. The mapping loses detail on purpose: a
//! merchant learns no more than it needs, our own precise reason stays with the transaction.

use cardium_authorizations::DeclineReason;

/// Approved, or taken note of.
pub const APPROVED: &str = "00";
/// A request that the programme does not know.
pub const INVALID_TRANSACTION: &str = "12";
/// No card bears the PAN.
pub const UNKNOWN_CARD: &str = "14";
/// The message lacks a field, or a field cannot be read.
pub const FORMAT_ERROR: &str = "30";
/// The issuer cannot decide now: overloaded, or the sender has not signed on.
pub const UNAVAILABLE: &str = "91";
/// Another message used the same key.
pub const DUPLICATE: &str = "94";
/// Our fault.
pub const SYSTEM_ERROR: &str = "96";

/// The code that declines for `reason`.
///
/// - A closed card looks like one that never was (14): its number is of no more use.
/// - A frozen card is restricted (62), not suspect: the merchant should not keep it.
/// - A wrong CVV2 and a request whose reversal came first get the plain "do not honour" (05).
/// - A foreign billing currency is an amount that we cannot read (13).
#[must_use]
pub const fn decline(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::UnknownCard | DeclineReason::CardClosed => UNKNOWN_CARD,
        DeclineReason::CardFrozen => "62",
        DeclineReason::CardNotActivated => "78",
        DeclineReason::CardExpired | DeclineReason::ExpiryMismatch => "54",
        DeclineReason::CvvMismatch | DeclineReason::ReversedBefore => "05",
        DeclineReason::InvalidAmount | DeclineReason::UnsupportedCurrency => "13",
        DeclineReason::InvalidTransaction => INVALID_TRANSACTION,
        DeclineReason::InsufficientFunds => "51",
    }
}
