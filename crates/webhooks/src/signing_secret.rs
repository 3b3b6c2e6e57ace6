use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// The key of an endpoint's signatures, `whsec_` and 64 hexadecimal digits. It cannot be printed.
///
/// It is two keys: the whole text signs our own header, as receivers in the field verify it. The
/// digits after the prefix are also good base64, of 48 bytes, and that is how libraries for
/// Standard Webhooks read them; the specification asks for 24 to 64 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// A new secret from 256 random bits.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", hex(random)))
    }

    /// A secret read back from its seal.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one answer that shows it and for sealing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The HMAC-SHA256 of these parts, one after the other, in hexadecimal digits.
    pub(crate) fn native(&self, parts: &[&[u8]]) -> String {
        hex(&digest(self.0.as_bytes(), parts))
    }

    /// The same under the key that Standard Webhooks sees in the text, in base64.
    pub(crate) fn standard(&self, parts: &[&[u8]]) -> String {
        STANDARD.encode(digest(&self.standard_key(), parts))
    }

    /// Secrets of our own making always decode; of any other text the bytes themselves are it.
    fn standard_key(&self) -> Vec<u8> {
        let text = self.0.strip_prefix(PREFIX).unwrap_or(&self.0);
        STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec())
    }
}

fn digest(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).expect("HMAC-SHA256 takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_key_for_both_ways_and_is_not_printed() {
        let secret = SigningSecret::new(&[0xab; 32]);
        assert_eq!(secret.expose(), format!("whsec_{}", "ab".repeat(32)));
        assert_eq!(secret.standard_key(), [0x69, 0xb6, 0x9b].repeat(16));
        assert_eq!(SigningSecret::restore("whsec_?".into()).standard_key(), b"?");
        assert_eq!(format!("{secret:?}"), "SigningSecret(***)");
    }
}
