use std::fmt;

use cardium_kernel::sha256;
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::error::{OAuthError, invalid_grant, invalid_request};

/// The lengths that a verifier may have (RFC 7636 section 4.1).
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// What a client commits to when it asks, and proves when it exchanges its code (RFC 7636). Only
/// `S256`: a plain challenge shows what it should hide.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// Reads the two parameters of an authorization request.
    ///
    /// # Errors
    /// `invalid_request`; a missing method is `plain` (RFC 7636 section 4.3).
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, OAuthError> {
        let challenge = challenge.ok_or_else(|| invalid_request("code_challenge is required."))?;
        if method != Some("S256") {
            return Err(invalid_request("code_challenge_method must be S256."));
        }
        let bytes = BASE64URL_NOPAD.decode(challenge.as_bytes()).ok();
        let digest = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let message = "code_challenge must be a SHA-256 digest in base64url without padding.";
        digest.map(Self).ok_or_else(|| invalid_request(message))
    }

    /// The challenge as its client gave it.
    #[must_use]
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// Passes the verifier that the challenge was made from.
    ///
    /// # Errors
    /// `invalid_request` where it is none, `invalid_grant` where it is another.
    pub fn verify(&self, verifier: &str) -> Result<(), OAuthError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !VERIFIER.contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
            return Err(invalid_request("code_verifier must have 43 to 128 unreserved letters."));
        }
        let same = sha256(verifier.as_bytes()).ct_eq(&self.0);
        let message = "code_verifier does not belong to the code.";
        if same.into() { Ok(()) } else { Err(invalid_grant(message)) }
    }
}

impl fmt::Debug for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeChallenge(***)")
    }
}
