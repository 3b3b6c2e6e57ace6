use std::fmt;

use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;
use tokio::runtime::Handle;

use super::coverage;

/// A request in the making.
pub struct Request {
    handle: Handle,
    builder: RequestBuilder,
}

impl Request {
    pub(super) fn new(handle: Handle, builder: RequestBuilder) -> Self {
        Self { handle, builder }
    }

    /// With a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { builder: self.builder.header(name, value), ..self }
    }

    /// With a header of any bytes.
    pub fn header_of_bytes(self, name: &str, value: &[u8]) -> Self {
        Self { builder: self.builder.header(name, value), ..self }
    }

    /// With an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self { builder: self.builder.json(body), ..self }
    }

    /// With these bytes as its body.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { builder: self.builder.body(body.into()), ..self }
    }

    /// Sends it and waits for the answer.
    pub fn send(self) -> Reply {
        let handle = self.handle.clone();
        handle.block_on(self.exchange())
    }

    pub(super) async fn exchange(self) -> Reply {
        let (client, request) = self.builder.build_split();
        let request = request.expect("tests make whole requests");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = client.execute(request).await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the answer arrives").to_vec();
        coverage::note(method.as_str(), &path, status, &body);
        Reply { status, headers, body }
    }
}

/// An answer as it came.
pub struct Reply {
    pub status: u16,
    headers: HeaderMap,
    pub body: Vec<u8>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    /// Whether the answer is that of an earlier request.
    pub fn is_replay(&self) -> bool {
        self.header("Idempotency-Replayed") == Some("true")
    }

    /// The body; every amount in it must be a JSON number with exactly two decimals.
    #[track_caller]
    pub fn json(&self) -> Value {
        let shown = String::from_utf8_lossy(&self.body);
        let value: Value = serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {error}: {shown}", self.status));
        assert_eq!(self.header("Content-Type"), Some("application/json"), "{shown}");
        check_amounts(&value);
        value
    }

    /// The body of a success with this status; null where it has none.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        let id = self.header("X-Request-Id").expect("every answer has a request id");
        assert!(id.starts_with("req_"), "{id}");
        if status == 204 {
            assert!(self.body.is_empty());
            return Value::Null;
        }
        self.json()
    }

    /// Passes a refusal with this status and code that names this field. Its shape is that of
    /// every refusal, whatever went wrong.
    #[track_caller]
    pub fn expect_error(&self, status: u16, code: &str, param: Option<&str>) -> Value {
        let body = self.json();
        let got = (self.status, body["code"].as_str(), body["param"].as_str());
        assert_eq!(got, (status, Some(code), param), "{body}");
        assert_eq!(body["object"], "error");
        assert_eq!(body["error"], body["code"]);
        assert_eq!(body["type"], kind(status), "{body}");
        assert!(body["message"].as_str().is_some_and(|text| text.ends_with('.')), "{body}");
        assert_eq!(body["request_id"].as_str(), self.header("X-Request-Id"));
        let mut fields: Vec<_> = body.as_object().expect("an object").keys().collect();
        fields.sort_unstable();
        let mut documented =
            vec!["code", "error", "message", "object", "param", "request_id", "type"];
        documented.extend((code == "owner_must_open").then_some("url"));
        assert_eq!(fields, documented);
        // Also where another scope would help.
        let challenge = self.header("WWW-Authenticate");
        let may_challenge = status == 401 || (status, code) == (403, "insufficient_scope");
        assert!(challenge.is_some() || status != 401, "{body}");
        let is_bearer = challenge.is_none_or(|text| text.starts_with("Bearer"));
        assert!(is_bearer && (may_challenge || challenge.is_none()), "{challenge:?}");
        assert!(!self.is_replay(), "a refusal is never replayed");
        body
    }
}

/// The `type` that goes with a status.
fn kind(status: u16) -> &'static str {
    match status {
        400 | 405 | 408 | 410 | 413 | 415 | 431 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 => "conflict_error",
        419 => "session_expired",
        422 => "validation_error",
        429 => "rate_limit_error",
        503 => "service_unavailable",
        _ => "api_error",
    }
}

#[track_caller]
fn check_amounts(value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                // A limit that is not set is null.
                if name.ends_with("_usd") && !value.is_null() {
                    let _text = amount(value, name);
                }
                check_amounts(value);
            }
        }
        Value::Array(items) => items.iter().for_each(check_amounts),
        _ => {}
    }
}

#[track_caller]
fn amount(value: &Value, name: &str) -> String {
    let text = value.as_number().map(ToString::to_string);
    let text = text.unwrap_or_else(|| panic!("{name} is no number: {value}"));
    let exact = text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2);
    assert!(exact, "{name} has not exactly two decimals: {text}");
    text
}

/// The digits of an amount.
#[track_caller]
pub fn usd(object: &Value, field: &str) -> String {
    amount(&object[field], field)
}

/// A field that is a text.
#[track_caller]
pub fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_else(|| panic!("{field} is no text: {object}"))
}

/// The items of a list.
#[track_caller]
pub fn items(list: &Value) -> &[Value] {
    assert_eq!(list["object"], "list");
    list["data"].as_array().expect("a list has items")
}

/// The ids of a list's items.
#[track_caller]
pub fn ids(list: &Value) -> Vec<String> {
    items(list).iter().map(|item| text(item, "id").to_owned()).collect()
}

/// Passes an object that has all of these fields and no other.
#[track_caller]
pub fn assert_fields(object: &Value, documented: &[&str]) {
    let mut fields: Vec<_> = object.as_object().expect("an object").keys().collect();
    let mut documented = documented.to_vec();
    fields.sort_unstable();
    documented.sort_unstable();
    assert_eq!(fields, documented);
}
