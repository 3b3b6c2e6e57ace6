//! What a test helper may ask for, and how it is refused.

use cardium_app::CommandError;
use cardium_authorizations::Authorization;
use cardium_iso8583::AMOUNT_MAX;
use cardium_kernel::{ErrorCode, Money, Problem};

use super::SimulatedPurchase;
use crate::simulate::SimulateError;

/// What stays of an authorization when `amount` is taken back; none if nothing does.
pub(crate) fn remaining(
    authorization: &Authorization,
    amount: Option<Money>,
) -> Result<Option<Money>, CommandError> {
    let spent = authorization.cleared.minus(authorization.refunded)?;
    let total = authorization.held.plus(spent)?;
    if !total.is_positive() {
        return Err(wrong_state());
    }
    let Some(amount) = amount else {
        return Ok(None);
    };
    check_amount(amount)?;
    let rest = total.minus(amount)?;
    if rest.is_negative() {
        let message = "More than the authorization has left.";
        return Err(invalid("amount_usd", message));
    }
    Ok(rest.is_positive().then_some(rest))
}

pub(crate) fn check(purchase: &SimulatedPurchase) -> Result<(), CommandError> {
    check_amount(purchase.amount)?;
    if purchase.mcc.len() != 4 || !all_digits(&purchase.mcc) {
        return Err(invalid("mcc", "A merchant category code has 4 digits."));
    }
    let country = purchase.country.as_bytes();
    if country.len() != 2 || !country.iter().all(u8::is_ascii_alphabetic) {
        return Err(invalid("country", "A country code has 2 letters."));
    }
    Ok(())
}

/// Zero passes: what the programme makes of it is what the helper is there to show.
pub(crate) fn check_amount(amount: Money) -> Result<(), CommandError> {
    let fits = u64::try_from(amount.minor()).is_ok_and(|minor| minor <= AMOUNT_MAX);
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
