use std::fmt;

use cardium_kernel::Timestamp;
use totp_rs::{Algorithm, Secret, TOTP};

/// Digits of a code (RFC 4226, section 5.3: at least six; authenticators show six).
const DIGITS: usize = 6;
/// Seconds that a code is shown (RFC 6238, section 5.2).
const STEP_SECONDS: i64 = 30;
/// Steps that a clock may be off, each way (RFC 6238, section 5.2: at most one).
const SKEW: i64 = 1;
/// Who issued the account, in the list of the owner's authenticator.
const ISSUER: &str = "Cardium";

/// The secret that an authenticator and its account share (RFC 6238 with SHA-1); it cannot be
/// printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; Self::BYTES]);

impl TotpSecret {
    /// Bytes of a secret: as many as SHA-1 gives (RFC 4226, section 4).
    pub const BYTES: usize = 20;

    /// A secret of these random bytes.
    #[must_use]
    pub const fn new(random: [u8; Self::BYTES]) -> Self {
        Self(random)
    }

    /// A secret that was unsealed; none where the length is wrong.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, for sealing.
    #[must_use]
    pub const fn expose(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The secret in base 32 (RFC 4648), for typing it in.
    #[must_use]
    pub fn to_base32(&self) -> String {
        Secret::Raw(self.0.to_vec()).to_encoded().to_string()
    }

    /// The address behind the QR code that authenticators read.
    #[must_use]
    pub fn to_uri(&self, account_name: &str) -> String {
        let (secret, name) = (self.to_base32(), percent_encode(account_name));
        format!(
            "otpauth://totp/{ISSUER}:{name}?secret={secret}&issuer={ISSUER}\
             &algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
        )
    }

    /// The latest time step, within one of the present, whose code this is. Whether it was used
    /// before is for its account to say.
    #[must_use]
    pub fn find_step(&self, code: &TotpCode, now: Timestamp) -> Option<i64> {
        let present = now.unix_seconds().div_euclid(STEP_SECONDS);
        let totp = TOTP::new_unchecked(Algorithm::SHA1, DIGITS, 0, 30, self.0.to_vec());
        let fits = |step: &i64| {
            let time = u64::try_from(step.saturating_mul(STEP_SECONDS));
            time.is_ok_and(|time| totp.check(&code.0, time))
        };
        (present.saturating_sub(SKEW)..=present.saturating_add(SKEW)).rev().find(fits)
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(***)")
    }
}

/// All but unreserved characters as bytes in hexadecimal (RFC 3986, section 2).
fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The six digits that an authenticator shows.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpCode(String);

impl TotpCode {
    /// Reads six digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpCode(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(second)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The last six of the eight digits in RFC 6238, appendix B.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let code = TotpCode::parse(code).unwrap();
            assert_eq!(secret().find_step(&code, at(second)), Some(second / 30), "{second}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off() {
        let code = TotpCode::parse("287082").unwrap();
        for (second, found) in
            [(0, Some(1)), (29, Some(1)), (30, Some(1)), (89, Some(1)), (90, None), (-31, None)]
        {
            assert_eq!(secret().find_step(&code, at(second)), found, "{second}");
        }
    }

    #[test]
    fn codes_are_six_digits() {
        for text in ["", "12345", "1234567", "12345a", " 12345", "１23456", "-12345"] {
            assert_eq!(TotpCode::parse(text), None, "{text:?}");
        }
        assert!(TotpCode::parse("000000").is_some());
    }

    #[test]
    fn authenticators_are_told_all_they_need() {
        let secret = secret();
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.to_uri("ada+1@example.com"),
            "otpauth://totp/Cardium:ada%2B1%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Cardium&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(TotpSecret::from_slice(secret.expose()), Some(secret));
        assert_eq!(TotpSecret::from_slice(&[1; 19]), None);
    }

    #[test]
    fn nothing_is_printed() {
        let code = TotpCode::parse("123456").unwrap();
        assert_eq!(format!("{:?} {code:?}", secret()), "TotpSecret(***) TotpCode(***)");
    }
}
