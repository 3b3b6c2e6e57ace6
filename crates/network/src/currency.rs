//! ISO 4217: the currencies that merchants ask in.

use cardium_authorizations::ForeignAmount;

/// A currency with its codes and its number of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MerchantCurrency {
    code: &'static str,
    numeric: u16,
    exponent: u8,
}

impl MerchantCurrency {
    /// The currency with this code of three letters or three digits, as DE 49 and 51 have it;
    /// numeric as a rule, alphabetic with some senders. `None` for what is not on the list, and
    /// for metals and units of account, which have no decimals and buy nothing.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        let is_number = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
        let found = if is_number {
            iso_currency::Currency::from_numeric(code.parse().ok()?)
        } else {
            iso_currency::Currency::from_code(code)
        }?;
        let exponent = u8::try_from(found.exponent()?).ok()?;
        Some(Self { code: found.code(), numeric: found.numeric(), exponent })
    }

    /// The three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The three digits.
    #[must_use]
    pub fn numeric(self) -> String {
        format!("{:03}", self.numeric)
    }

    /// How many decimals a major unit has.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// This many minor units; `None` where the currency has more decimals than are shown.
    pub(crate) fn amount(self, minor: u64) -> Option<ForeignAmount> {
        ForeignAmount::try_new(minor, self.code, self.exponent)
    }
}
