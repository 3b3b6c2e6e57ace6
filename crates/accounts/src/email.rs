use std::fmt;

/// An e-mail address (RFC 5321: at most 254 characters), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an e-mail address of at most 254 characters")]
pub struct EmailError;

impl Email {
    /// The longest address, in characters.
    pub const MAX_LENGTH: usize = 254;

    /// Checks and takes an address. Only its outline is checked; a message sent to it is the
    /// only real proof.
    ///
    /// # Errors
    /// When it has no single `@` between two parts, a blank, or too many characters.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let printable = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let outline = !local.is_empty() && local.len() <= 64 && !local.contains('@');
        let labels = domain.split('.').all(|label| !label.is_empty());
        if text.len() <= Self::MAX_LENGTH && printable && outline && labels {
            return Ok(Self(text.to_lowercase()));
        }
        Err(EmailError)
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn addresses() {
        for (text, good) in [
            ("Ada@Example.com", true),
            ("a@b", true),
            ("", false),
            ("a", false),
            ("@b", false),
            ("a@", false),
            ("a@b..c", false),
            ("a b@c.d", false),
            ("a@b@c.d", false),
        ] {
            assert_eq!(Email::parse(text).is_ok(), good, "{text:?}");
        }
        assert_eq!(Email::parse("Ada@Example.com").unwrap().as_str(), "ada@example.com");
    }
}
