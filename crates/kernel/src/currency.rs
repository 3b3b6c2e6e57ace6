use std::fmt;

/// An ISO 4217 currency the programme accounts in, with its alphabetic and numeric code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// United States dollar, exponent 2.
    Usd,
    /// Euro, exponent 2.
    Eur,
}

impl Currency {
    /// Every currency of the programme.
    pub const ALL: [Self; 2] = [Self::Usd, Self::Eur];

    /// The ISO 4217 alphabetic code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Eur => "EUR",
        }
    }

    /// The ISO 4217 numeric code, as ISO 8583 carries it in DE 49 and 51.
    #[must_use]
    pub const fn numeric(self) -> &'static str {
        match self {
            Self::Usd => "840",
            Self::Eur => "978",
        }
    }

    /// Digits after the decimal point in a major unit.
    #[must_use]
    pub const fn exponent(self) -> u32 {
        2
    }

    /// The currency with this alphabetic code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.code() == code)
    }

    /// The currency with this numeric code.
    #[must_use]
    pub fn from_numeric(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.numeric() == code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
