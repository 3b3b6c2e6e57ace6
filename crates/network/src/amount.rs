//! Which amount a message is about, in the currency that cards are billed in.

use cardium_authorizations::DeclineReason;
use cardium_iso8583::{Message, ReplacementAmounts};
use cardium_kernel::{Currency, Money};

/// The currency that cards are held and billed in.
const BILLING: Currency = Currency::Usd;

/// Kinds of transaction (the first two digits of DE 3) that spend from a card: goods and
/// services, cash withdrawal, goods with cash back.
const SPENDING: [&str; 3] = ["00", "01", "09"];

/// The billing amount of a message that spends, or why it cannot be one.
pub(crate) fn spent(message: &Message) -> Result<Money, DeclineReason> {
    let kind = message.get(3).and_then(|code| code.get(..2));
    if !kind.is_some_and(|kind| SPENDING.contains(&kind)) {
        return Err(DeclineReason::InvalidTransaction);
    }
    billed(message)
}

/// The cardholder's amount (DE 6, 51) where the network converted, else the merchant's (DE 4,
/// 49). An amount without its currency is none: nobody guesses with money.
fn billed(message: &Message) -> Result<Money, DeclineReason> {
    let (amount, currency) = if message.contains(6) { (6, 51) } else { (4, 49) };
    let minor = message.amount(amount).map(i64::try_from);
    let (Some(Ok(minor)), Some(code)) = (minor, message.get(currency)) else {
        return Err(DeclineReason::InvalidAmount);
    };
    if currency_of(code) != Some(BILLING) {
        return Err(DeclineReason::UnsupportedCurrency);
    }
    Ok(Money::new(minor, BILLING))
}

/// Numeric as a rule, alphabetic with some senders; the field allows both.
fn currency_of(code: &str) -> Option<Currency> {
    Currency::from_numeric(code).or_else(|| Currency::from_code(code))
}

/// What a reversal leaves authorized: zero without DE 95, else its first amount. That one is in
/// the merchant's currency, so it is converted at the rate of the message's own two amounts,
/// rounded half up. `None` if it cannot be told in the billing currency.
pub(crate) fn remaining(message: &Message) -> Option<Money> {
    let Some(text) = message.get(95) else {
        return Some(Money::zero(BILLING));
    };
    let total = ReplacementAmounts::parse(text).ok()?.transaction();
    let minor = if message.contains(6) {
        let merchant = u128::from(message.amount(4)?);
        let scaled = u128::from(total).checked_mul(u128::from(billed_minor(message)?))?;
        let halves = scaled.checked_mul(2)?.checked_add(merchant)?;
        halves.checked_div(merchant.checked_mul(2)?)?
    } else {
        let code = message.get(49).unwrap_or(BILLING.numeric());
        (currency_of(code)? == BILLING).then_some(u128::from(total))?
    };
    Some(Money::new(i64::try_from(minor).ok()?, BILLING))
}

fn billed_minor(message: &Message) -> Option<u64> {
    let billed = billed(message).ok()?;
    u64::try_from(billed.minor()).ok()
}
