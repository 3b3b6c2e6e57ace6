use std::fmt;

/// An amount in the merchant's currency, for display: nothing is computed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignAmount {
    minor: u64,
    exponent: u8,
    currency: [u8; 3],
}

impl ForeignAmount {
    /// The greatest number of decimals that a currency has (ISO 4217: four).
    const MAX_EXPONENT: u8 = 4;

    /// `minor` units of the currency with this ISO 4217 code and number of decimals; `None` where
    /// the code is not three capital letters or the currency has more than four decimals.
    #[must_use]
    pub fn try_new(minor: u64, currency: &str, exponent: u8) -> Option<Self> {
        let code: [u8; 3] = currency.as_bytes().try_into().ok()?;
        let fits = exponent <= Self::MAX_EXPONENT && code.iter().all(u8::is_ascii_uppercase);
        fits.then_some(Self { minor, exponent, currency: code })
    }

    /// The ISO 4217 code.
    #[must_use]
    pub fn currency(&self) -> &str {
        std::str::from_utf8(&self.currency).unwrap_or("XXX")
    }

    /// Whole minor units.
    #[must_use]
    pub const fn minor(&self) -> u64 {
        self.minor
    }

    /// The amount in major units with all decimals, such as `12.50`.
    #[must_use]
    pub fn major(&self) -> String {
        let decimals = usize::from(self.exponent);
        let digits = format!("{:0width$}", self.minor, width = decimals.saturating_add(1));
        let (whole, rest) = digits.split_at(digits.len().saturating_sub(decimals));
        if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") }
    }

    /// Reads what [`fmt::Display`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (major, currency) = text.split_once(' ')?;
        let (whole, decimals) = major.split_once('.').unwrap_or((major, ""));
        let minor = format!("{whole}{decimals}").parse().ok()?;
        Self::try_new(minor, currency, u8::try_from(decimals.len()).ok()?)
    }
}

/// Such as `12.50 EUR`.
impl fmt::Display for ForeignAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.major(), self.currency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_decimals_reads_back() {
        for (minor, exponent, text) in [
            (1_250, 2, "12.50 EUR"),
            (5, 2, "0.05 EUR"),
            (1_250, 0, "1250 EUR"),
            (0, 3, "0.000 EUR"),
            (1, 3, "0.001 EUR"),
        ] {
            let amount = ForeignAmount::try_new(minor, "EUR", exponent).unwrap();
            assert_eq!(amount.to_string(), text);
            assert_eq!(ForeignAmount::parse(text), Some(amount));
        }
        assert_eq!(ForeignAmount::try_new(1, "eur", 2), None);
        assert_eq!(ForeignAmount::try_new(1, "EUR", 5), None);
    }
}
