use std::fmt;

use rust_decimal::Decimal;

use crate::Currency;

/// An amount in whole minor units (cents) of one currency. May be negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why an amount cannot be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies met in one sum.
    #[error("cannot combine {0} with {1}")]
    CurrencyMismatch(Currency, Currency),
    /// More digits after the point than the currency has.
    #[error("more than {0} decimal places")]
    Precision(u32),
    /// Not a decimal number.
    #[error("not a decimal number")]
    Syntax,
}

impl Money {
    /// An amount of `minor` units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// US dollars, given in cents.
    #[must_use]
    pub const fn usd(cents: i64) -> Self {
        Self::new(cents, Currency::Usd)
    }

    /// Nothing, in this currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether the amount is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum.
    ///
    /// # Errors
    /// On two currencies or overflow.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The difference.
    ///
    /// # Errors
    /// On two currencies or overflow.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The amount with its sign turned.
    ///
    /// # Errors
    /// For the one value that has no opposite in 64 bits.
    pub fn negated(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The smaller of two amounts of one currency.
    ///
    /// # Errors
    /// On two currencies.
    pub fn min(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Ok(if other.minor < self.minor { other } else { self })
    }

    /// Reads a decimal number of major units, such as `487.20`, exactly.
    ///
    /// # Errors
    /// [`MoneyError::Syntax`], [`MoneyError::Precision`] or [`MoneyError::Overflow`].
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let value = parse_decimal(text)?;
        if value.normalize().scale() > currency.exponent() {
            return Err(MoneyError::Precision(currency.exponent()));
        }
        let scale = Decimal::from(10_i64.pow(currency.exponent()));
        let minor = value.checked_mul(scale).ok_or(MoneyError::Overflow)?;
        let minor = i64::try_from(minor.normalize()).map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(minor, currency))
    }

    /// The amount in major units with all decimals, such as `487.20`.
    #[must_use]
    pub fn major(self) -> String {
        Decimal::new(self.minor, self.currency.exponent()).to_string()
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
    }
}

fn parse_decimal(text: &str) -> Result<Decimal, MoneyError> {
    if !is_number(text) {
        return Err(MoneyError::Syntax);
    }
    if let Some((mantissa, _)) = text.split_once(['e', 'E']) {
        // The reader of scientific notation would round a mantissa that is too long.
        let _exact = parse_decimal(mantissa)?;
        let tiny = text.contains("e-") || text.contains("E-");
        let error = if tiny { MoneyError::Precision(2) } else { MoneyError::Overflow };
        return Decimal::from_scientific(text).map_err(|_| error);
    }
    Decimal::from_str_exact(text).map_err(|error| match error {
        rust_decimal::Error::Underflow => MoneyError::Precision(2),
        _ => MoneyError::Overflow,
    })
}

/// The grammar of a JSON number (RFC 8259, section 6), leading zeros allowed.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|part| part.strip_prefix(['+', '-']).unwrap_or(part));
    digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.major(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_decimals_exactly() {
        for (text, expected) in [
            ("487.20", Ok(48_720)),
            ("500", Ok(50_000)),
            ("0.001", Err(MoneyError::Precision(2))),
            ("1.230", Ok(123)),
            ("-0", Ok(0)),
            ("-5.01", Ok(-501)),
            ("1e3", Ok(100_000)),
            ("NaN", Err(MoneyError::Syntax)),
            ("", Err(MoneyError::Syntax)),
            ("1e400", Err(MoneyError::Overflow)),
            ("1e-400", Err(MoneyError::Precision(2))),
            ("2.00000000000000000000000000000000001e1", Err(MoneyError::Precision(2))),
            ("1_000", Err(MoneyError::Syntax)),
            ("+5", Err(MoneyError::Syntax)),
            ("92233720368547758.08", Err(MoneyError::Overflow)),
            ("99999999999999999999999999999999", Err(MoneyError::Overflow)),
            ("0.00000000000000000000000000000001", Err(MoneyError::Precision(2))),
        ] {
            let read = Money::parse_major(text, Currency::Usd).map(Money::minor);
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let euro = Money::new(1, Currency::Eur);
        assert!(matches!(Money::usd(1).plus(euro), Err(MoneyError::CurrencyMismatch(..))));
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(Money::usd(i64::MAX).plus(Money::usd(1)), Err(MoneyError::Overflow));
        assert_eq!(Money::usd(i64::MIN).negated(), Err(MoneyError::Overflow));
    }

    proptest::proptest! {
        #[test]
        fn major_units_round_trip(minor in proptest::num::i64::ANY) {
            let money = Money::usd(minor);
            let text = money.major();
            proptest::prop_assert_eq!(Money::parse_major(&text, Currency::Usd), Ok(money));
        }
    }
}
