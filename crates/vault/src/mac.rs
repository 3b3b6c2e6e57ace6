//! Keyed hashes: PAN fingerprints, hashes of tokens and bodies, and key check values.
//!
//! Everything here is HMAC-SHA256 (RFC 2104, FIPS 180-4). Deliberately absent: an unkeyed hash,
//! which for a PAN or a short token is no more than an encoding.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::pan::Pan;
use crate::secret::SecretBytes;

/// What a check value authenticates; no fingerprint and no domain starts with these bytes.
const CHECK_VALUE_LABEL: &[u8] = b"cardium/key-check-value/v1";

/// The key of PAN fingerprints (k_fp), 32 random bytes used for nothing else.
#[derive(Debug, Clone)]
pub struct FingerprintKey(SecretBytes<32>);

impl FingerprintKey {
    /// The key with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBytes::new(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// HMAC-SHA256(k_fp, PAN): finds a card by its number without storing the number.
///
/// Not a secret, but whoever holds the key can find the PAN by trying them all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PanFingerprint([u8; 32]);

impl PanFingerprint {
    /// The fingerprint of `pan`, whose ASCII digits are hashed.
    #[must_use]
    pub fn of(pan: &Pan, key: &FingerprintKey) -> Self {
        Self(hmac_sha256(key.expose(), &[pan.reveal().as_bytes()]))
    }

    /// A fingerprint that was computed before and stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store or to look up.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Shows the first four bytes in hexadecimal: enough to tell two cards apart in a log.
impl fmt::Debug for PanFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "PanFingerprint({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// A key for [`keyed_hash`], 32 random bytes.
#[derive(Debug, Clone)]
pub struct HashKey(SecretBytes<32>);

impl HashKey {
    /// The key with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBytes::new(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// HMAC-SHA256 of `data` for one purpose, named by `domain`: API keys, sessions, request bodies.
///
/// The length of `domain` is hashed before it, as eight bytes big-endian, so two pairs of domain
/// and data never run together, and a hash of one domain means nothing in another.
#[must_use]
pub fn keyed_hash(key: &HashKey, domain: &str, data: &[u8]) -> [u8; 32] {
    let length = u64::try_from(domain.len()).expect("a length in memory fits 64 bits");
    hmac_sha256(key.expose(), &[&length.to_be_bytes(), domain.as_bytes(), data])
}

/// The first four bytes of HMAC-SHA256 of a fixed label: tells whether two holders have the same
/// key, without showing it.
///
/// Stored beside the data, it lets a process with the wrong keys refuse to start. It is public:
/// 32 bits say nothing usable about a random 256-bit key. Two different keys share a value once
/// in 2^32, so it guards against mistakes and not against an attacker.
#[must_use]
pub fn key_check_value(key: &[u8; 32]) -> [u8; 4] {
    check_value(key)
}

/// [`key_check_value`] for a key of any length.
pub(crate) fn check_value(key: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = hmac_sha256(key, &[CHECK_VALUE_LABEL]);
    [a, b, c, d]
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::hmac_sha256;

    #[test]
    fn agrees_with_rfc_4231_case_2() {
        let mac = hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..8], [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]);
        assert_eq!(mac[24..], [0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43]);
    }
}
