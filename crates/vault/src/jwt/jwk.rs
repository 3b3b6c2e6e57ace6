//! Public keys: as JWKs (RFC 7517), and as the set that tokens are verified with.

use std::{collections::BTreeMap, fmt};

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::DecodingKey;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::SigningKeyError;

/// First byte of an uncompressed point (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;
/// Length of one coordinate of P-256, in bytes.
const COORDINATE_BYTES: usize = 32;

/// A P-256 key to verify ES256 with, as `/.well-known/jwks.json` shows it. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    #[serde(rename = "use")]
    purpose: &'static str,
    alg: &'static str,
    kid: String,
}

impl PublicJwk {
    /// The key at this uncompressed point; its id is its thumbprint (RFC 7638).
    ///
    /// # Errors
    /// [`SigningKeyError`] unless it is 65 bytes of which the first is 4. Whether the point is on
    /// the curve shows when a signature is checked: nothing verifies with one that is not.
    pub fn try_from_point(point: &[u8]) -> Result<Self, SigningKeyError> {
        let (&UNCOMPRESSED, rest) = point.split_first().ok_or(SigningKeyError)? else {
            return Err(SigningKeyError);
        };
        if rest.len() != 2 * COORDINATE_BYTES {
            return Err(SigningKeyError);
        }
        let (x, y) = rest.split_at(COORDINATE_BYTES);
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let kid = thumbprint(&x, &y);
        Ok(Self { kty: "EC", crv: "P-256", x, y, purpose: "sig", alg: "ES256", kid })
    }

    /// The key as one text, for storage: its point in base64url.
    #[must_use]
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.point())
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// [`SigningKeyError`] for anything else.
    pub fn from_text(text: &str) -> Result<Self, SigningKeyError> {
        let point = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| SigningKeyError)?;
        Self::try_from_point(&point)
    }

    /// The key's id: its RFC 7638 thumbprint, 43 characters.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The uncompressed point: 65 bytes.
    #[must_use]
    pub fn point(&self) -> Vec<u8> {
        let decode = |text: &str| {
            BASE64URL_NOPAD.decode(text.as_bytes()).expect("it was encoded by try_from_point")
        };
        [vec![UNCOMPRESSED], decode(&self.x), decode(&self.y)].concat()
    }
}

/// SHA-256 of the required members in their lexical order, without blanks (RFC 7638, section 3).
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    BASE64URL_NOPAD.encode(&Sha256::digest(members.as_bytes()))
}

/// The keys that tokens are verified with, by their ids.
#[derive(Clone, Default)]
pub struct VerifyingKeys {
    by_kid: BTreeMap<String, DecodingKey>,
}

impl VerifyingKeys {
    /// The set of these keys.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a PublicJwk>) -> Self {
        let pair = |key: &PublicJwk| (key.kid.clone(), DecodingKey::from_ec_der(&key.point()));
        Self { by_kid: keys.into_iter().map(pair).collect() }
    }

    /// Whether a key has this id.
    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.by_kid.contains_key(kid)
    }

    pub(super) fn find(&self, kid: &str) -> Option<&DecodingKey> {
        self.by_kid.get(kid)
    }
}

impl fmt::Debug for VerifyingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_kid.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{PublicJwk, thumbprint};

    /// The key of RFC 7517, appendix A.1; its thumbprint was computed with Python's hashlib.
    #[test]
    fn a_thumbprint_is_what_rfc_7638_says() {
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
        let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
        assert_eq!(thumbprint(x, y), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    }

    #[test]
    fn only_an_uncompressed_point_is_a_key() {
        assert!(PublicJwk::try_from_point(&[4; 65]).is_ok());
        for point in [vec![], vec![4], vec![4; 64], vec![4; 66], vec![2; 65], vec![2; 33]] {
            assert!(PublicJwk::try_from_point(&point).is_err());
        }
    }
}
