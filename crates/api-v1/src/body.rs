//! Request bodies: strict JSON objects, read into types field by field.

use std::{fmt, str::FromStr};

use cardium_kernel::{ErrorCode, Problem};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, error::Category};
use validator::Validate;

use crate::field::{check_bounds, invalid};

/// The key under which `serde_json` hands a number with all its digits to a visitor.
const NUMBER: &str = "$serde_json::private::Number";
const NUL: &str = "a string contains U+0000";

/// Fields whose values no digest of a body may cover: only that they are there.
const SECRETS: [&str; 5] = ["password", "current_password", "new_password", "totp_code", "code"];

/// The most values in a body: far above any request, and a bound on what parsing one costs.
const MOST_VALUES: usize = 50_000;

/// What stands for a secret.
static MASKED: Value = Value::Bool(true);

/// The JSON object of a request.
#[derive(Debug, Clone, Default)]
pub struct Body(Map<String, Value>);

impl Body {
    /// Parses a body; an empty one is an object without fields.
    ///
    /// # Errors
    /// `invalid_json` for anything but one JSON object without duplicate keys, `invalid_field`
    /// for text that cannot be stored (not UTF-8, lone surrogates, U+0000).
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        // Each value but the first follows one of these; text has few enough of them.
        let values = bytes.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
        if values > MOST_VALUES {
            return Err(not_json(&format!("it has more than {MOST_VALUES} values")));
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let Strict(value) = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| refuse(&error.path().to_string(), error.inner()))?;
        reader.end().map_err(|error| not_json(&error.to_string()))?;
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(not_json("the body must be an object")),
        }
    }

    /// A body of these fields, for a door that has them in hand.
    ///
    /// # Errors
    /// `invalid_field` for text that cannot be stored (U+0000).
    pub fn from_fields(fields: Map<String, Value>) -> Result<Self, Problem> {
        let refused = fields.iter().find(|(name, value)| name.contains('\0') || holds_nul(value));
        match refused {
            Some((name, _)) => {
                Err(invalid(&name.replace('\0', ""), "must be Unicode text without U+0000"))
            }
            None => Ok(Self(fields)),
        }
    }

    /// Its fields, for a reader that has rules of its own.
    #[must_use]
    pub fn into_fields(self) -> Map<String, Value> {
        self.0
    }

    /// A field's value.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The body as an input type, within its bounds. It is used up, for it may be large.
    ///
    /// # Errors
    /// `invalid_field` with the path of the field at fault.
    pub fn read<T: DeserializeOwned + Validate>(self) -> Result<T, Problem> {
        let value = Value::Object(self.0);
        let input: T = serde_path_to_error::deserialize(value).map_err(|error| {
            let text = error.inner().to_string();
            let expected = text.rsplit_once("expected ").map_or("valid", |(_, rest)| rest);
            invalid(&error.path().to_string(), &format!("must be {expected}"))
        })?;
        check_bounds(&input)?;
        Ok(input)
    }

    /// Each field in one fixed form, in order of name, secrets masked.
    pub fn canonical_fields(&self) -> impl Iterator<Item = (&str, String)> {
        let mut fields: Vec<_> = self.masked_fields().collect();
        fields.sort_unstable_by(|left, right| left.0.cmp(right.0));
        fields.into_iter().map(|(name, value)| {
            let mut text = String::new();
            write_canonical(value, &mut text);
            (name.as_str(), text)
        })
    }

    /// The names of its fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Fields, of which secrets only tell that they are there.
    fn masked_fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().map(|(name, value)| {
            let secret = SECRETS.contains(&name.as_str()) && !value.is_null();
            (name, if secret { &MASKED } else { value })
        })
    }

    /// The body in one fixed form, keys sorted, secrets masked: what a fingerprint covers.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        write_fields(self.masked_fields(), &mut text);
        text
    }
}

