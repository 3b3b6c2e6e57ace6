use std::fmt;

/// A country by its ISO 3166-1 alpha-2 code. The form is checked here, membership of the
/// official list at the edges: the network sends what it likes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// The text is not two upper-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an ISO 3166-1 alpha-2 code such as DE")]
pub struct CountryError;

impl Country {
    /// Reads two upper-case ASCII letters.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn try_new(text: &str) -> Result<Self, CountryError> {
        Self::parse(text).ok_or(CountryError)
    }

    /// The country with this code, where the text has the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// The code.
    ///
    /// # Panics
    /// Never: a country is made of two ASCII letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters are UTF-8")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_upper_case_letters_are_a_code() {
        assert_eq!(Country::parse("DE").map(|country| country.to_string()), Some("DE".into()));
        for text in ["", "D", "de", "DEU", "D1", "Ä", " D"] {
            assert_eq!(Country::try_new(text), Err(CountryError), "{text:?}");
        }
    }
}
