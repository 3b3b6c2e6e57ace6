//! `Warning-Fields`: which fields of a body were ignored, for a client that misspelt one.

use actix_web::http::header::{HeaderName, HeaderValue};
use cardium_api_v1::{body::Body, operation::Operation};

/// The header's name.
pub const HEADER: HeaderName = HeaderName::from_static("warning-fields");
/// The most fields that are named.
const MOST: usize = 10;
/// The longest name that is repeated.
const LONGEST: usize = 64;

/// The header's value, where the operation lists its fields and the body has others.
pub fn fields(operation: &Operation, body: &Body) -> Option<HeaderValue> {
    let known = operation.fields()?;
    list(body.names().filter(|name| !known.contains(*name)))
}

/// A comma list of those names that can stand in one.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> Option<HeaderValue> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let fits = |name: &&str| (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain);
    let mut names: Vec<_> = names.filter(fits).take(MOST).collect();
    names.sort_unstable();
    if names.is_empty() { None } else { HeaderValue::from_str(&names.join(", ")).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_where_they_can_be() {
        let said = |names: &[&str]| {
            list(names.iter().copied()).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(said(&["b", "a_1"]).as_deref(), Some("a_1, b"));
        assert_eq!(said(&["a b", "\u{e9}", "", "x\r\ny", &"x".repeat(65)]), None);
        assert_eq!(said(&["a"; 20]).unwrap().matches('a').count(), 10);
    }
}
