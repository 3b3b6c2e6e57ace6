//! Which amount a message is about, in the currency that cards are billed in.

use cardium_app::network::Asked;
use cardium_authorizations::DeclineReason;
use cardium_iso8583::{Message, ReplacementAmounts};
use cardium_kernel::{Currency, Money};

use crate::currency::MerchantCurrency;

/// The currency that cards are held and billed in.
pub(crate) const BILLING: Currency = Currency::Usd;

/// Nothing, in the billing currency.
pub(crate) const NOTHING: Asked = Asked::domestic(Money::zero(BILLING));

/// The cardholder's amount (DE 6, 51) where the network converted, else the merchant's (DE 4,
/// 49). An amount without its currency is none: nobody guesses with money.
pub(crate) fn asked(message: &Message) -> Result<Asked, DeclineReason> {
    let merchant = currency(message, 49)?;
    let minor = message.amount(4).ok_or(DeclineReason::InvalidAmount)?;
    let is_billing = merchant.code() == BILLING.code();
    if !message.contains(6) {
        let billed = is_billing.then(|| billing(minor).map(Asked::domestic));
        return billed.unwrap_or(Err(DeclineReason::UnsupportedCurrency));
    }
    if currency(message, 51)?.code() != BILLING.code() {
        return Err(DeclineReason::UnsupportedCurrency);
    }
    let billed = message.amount(6).ok_or(DeclineReason::InvalidAmount)?;
    let mut asked = Asked::domestic(billing(billed)?);
    if !is_billing {
        let amount = merchant.amount(minor).ok_or(DeclineReason::UnsupportedCurrency)?;
        asked.merchant_amount = Some(amount);
    }
    Ok(asked)
}

/// Whether a message asks for nothing, which is nothing in every currency.
pub(crate) fn is_nothing(message: &Message) -> bool {
    let zero = |de| message.amount(de).is_none_or(|minor| minor == 0);
    message.amount(4) == Some(0) && zero(6) && currency(message, 49).is_ok()
}

fn currency(message: &Message, de: u8) -> Result<MerchantCurrency, DeclineReason> {
    let code = message.get(de).ok_or(DeclineReason::InvalidAmount)?;
    MerchantCurrency::find(code).ok_or(DeclineReason::UnsupportedCurrency)
}

fn billing(minor: u64) -> Result<Money, DeclineReason> {
    let minor = i64::try_from(minor).map_err(|_| DeclineReason::InvalidAmount)?;
    Ok(Money::new(minor, BILLING))
}

/// A reversal's DE 95 cannot be told in the billing currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unconvertible;

/// What a reversal leaves: the first amount of DE 95, none without one. Zeros count as none: a
/// reversal that leaves nothing is a full one, and many senders of those fill the field. It is in
/// the merchant's currency, so it is converted at the rate of the message's own two amounts, half
/// up.
pub(crate) fn remaining(message: &Message) -> Result<Option<Money>, Unconvertible> {
    let text = message.get(95).filter(|text| text.bytes().any(|byte| byte != b'0'));
    let Some(text) = text else { return Ok(None) };
    let merchant = currency(message, 49).map_err(|_| Unconvertible)?;
    let total = ReplacementAmounts::parse(text).map_err(|_| Unconvertible)?.transaction();
    if total == 0 {
        return Ok(None);
    }
    let minor = if message.contains(6) {
        let billed = asked(message).map_err(|_| Unconvertible)?.billing.minor();
        let billed = u64::try_from(billed).map_err(|_| Unconvertible)?;
        let merchant = message.amount(4).ok_or(Unconvertible)?;
        scaled(total, (billed, merchant), Rounding::HalfUp).ok_or(Unconvertible)?
    } else if merchant.code() == BILLING.code() {
        total
    } else {
        return Err(Unconvertible);
    };
    billing(minor).map(Some).map_err(|_| Unconvertible)
}

/// How a conversion is cut to whole minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    HalfUp,
    Down,
}

/// `amount` times `numerator / denominator`; `None` where that does not fit.
pub(crate) fn scaled(
    amount: u64,
    (numerator, denominator): (u64, u64),
    rounding: Rounding,
) -> Option<u64> {
    let product = u128::from(amount).checked_mul(u128::from(numerator))?;
    let denominator = u128::from(denominator);
    let whole = match rounding {
        Rounding::Down => product.checked_div(denominator)?,
        Rounding::HalfUp => {
            let halves = product.checked_mul(2)?.checked_add(denominator)?;
            halves.checked_div(denominator.checked_mul(2)?)?
        }
    };
    u64::try_from(whole).ok()
}
