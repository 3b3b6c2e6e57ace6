use std::fmt;

/// A password as its owner typed it; it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The password is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has 8 to 256 characters")]
pub struct PasswordError;

impl Password {
    /// The fewest and the most characters of a new password.
    pub const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;

    /// Takes a password for a new account.
    ///
    /// # Errors
    /// When its length is outside [`Self::LENGTH`].
    pub fn choose(text: String) -> Result<Self, PasswordError> {
        let fits = Self::LENGTH.contains(&text.chars().count());
        if fits { Ok(Self(text)) } else { Err(PasswordError) }
    }

    /// Takes a password to compare with a hash; any text will do, as long as it is bounded. One
    /// character beyond the bound is kept: a text that is too long is never the password.
    #[must_use]
    pub fn candidate(text: &str) -> Self {
        Self(text.chars().take(Self::LENGTH.end().saturating_add(1)).collect())
    }

    /// The characters, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

/// A password hash in PHC string format (Argon2id); it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string.
    #[must_use]
    pub const fn from_phc(text: String) -> Self {
        Self(text)
    }

    /// The PHC string.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_checked_and_nothing_is_printed() {
        assert!(Password::choose("1234567".into()).is_err());
        assert!(Password::choose("x".repeat(257)).is_err());
        let password = Password::choose("correct horse".into()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(***)");
    }
}