fn write_fields<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>, text: &mut String) {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable_by(|left, right| left.0.cmp(right.0));
    text.push('{');
    for (name, value) in fields {
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write_canonical(value, text);
        text.push(',');
    }
    text.push('}');
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => write_fields(fields.iter(), text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn not_json(detail: &str) -> Problem {
    let message = format!("The body is not a valid JSON object: {detail}.");
    Problem::new(ErrorCode::InvalidJson, message)
}

/// Text that JSON or UTF-8 cannot carry is the fault of its field; all else is a broken body.
fn refuse(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let unicode = ["surrogate", "unicode code point", "hex escape"];
    let syntax = error.classify() == Category::Syntax;
    if text.starts_with(NUL) || (syntax && unicode.iter().any(|word| text.contains(word))) {
        return invalid(path, "must be Unicode text without U+0000");
    }
    not_json(&text)
}

/// Any JSON value, without duplicate keys and without U+0000.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

fn storable<E: de::Error>(text: String) -> Result<String, E> {
    if text.contains('\0') {
        return Err(E::custom(NUL));
    }
    Ok(text)
}

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        storable(text).map(Value::String)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if name == NUMBER {
                let text: String = fields.next_value()?;
                return Number::from_str(&text).map(Value::Number).map_err(de::Error::custom);
            }
            if object.contains_key(&name) {
                return Err(de::Error::custom("a key occurs twice"));
            }
            let Strict(value) = fields.next_value()?;
            object.insert(storable(name)?, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &[u8]) -> Option<(ErrorCode, Option<String>)> {
        Body::parse(body).err().map(|problem| (problem.code, problem.param))
    }

    #[test]
    fn only_clean_objects_pass() {
        let deep = ["[".repeat(10_000), "]".repeat(10_000)].concat();
        let deep = format!("{{\"a\":{deep}}}");
        let bad: [&[u8]; 12] = [
            b"[]",
            b"null",
            b"5",
            b"{",
            b"{\"a\":1} x",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":{\"b\":1,\"b\":1}}",
            b"{\"a\":NaN}",
            b"{\"a\":01}",
            b"{'a':1}",
            b"{\"$serde_json::private::Number\":\"5\",\"a\":1}",
            deep.as_bytes(),
        ];
        for body in bad {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert_eq!(code(body).map(|(code, _)| code), Some(ErrorCode::InvalidJson), "{shown}");
        }
        for body in [&b""[..], b" \n", b"{}", b"{\"a\":[1.50,{\"b\":null}]}"] {
            assert_eq!(code(body), None);
        }
    }

    #[test]
    fn text_that_cannot_be_stored_is_the_fields_fault() {
        for body in [&b"{\"a\":\"\\u0000\"}"[..], b"{\"a\":\"\\ud800\"}", b"{\"a\":\"\xff\"}"] {
            let (code, param) = code(body).unwrap();
            assert_eq!((code, param.as_deref()), (ErrorCode::InvalidField, Some("a")));
        }
    }

    #[test]
    fn the_canonical_form_sorts_keys() {
        let one = Body::parse(br#"{"b":1.50,"a":{"d":[1],"c":"x"}}"#).unwrap();
        let two = Body::parse(br#"{ "a":{"c":"x","d":[1]}, "b":1.50 }"#).unwrap();
        assert_eq!(one.canonical(), two.canonical());
        assert_eq!(two.canonical(), r#"{"a":{"c":"x","d":[1,],},"b":1.50,}"#);
        let fields: Vec<_> = one.canonical_fields().collect();
        let expected = [("a", r#"{"c":"x","d":[1,],}"#.to_owned()), ("b", "1.50".to_owned())];
        assert_eq!(fields, expected);
    }

    #[test]
    fn the_canonical_form_tells_that_a_secret_is_there_and_no_more() {
        for name in SECRETS {
            let canonical = |value: &str| {
                let body = format!(r#"{{"a":1,"{name}":"{value}"}}"#);
                Body::parse(body.as_bytes()).unwrap().canonical()
            };
            assert_eq!(canonical("s3cret"), canonical("other"), "{name}");
            assert!(!canonical("s3cret").contains("s3cret"), "{name}");
            assert_ne!(canonical("s3cret"), Body::parse(br#"{"a":1}"#).unwrap().canonical());
        }
    }
}
