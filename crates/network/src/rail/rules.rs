//! What a test helper may ask for, and how it is refused.

use cardium_app::CommandError;
use cardium_iso8583::AMOUNT_MAX;
use cardium_kernel::{ErrorCode, Money, Problem};

use super::wishes::SimulatedPurchase;
use crate::{MerchantCurrency, simulate::SimulateError};

/// What stays of `total` when `amount` is taken back of what is still `open`: none if nothing
/// does, and if everything is taken back.
pub(crate) fn remaining(
    (total, open): (Money, Money),
    amount: Option<Money>,
) -> Result<Option<Money>, CommandError> {
    let Some(amount) = amount else {
        return Ok(None);
    };
    check_amount(amount)?;
    if open.minus(amount)?.is_negative() {
        let message = "More than the authorization has left.";
        return Err(invalid("amount_usd", message));
    }
    let rest = total.minus(amount)?;
    Ok(rest.is_positive().then_some(rest))
}

pub(crate) fn check(purchase: &SimulatedPurchase) -> Result<(), CommandError> {
    check_amount(purchase.amount)?;
    check_mcc(&purchase.mcc)?;
    let country = purchase.country.as_bytes();
    if country.len() != 2 || !country.iter().all(u8::is_ascii_alphabetic) {
        return Err(invalid("country", "A country code has 2 letters."));
    }
    let id = purchase.merchant_id.as_deref().unwrap_or("X");
    if !(1..=15).contains(&id.len()) || !id.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        let message = "A merchant id has 1 to 15 printable ASCII characters.";
        return Err(invalid("merchant_id", message));
    }
    Ok(())
}

pub(crate) fn check_mcc(mcc: &str) -> Result<(), CommandError> {
    let fits = mcc.len() == 4 && all_digits(mcc);
    let message = "A merchant category code has 4 digits.";
    fits.then_some(()).ok_or_else(|| invalid("mcc", message))
}

/// The currency that a merchant asks in; none for the card's own.
pub(crate) fn currency(code: Option<&str>) -> Result<Option<MerchantCurrency>, CommandError> {
    let Some(code) = code else { return Ok(None) };
    let message = "No currency of ISO 4217 that anything is sold in.";
    let found = MerchantCurrency::find(code).ok_or_else(|| invalid("currency", message))?;
    Ok(Some(found).filter(|found| found.code() != crate::amount::BILLING.code()))
}

/// Zero passes: what the programme makes of it is what the helper is there to show.
pub(crate) fn check_amount(amount: Money) -> Result<(), CommandError> {
    // Amounts abroad have twice the figures.
    let fits = u64::try_from(amount.minor()).is_ok_and(|minor| minor <= AMOUNT_MAX / 2);
    let message = "An amount on the wire has at most 12 digits and no sign.";
    fits.then_some(()).ok_or_else(|| invalid("amount_usd", message))
}

/// A CVV2 that differs from `good` in its last digit.
pub(crate) fn other_than(good: &str) -> String {
    let last = if good.ends_with('0') { '1' } else { '0' };
    let mut bad = good.to_owned();
    bad.pop();
    bad.push(last);
    bad
}

pub(crate) fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(crate) fn invalid(param: &str, message: &str) -> CommandError {
    Problem::field(ErrorCode::InvalidField, param, message).into()
}

pub(crate) fn unfit(error: &SimulateError) -> CommandError {
    CommandError::Internal(format!("a simulated message cannot be built: {error}"))
}

pub(crate) fn no_message() -> CommandError {
    let message = "The authorization came with no network message.";
    Problem::new(ErrorCode::NoAuthMessage, message).into()
}

pub(crate) fn wrong_state() -> CommandError {
    let message = "The authorization is not in a state that allows this.";
    Problem::new(ErrorCode::InvalidTransactionState, message).into()
}
