//! How tokens are put together by hand.

use cardium_vault::jwt::SigningKey;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

use super::{Check, Forge, Forgery};

/// How many cases there are at least.
pub const MANY: usize = 501;

/// A payload that a case changes.
pub type Payload = Map<String, Value>;

/// What a genuine header says.
#[must_use]
pub fn header_of(key: &SigningKey) -> Value {
    json!({"alg": "ES256", "typ": "at+jwt", "kid": key.kid()})
}

/// What a genuine payload says.
///
/// # Panics
/// Never: claims are an object.
#[must_use]
pub fn payload_of(forge: &Forge<'_>) -> Payload {
    let claims = serde_json::to_value(&forge.claims).expect("claims are JSON");
    claims.as_object().expect("claims are an object").clone()
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

/// Header and payload, ready to be signed.
pub(super) fn message(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

/// A token of any two texts, signed well.
pub(super) fn signed(key: &SigningKey, header: &str, payload: &str) -> String {
    sign_text(key, &message(header, payload))
}

pub(super) fn sign_text(key: &SigningKey, message: &str) -> String {
    let signature = key.sign_message(message.as_bytes()).expect("the library signs");
    format!("{message}.{}", encode(signature))
}

/// A key that the forger made.
pub(super) fn alien() -> SigningKey {
    SigningKey::generate(&[0xA1; 32]).expect("32 bytes make a key")
}

pub(super) fn forgery(check: Check, name: impl Into<String>, token: String) -> Forgery {
    Forgery { name: name.into(), token, check }
}

impl Forge<'_> {
    pub(super) fn payload_text(&self) -> String {
        Value::Object(payload_of(self)).to_string()
    }

    /// Under this header and the genuine payload, signed with the genuine key.
    pub(super) fn under(&self, header: &str) -> String {
        signed(self.key, header, &self.payload_text())
    }

    /// Under the genuine header but for one member.
    pub(super) fn under_with(&self, member: &str, value: Value) -> String {
        self.under(&header_with(self.key, member, value))
    }

    /// Under the genuine header and any payload.
    pub(super) fn saying(&self, payload: &str) -> String {
        signed(self.key, &header_of(self.key).to_string(), payload)
    }

    /// The genuine payload but for one claim.
    pub(super) fn with(&self, claim: &str, value: Value) -> String {
        let mut payload = payload_of(self);
        payload.insert(claim.to_owned(), value);
        self.saying(&Value::Object(payload).to_string())
    }

    /// The genuine payload but for one claim, written as JSON text.
    pub(super) fn with_text(&self, claim: &str, value: &str) -> String {
        let mut payload = payload_of(self);
        payload.remove(claim);
        let rest = Value::Object(payload).to_string();
        let rest = rest.trim_start_matches('{');
        self.saying(&format!("{{\"{claim}\":{value},{rest}"))
    }

    /// The genuine payload without one claim.
    pub(super) fn without(&self, claim: &str) -> String {
        let mut payload = payload_of(self);
        payload.remove(claim);
        self.saying(&Value::Object(payload).to_string())
    }

    /// The genuine payload with more members behind it, written as JSON text.
    pub(super) fn with_more(&self, more: &str) -> String {
        let text = self.payload_text();
        self.saying(&format!("{},{more}}}", text.trim_end_matches('}')))
    }
}

pub(super) fn header_with(key: &SigningKey, member: &str, value: Value) -> String {
    let mut header = header_of(key);
    header[member] = value;
    header.to_string()
}
