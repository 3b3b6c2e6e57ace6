//! What a message asks for, in values.

use cardium_authorizations::{
    CvvCheck, DeclineReason, ForeignAmount, PartialApproval, RequestKind,
};
use cardium_cards::Channel;
use cardium_kernel::{Country, Money, MoneyError, Rate, Rounding};
use cardium_vault::Expiry;

/// How much a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The cardholder's billing amount (DE 6, else DE 4).
    pub billing: Money,
    /// What the merchant asked (DE 4), where that is another currency.
    pub merchant_amount: Option<ForeignAmount>,
}

/// What the cardholder is charged for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charge {
    /// Billing amount and fee.
    pub(super) total: Money,
    /// Our fee for the conversion; zero in the card's own currency.
    pub(super) fee: Money,
}

impl Asked {
    /// An amount in the card's own currency.
    #[must_use]
    pub const fn domestic(billing: Money) -> Self {
        Self { billing, merchant_amount: None }
    }

    /// The billing amount with our fee, half up to the cent.
    pub(super) fn charge(&self, conversion_fee: Rate) -> Result<Charge, MoneyError> {
        let fee = match self.merchant_amount {
            None => Money::zero(self.billing.currency()),
            Some(_) => conversion_fee.apply(self.billing, Rounding::HalfUp)?,
        };
        Ok(Charge { total: self.billing.plus(fee)?, fee })
    }

    /// The greatest charge that `available` covers, for an approval in part.
    pub(super) fn charge_within(
        &self,
        available: Money,
        conversion_fee: Rate,
    ) -> Result<Charge, MoneyError> {
        if self.merchant_amount.is_none() {
            return Ok(Charge { total: available, fee: Money::zero(available.currency()) });
        }
        // Taking the fee of the whole off first leaves a billing amount that surely fits.
        let fee = conversion_fee.apply(available, Rounding::HalfUp)?;
        let billing = available.minus(fee)?;
        let fee = conversion_fee.apply(billing, Rounding::HalfUp)?;
        Ok(Charge { total: billing.plus(fee)?, fee })
    }
}

/// An amount that money can be posted for.
pub(super) fn usable(amount: &Result<Asked, DeclineReason>) -> Result<&Asked, DeclineReason> {
    let asked = amount.as_ref().map_err(|reason| *reason)?;
    if asked.billing.is_positive() { Ok(asked) } else { Err(DeclineReason::InvalidAmount) }
}

/// A request for a decision.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is asked for.
    pub kind: RequestKind,
    /// How much, or why it cannot be told.
    pub amount: Result<Asked, DeclineReason>,
    /// DE 14, where the request names it.
    pub expiry: Option<Expiry>,
    /// What came of checking the CVV2 at the edge.
    pub cvv: CvvCheck,
    /// How the card was presented (DE 22, 25).
    pub channel: Channel,
    /// Where the merchant is (DE 43, else DE 19); none where it cannot be told.
    pub country: Option<Country>,
    /// Whether the terminal takes less than it asks for.
    pub partial: PartialApproval,
}

/// The part of `fee` that goes with `part` of `whole`, half up to the cent.
///
/// # Errors
/// When it does not fit.
pub(crate) fn proportion(fee: Money, part: Money, whole: Money) -> Result<Money, MoneyError> {
    if fee.is_zero() || !whole.is_positive() {
        return Ok(Money::zero(fee.currency()));
    }
    let (fee_minor, part, whole) =
        (i128::from(fee.minor()), i128::from(part.minor()), i128::from(whole.minor()));
    let minor = fee_minor
        .checked_mul(part)
        .and_then(|product| product.checked_mul(2)?.checked_add(whole))
        .and_then(|halves| halves.checked_div_euclid(whole.checked_mul(2)?))
        .and_then(|minor| i64::try_from(minor).ok())
        .ok_or(MoneyError::Overflow)?;
    Ok(Money::new(minor, fee.currency()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(cents: i64) -> Asked {
        let merchant_amount = ForeignAmount::try_new(1, "EUR", 2);
        Asked { billing: Money::usd(cents), merchant_amount }
    }

    proptest::proptest! {
        #[test]
        fn a_partial_charge_never_exceeds_what_is_there(
            free in 1_i64..1_000_000,
            rate in 0_u32..100_000,
        ) {
            let charge = foreign(2_000_000)
                .charge_within(Money::usd(free), Rate::from_millionths(rate))
                .unwrap();
            proptest::prop_assert!(charge.total.minor() <= free);
            proptest::prop_assert!(charge.fee.minor() <= charge.total.minor());
        }
    }

    #[test]
    fn a_fee_comes_on_top_of_foreign_spending_only() {
        let rate = Rate::from_millionths(15_000);
        let charge = foreign(1_000).charge(rate).unwrap();
        assert_eq!((charge.total, charge.fee), (Money::usd(1_015), Money::usd(15)));
        let charge = Asked::domestic(Money::usd(1_000)).charge(rate).unwrap();
        assert_eq!((charge.total, charge.fee), (Money::usd(1_000), Money::usd(0)));
    }

    #[test]
    fn a_part_has_its_part_of_the_fee() {
        let fee = Money::usd(15);
        let part = |cents| proportion(fee, Money::usd(cents), Money::usd(1_000));
        assert_eq!(part(1_000), Ok(fee));
        assert_eq!(part(500), Ok(Money::usd(8)));
        assert_eq!(part(0), Ok(Money::usd(0)));
    }
}
