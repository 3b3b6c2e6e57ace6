//! Small checks that every input shares.

use cardium_kernel::{Book, ErrorCode, IdError, Problem, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;
use validator::{Validate, ValidationErrors};

/// A field has the wrong type, form or range; `rule` completes "Field 'x' ...".
#[must_use]
pub fn invalid(param: &str, rule: &str) -> Problem {
    let message = format!("Field '{param}' {rule}.");
    Problem::field(ErrorCode::InvalidField, param, message)
}

/// The field's value.
///
/// # Errors
/// `missing_required_field`.
pub fn required<T>(value: Option<T>, param: &str) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::missing(param))
}

/// A word of a closed set.
///
/// # Errors
/// `invalid_field`, naming the words.
pub fn word<T>(
    text: &str,
    param: &str,
    parse: impl Fn(&str) -> Option<T>,
    words: &str,
) -> Result<T, Problem> {
    parse(text).ok_or_else(|| invalid(param, &format!("must be one of {words}")))
}

/// The book that a request's `mode` names.
///
/// # Errors
/// `invalid_field`.
pub fn mode(text: Option<&str>) -> Result<Option<Book>, Problem> {
    text.map(|text| word(text, "mode", Book::parse, "live, sandbox")).transpose()
}

/// A whole number, however it is written: `3`, `3.0` or `3e0`.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    let decimal = || {
        let text = number.to_string();
        let read = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
        read.ok().filter(|decimal| decimal.fract().is_zero())
    };
    number.as_i64().or_else(|| i64::try_from(decimal()?.normalize()).ok())
}

/// A moment.
///
/// # Errors
/// `invalid_field`.
pub fn moment(text: &str, param: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse_rfc3339(text)
        .map_err(|_| invalid(param, "must be a moment such as 2026-05-19T07:30:00Z"))
}

/// An id in a path: anything else than an id of that kind is an object nobody has.
///
/// # Errors
/// `resource_not_found`.
pub fn path_id<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, IdError>,
    object: &str,
) -> Result<T, Problem> {
    parse(text).map_err(|_| Problem::not_found(object))
}

/// Checks the bounds that an input declares on its fields.
///
/// # Errors
/// `invalid_field` for the first field, by name, that breaks one.
pub fn check_bounds(input: &impl Validate) -> Result<(), Problem> {
    input.validate().map_err(|errors| first_broken(&errors))
}

fn first_broken(errors: &ValidationErrors) -> Problem {
    let mut fields: Vec<_> = errors.field_errors().into_iter().collect();
    fields.sort_by(|left, right| left.0.cmp(&right.0));
    let Some((name, broken)) = fields.into_iter().next() else {
        return invalid("body", "is out of bounds");
    };
    let bound = |limit: &str| {
        let params = broken.first().map(|error| &error.params);
        params.and_then(|params| params.get(limit)).map(ToString::to_string)
    };
    let rule = match (bound("min"), bound("max")) {
        (Some(min), Some(max)) => format!("must have {min} to {max} characters"),
        (None, Some(max)) => format!("must have at most {max} characters"),
        (Some(min), None) => format!("must have at least {min} characters"),
        (None, None) => "is out of bounds".to_owned(),
    };
    invalid(&name, &rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Validate)]
    struct Input {
        #[validate(length(min = 1, max = 3))]
        name: Option<String>,
        #[validate(length(max = 2))]
        label: String,
    }

    #[test]
    fn whole_numbers_have_many_forms() {
        for (json, number) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("3e2", Some(300)),
            ("3.5", None),
            ("1e400", None),
            ("\"3\"", None),
            ("null", None),
        ] {
            assert_eq!(whole(&serde_json::from_str(json).unwrap()), number, "{json}");
        }
    }

    #[test]
    fn bounds_are_named() {
        let name = Some(String::new());
        let label = "abc".to_owned();
        let problem = check_bounds(&Input { name, label: String::new() }).unwrap_err();
        assert_eq!(problem.message, "Field 'name' must have 1 to 3 characters.");
        let problem = check_bounds(&Input { name: None, label }).unwrap_err();
        assert_eq!(problem.param.as_deref(), Some("label"));
        assert_eq!(problem.message, "Field 'label' must have at most 2 characters.");
    }
}
