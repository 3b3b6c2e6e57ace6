use std::fmt;

use crate::TotpCode;

/// Letters and digits that are not mistaken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 16;
const GROUP: usize = 4;

/// A code for whoever lost their authenticator: 80 random bits, each code good once. It cannot be
/// printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// Random bytes that a code takes: one a character, of which five bits count.
    pub const BYTES: usize = LENGTH;

    /// A new code.
    #[must_use]
    pub fn new(random: &[u8; Self::BYTES]) -> Self {
        let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0');
        Self(random.iter().map(|byte| char::from(letter(byte))).collect())
    }

    /// Reads a code; case, hyphens and blanks do not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|letter| !matches!(letter, '-' | ' '));
        let text: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        let known = text.bytes().all(|byte| ALPHABET.contains(&byte));
        (text.len() == LENGTH && known).then_some(Self(text))
    }

    /// The characters, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The code in groups, for the one answer that shows it.
    #[must_use]
    pub fn to_groups(&self) -> String {
        let groups: Vec<_> = self.0.as_bytes().chunks(GROUP).map(String::from_utf8_lossy).collect();
        groups.join("-")
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(***)")
    }
}

/// What signing in takes besides the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactor {
    /// The digits that the authenticator shows.
    Totp(TotpCode),
    /// A recovery code in its place.
    Recovery(RecoveryCode),
}

impl SecondFactor {
    /// Reads either.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let totp = TotpCode::parse(text).map(Self::Totp);
        totp.or_else(|| RecoveryCode::parse(text).map(Self::Recovery))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_shown_in_groups_and_read_as_people_type() {
        let random: [u8; 16] = std::array::from_fn(|place| u8::try_from(place * 17).unwrap());
        let code = RecoveryCode::new(&random);
        assert_eq!(code.to_groups(), "0h2k-4n6q-8sav-cxez");
        for text in
            [code.to_groups(), code.to_groups().to_uppercase(), code.to_groups().replace('-', " ")]
        {
            assert_eq!(RecoveryCode::parse(&text), Some(code.clone()), "{text}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(***)");
    }

    #[test]
    fn anything_else_is_no_code() {
        for text in
            ["", "0123-4567-89ab-cde", "0123-4567-89ab-cdef0", "0123-4567-89ab-cdei", "12345"]
        {
            assert_eq!(SecondFactor::parse(text), None, "{text:?}");
        }
        assert!(matches!(SecondFactor::parse("123456"), Some(SecondFactor::Totp(_))));
        let code = SecondFactor::parse("0123-4567-89ab-cdef");
        assert!(matches!(code, Some(SecondFactor::Recovery(_))));
    }
}
