//! Signing and verifying. [`verify`] is the one way from a token's text to its claims.

use std::str;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, crypto};
use serde::{Deserialize, Serialize};

use super::{SigningKey, SigningKeyError, TokenClaims, VerifyingKeys};

/// The longest token that is looked at, in bytes; ours have about 900.
pub const LONGEST_TOKEN: usize = 4_096;
/// How far in the future a token may have been made, in seconds: what the clocks of two processes
/// may differ by. Its end knows no leeway.
pub const LEEWAY_S: i64 = 5;
/// The longest life of a token that is believed, in seconds; ours live for 10 minutes at most.
pub const LONGEST_LIFETIME_S: i64 = 3_600;

const ALGORITHM: &str = "ES256";
/// The type of RFC 9068, section 2.1; `application/` may be left out (RFC 7515, 4.1.9).
const TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];
/// Length of a signature, in bytes (RFC 7518, section 3.4).
const SIGNATURE_BYTES: usize = 64;

/// Why a token is refused. Its sender is told only that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no three parts of base64url, or longer than [`LONGEST_TOKEN`].
    #[error("it is not in the form of a JWT")]
    Form,
    /// Its header is not ours: another algorithm or type, or a member that we never write.
    #[error("the header is not that of an access token")]
    Header,
    /// No key has the id that it names. A key may be new: whoever verifies may look again.
    #[error("the key is not known")]
    UnknownKey,
    /// The signature is not the named key's.
    #[error("the signature is wrong")]
    Signature,
    /// A claim is missing, given twice, or of another form.
    #[error("the claims are not those of an access token")]
    Claims,
    /// Another party made it.
    #[error("the issuer is another")]
    Issuer,
    /// It is meant for somebody else.
    #[error("the audience is another")]
    Audience,
    /// Its time is over, or has not come, or is longer than any of ours.
    #[error("it is not valid at this moment")]
    Time,
}

/// What a token has to say to be taken.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// For whom tokens of this issuer may be meant: one of these must be among a token's
    /// audiences. None where the issuer is not believed.
    pub audiences: &'a dyn Fn(&str) -> Vec<String>,
    /// The present, in seconds since 1970.
    pub now_s: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// A token of these claims, signed by the key.
///
/// # Errors
/// [`SigningKeyError`] when the library cannot sign.
pub fn sign(key: &SigningKey, claims: &TokenClaims) -> Result<String, SigningKeyError> {
    let [alg, typ, kid] = [ALGORITHM, TYPES[0], key.kid()].map(str::to_owned);
    let header = serde_json::to_vec(&Header { alg, typ, kid }).map_err(|_| SigningKeyError)?;
    let payload = serde_json::to_vec(claims).map_err(|_| SigningKeyError)?;
    let (header, payload) = (BASE64URL_NOPAD.encode(&header), BASE64URL_NOPAD.encode(&payload));
    let message = format!("{header}.{payload}");
    let signature = BASE64URL_NOPAD.encode(&key.sign_message(message.as_bytes())?);
    Ok(format!("{message}.{signature}"))
}

/// The claims of a token that one of the keys signed, if it is what is expected.
///
/// # Errors
/// [`TokenError`], the first that is found; the claims are not looked at before the signature.
pub fn verify(
    token: &str,
    keys: &VerifyingKeys,
    expected: Expected<'_>,
) -> Result<TokenClaims, TokenError> {
    if token.len() > LONGEST_TOKEN {
        return Err(TokenError::Form);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Form)?;
    let (header, payload) = message.split_once('.').ok_or(TokenError::Form)?;
    let (header, payload) = (decode(header)?, decode(payload)?);
    let kid = check_header(&header)?;
    check_signature((message, signature), keys, &kid)?;
    let claims: TokenClaims = read(&payload).ok_or(TokenError::Claims)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

/// Strict: no padding, no blanks, no bits left over, so that a token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError::Form)
}

/// Reads one JSON object. A sequence would do for a struct, so the brace is looked for.
fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    let object = json.first() == Some(&b'{');
    object.then(|| serde_json::from_slice(json).ok()).flatten()
}

fn check_header(json: &[u8]) -> Result<String, TokenError> {
    let header: Header = read(json).ok_or(TokenError::Header)?;
    let ours = header.alg == ALGORITHM && TYPES.contains(&header.typ.as_str());
    if ours { Ok(header.kid) } else { Err(TokenError::Header) }
}

fn check_signature(
    (message, signature): (&str, &str),
    keys: &VerifyingKeys,
    kid: &str,
) -> Result<(), TokenError> {
    if decode(signature)?.len() != SIGNATURE_BYTES {
        return Err(TokenError::Signature);
    }
    let key = keys.find(kid).ok_or(TokenError::UnknownKey)?;
    match crypto::verify(signature, message.as_bytes(), key, Algorithm::ES256) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(TokenError::Signature),
    }
}

fn check_claims(claims: &TokenClaims, expected: Expected<'_>) -> Result<(), TokenError> {
    claims.check_form()?;
    let audiences = (expected.audiences)(&claims.iss);
    if audiences.is_empty() {
        return Err(TokenError::Issuer);
    }
    if !claims.aud.iter().any(|audience| audiences.contains(audience)) {
        return Err(TokenError::Audience);
    }
    if is_current(claims, expected.now_s) { Ok(()) } else { Err(TokenError::Time) }
}

fn is_current(claims: &TokenClaims, now: i64) -> bool {
    let latest = now.saturating_add(LEEWAY_S);
    let lifetime = claims.exp.saturating_sub(claims.iat);
    now < claims.exp
        && (1..=LONGEST_LIFETIME_S).contains(&lifetime)
        && claims.iat <= latest
        && claims.nbf.is_none_or(|from| from <= latest)
}
