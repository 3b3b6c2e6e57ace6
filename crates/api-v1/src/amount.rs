//! Money on the wire: a JSON number with at most two decimals, computed in integers.

use std::str::FromStr;

use cardium_kernel::{Currency, ErrorCode, Money, MoneyError, Problem};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Number, Value};

use crate::field::invalid;

/// The greatest amount any request may name: 1,000,000.00.
pub const MAXIMUM: Money = Money::usd(100_000_000);

/// An amount as the client wrote it: a number or a string, kept as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountIn(String);

impl<'de> Deserialize<'de> for AmountIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            other => Err(de::Error::invalid_type(kind(&other), &"a number or a string")),
        }
    }
}

fn kind(value: &Value) -> de::Unexpected<'static> {
    match value {
        Value::Bool(value) => de::Unexpected::Bool(*value),
        Value::Array(_) => de::Unexpected::Seq,
        Value::Object(_) => de::Unexpected::Map,
        _ => de::Unexpected::Unit,
    }
}

impl AmountIn {
    /// The amount, above zero and at most [`MAXIMUM`].
    ///
    /// # Errors
    /// `invalid_precision` above two decimals, else `invalid_field`.
    pub fn positive(&self, param: &str) -> Result<Money, Problem> {
        let amount = self.bounded(param)?;
        if amount.is_positive() {
            Ok(amount)
        } else {
            Err(invalid(param, "must be greater than 0"))
        }
    }

    /// The amount, at least zero and at most [`MAXIMUM`].
    ///
    /// # Errors
    /// As [`Self::positive`].
    pub fn not_negative(&self, param: &str) -> Result<Money, Problem> {
        let amount = self.bounded(param)?;
        if amount.is_negative() {
            return Err(invalid(param, "must be at least 0"));
        }
        Ok(amount)
    }

    fn bounded(&self, param: &str) -> Result<Money, Problem> {
        let amount = parse_usd(&self.0, param)?;
        if amount.minor() > MAXIMUM.minor() {
            return Err(invalid(param, "must be at most 1000000.00"));
        }
        Ok(amount)
    }
}

/// Reads a decimal number of US dollars, of any sign.
///
/// # Errors
/// `invalid_precision` above two decimals, else `invalid_field`.
pub fn parse_usd(text: &str, param: &str) -> Result<Money, Problem> {
    Money::parse_major(text, Currency::Usd).map_err(|error| match error {
        MoneyError::Precision(_) => {
            let message = format!("Field '{param}' has more than two decimals.");
            Problem::field(ErrorCode::InvalidPrecision, param, message)
        }
        MoneyError::Overflow => invalid(param, "is too large"),
        MoneyError::Syntax | MoneyError::CurrencyMismatch(..) => {
            invalid(param, "must be a decimal number")
        }
    })
}

/// An amount as it is shown: an exact JSON number with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountOut(pub Money);

impl Serialize for AmountOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = Number::from_str(&self.0.major()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Money, ErrorCode> {
        let amount: AmountIn = serde_json::from_str(json).map_err(|_| ErrorCode::InvalidJson)?;
        amount.positive("amount_usd").map_err(|problem| problem.code)
    }

    #[test]
    fn numbers_and_strings_are_read_exactly() {
        for (json, expected) in [
            ("487.20", Ok(Money::usd(48_720))),
            ("\"487.2\"", Ok(Money::usd(48_720))),
            ("500", Ok(Money::usd(50_000))),
            ("1e3", Ok(Money::usd(100_000))),
            ("1000000.00", Ok(MAXIMUM)),
            ("1000000.01", Err(ErrorCode::InvalidField)),
            ("0.001", Err(ErrorCode::InvalidPrecision)),
            ("1.230", Ok(Money::usd(123))),
            ("0", Err(ErrorCode::InvalidField)),
            ("-0", Err(ErrorCode::InvalidField)),
            ("-5", Err(ErrorCode::InvalidField)),
            ("1e400", Err(ErrorCode::InvalidField)),
            ("1e-400", Err(ErrorCode::InvalidPrecision)),
            ("\"NaN\"", Err(ErrorCode::InvalidField)),
            ("\"\"", Err(ErrorCode::InvalidField)),
            ("9223372036854775807", Err(ErrorCode::InvalidField)),
            ("true", Err(ErrorCode::InvalidJson)),
            ("[]", Err(ErrorCode::InvalidJson)),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
    }

    #[test]
    fn amounts_are_written_with_two_decimals() {
        for (cents, text) in [(48_720, "487.20"), (0, "0.00"), (-1, "-0.01"), (100, "1.00")] {
            assert_eq!(crate::to_json(&AmountOut(Money::usd(cents))), text.as_bytes());
        }
    }
}
