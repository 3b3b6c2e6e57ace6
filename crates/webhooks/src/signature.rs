use std::fmt;

use cardium_kernel::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key of an endpoint's signatures, `whsec_` and 64 hexadecimal digits; the whole text is
/// the HMAC key. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// A new secret from 256 random bits.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("whsec_{hex}"))
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
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(***)")
    }
}

/// The value of `Cryptocardium-Signature`: `t=<unix seconds>,v1=<hex>`, an HMAC-SHA256 over
/// `{t}.{body}`. `t` stands first and `v1` second, without a blank: receivers in the field
/// read it by position.
#[must_use]
pub fn signature_header(secret: &SigningSecret, at: Timestamp, body: &[u8]) -> String {
    let seconds = at.unix_seconds();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.0.as_bytes())
        .expect("HMAC-SHA256 takes a key of any length");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_documented() {
        // Made with: printf '1718999999.{}' | openssl dgst -sha256 -hmac whsec_test
        let secret = SigningSecret::restore("whsec_test".into());
        let header = signature_header(&secret, Timestamp::from_unix_seconds(1_718_999_999), b"{}");
        let expected =
            "t=1718999999,v1=42f2eda19862851c95d0c59d905007187d193b5062f4db3a30d6624d345bd1b4";
        assert_eq!(header, expected);
        assert_eq!(format!("{secret:?}"), "SigningSecret(***)");
    }
}
