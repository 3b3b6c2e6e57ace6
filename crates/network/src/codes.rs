//! DE 39: the two characters that stand for an outcome on the wire.
//!
//! They follow ISO 8583:1987 as the card schemes use it. The mapping loses detail on purpose: a
//! merchant learns no more than it needs, our own precise reason stays with the transaction.

use cardium_authorizations::DeclineReason;

use crate::CvvDeclineCode;

/// Approved, or taken note of.
pub const APPROVED: &str = "00";
/// Approved for less than was asked.
pub const APPROVED_IN_PART: &str = "10";
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

/// The code that declines for `reason`, where the peer has no wish of its own.
#[must_use]
pub const fn decline(reason: DeclineReason) -> &'static str {
    decline_for(reason, CvvDeclineCode::DoNotHonour)
}

/// The code that declines for `reason`; networks differ on a wrong CVV2.
///
/// - A closed card looks like one that never was (14): its number is of no more use.
/// - A frozen card, and one used over a channel or in a country that it does not take, is
///   restricted (62), not suspect: the merchant should not keep it.
/// - What the operator, the network in our place or an earlier reversal says no to gets the plain
///   "do not honour" (05).
/// - Guessing CVV2 is suspected fraud (59).
/// - A foreign billing currency is an amount that we cannot read (13).
#[must_use]
pub const fn decline_for(reason: DeclineReason, cvv: CvvDeclineCode) -> &'static str {
    use DeclineReason as Reason;
    match reason {
        Reason::UnknownCard | Reason::CardClosed => UNKNOWN_CARD,
        Reason::CardFrozen | Reason::ChannelBlocked | Reason::CountryBlocked => "62",
        Reason::CardNotActivated => "78",
        Reason::CardExpired | Reason::ExpiryMismatch | Reason::ControlsExpired => "54",
        Reason::CvvMismatch => cvv.as_str(),
        Reason::CvvTriesExceeded => "59",
        Reason::MccBlocked
        | Reason::MerchantBlocked
        | Reason::AgentMandateOver
        | Reason::AgentMccBlocked
        | Reason::AgentMerchantBlocked => "57",
        Reason::TransactionLimit
        | Reason::AgentTransactionLimit
        | Reason::ProductTransactionLimit
        | Reason::ProductMonthlyLimit
        | Reason::DailyLimit
        | Reason::WeeklyLimit
        | Reason::MonthlyLimit
        | Reason::LifetimeLimit => "61",
        Reason::DailyCount
        | Reason::WeeklyCount
        | Reason::MonthlyCount
        | Reason::LifetimeCount
        | Reason::SingleUseSpent
        | Reason::TooManyIncrements => "65",
        Reason::HookDeclined | Reason::StandInDeclined | Reason::ReversedBefore => "05",
        Reason::HookUnavailable => UNAVAILABLE,
        Reason::InvalidAmount | Reason::UnsupportedCurrency => "13",
        Reason::InvalidTransaction => INVALID_TRANSACTION,
        Reason::InsufficientFunds => "51",
    }
}
