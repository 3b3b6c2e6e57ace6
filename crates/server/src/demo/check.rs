//! Comparing what came with what should have come.

use std::fmt::{Debug, Display};

use cardium_kernel::{Currency, Money};
use serde_json::Value;

use super::DemoError;

/// Passes if both are equal.
pub(super) fn same<T: PartialEq + Debug>(
    what: &str,
    expected: &T,
    got: &T,
) -> Result<(), DemoError> {
    if expected == got {
        return Ok(());
    }
    Err(differs(what, &format!("{expected:?}"), &format!("{got:?}")))
}

pub(super) fn differs(what: &str, expected: &str, got: &dyn Display) -> DemoError {
    DemoError::Differs {
        what: what.to_owned(),
        expected: expected.to_string(),
        got: got.to_string(),
    }
}

/// The text in a field.
pub(super) fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, DemoError> {
    let found = object.get(field);
    let text = found.and_then(Value::as_str);
    text.ok_or_else(|| differs(field, "a text", &shown(found)))
}

/// The amount in a field: a JSON number with at most two decimals.
pub(super) fn dollars(object: &Value, field: &str) -> Result<Money, DemoError> {
    let found = object.get(field);
    let number = found.and_then(Value::as_number).map(ToString::to_string);
    let money = number.and_then(|text| Money::parse_major(&text, Currency::Usd).ok());
    money.ok_or_else(|| differs(field, "an amount", &shown(found)))
}

/// Passes if the field holds this amount.
pub(super) fn amount(object: &Value, field: &str, cents: i64) -> Result<(), DemoError> {
    same(field, &Money::usd(cents), &dollars(object, field)?)
}

fn shown(found: Option<&Value>) -> String {
    found.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_compared_exactly() {
        let object: Value = serde_json::from_str(r#"{"a": 194.00, "b": 194.001}"#).unwrap();
        assert!(amount(&object, "a", 19_400).is_ok());
        for field in ["b", "c"] {
            assert!(amount(&object, field, 19_400).is_err(), "{field}");
        }
    }

    #[test]
    fn a_difference_names_both_sides() {
        let error = amount(&json!({"fee": 2}), "fee", 100).unwrap_err();
        assert_eq!(error.to_string(), "fee: expected 1.00 USD, got 2.00 USD");
    }
}
