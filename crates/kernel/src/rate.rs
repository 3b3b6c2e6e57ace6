use crate::{Money, MoneyError};

/// How a fraction of a minor unit is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest unit, a half away from zero.
    HalfUp,
    /// Towards zero.
    Down,
}

/// A proportion in millionths: 2 % is `Rate::from_millionths(20_000)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate {
    millionths: u32,
}

impl Rate {
    const ONE: i128 = 1_000_000;

    /// A rate of this many millionths.
    #[must_use]
    pub const fn from_millionths(millionths: u32) -> Self {
        Self { millionths }
    }

    /// A rate in basis points (hundredths of a percent); `None` above 429,496 %.
    #[must_use]
    pub const fn from_basis_points(points: u32) -> Option<Self> {
        match points.checked_mul(100) {
            Some(millionths) => Some(Self { millionths }),
            None => None,
        }
    }

    /// The rate applied to an amount, rounded to a whole minor unit.
    ///
    /// # Errors
    /// When the result does not fit 64 bits.
    pub fn apply(self, amount: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        let product = i128::from(amount.minor())
            .checked_mul(i128::from(self.millionths))
            .ok_or(MoneyError::Overflow)?;
        let minor = divide(product, rounding).ok_or(MoneyError::Overflow)?;
        let minor = i64::try_from(minor).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, amount.currency()))
    }
}

fn divide(product: i128, rounding: Rounding) -> Option<i128> {
    let half = match rounding {
        Rounding::HalfUp => Rate::ONE.checked_div(2)?.checked_mul(product.signum())?,
        Rounding::Down => 0,
    };
    product.checked_add(half)?.checked_div(Rate::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_percent_half_up() {
        let rate = Rate::from_basis_points(200).unwrap();
        for (cents, fee) in [(20_000, 400), (125, 3), (124, 2), (1, 0), (25, 1), (-125, -3)] {
            let charged = rate.apply(Money::usd(cents), Rounding::HalfUp).unwrap();
            assert_eq!(charged, Money::usd(fee), "{cents}");
        }
    }

    proptest::proptest! {
        #[test]
        fn half_up_is_within_half_a_unit(
            cents in -1_000_000_000_i64..1_000_000_000,
            millionths in 0_u32..2_000_000,
        ) {
            let rate = Rate::from_millionths(millionths);
            let got = rate.apply(Money::usd(cents), Rounding::HalfUp).unwrap();
            let exact = i128::from(cents) * i128::from(millionths);
            let error = (i128::from(got.minor()) * 1_000_000 - exact).abs();
            proptest::prop_assert!(error <= 500_000);
        }
    }
}
