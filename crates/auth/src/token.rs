use std::fmt;

use cardium_kernel::Book;

/// What a bearer token is, by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `sess_`: an interactive session.
    Session,
    /// `ccm_live_` or `ccm_test_`: a server's API key. Only the sandbox prefix fixes a book.
    ApiKey(Option<Book>),
}

impl TokenKind {
    /// What tokens of this kind begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "sess_",
            Self::ApiKey(Some(Book::Sandbox)) => "ccm_test_",
            Self::ApiKey(_) => "ccm_live_",
        }
    }
}

/// A bearer token in plain text; it cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new token from 256 random bits.
    #[must_use]
    pub fn new(kind: TokenKind, random: &[u8; 32]) -> Self {
        let mut text = String::from(kind.prefix());
        for byte in random {
            text.push_str(&format!("{byte:02x}"));
        }
        Self(text)
    }

    /// The plain text, for the one answer that shows it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, for telling keys apart.
    #[must_use]
    pub fn last4(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or("")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The keyed hash under which a token is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);
