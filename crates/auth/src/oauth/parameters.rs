use std::borrow::Cow;

use url::form_urlencoded;

use super::error::{OAuthError, invalid_request};

/// The most parameters of a request, and the longest value.
const MOST: usize = 40;
const LONGEST: usize = 4_096;
/// The one parameter that may be given several times (RFC 8707 section 2).
const MANY: &str = "resource";

/// A request's parameters (`application/x-www-form-urlencoded`). One without a value counts as
/// left out (RFC 6749 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a body.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text).take(MOST.saturating_add(1));
        let owned =
            |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned());
        Self(pairs.map(owned).filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The parameters as a query.
    #[must_use]
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// A parameter that may be given once.
    ///
    /// # Errors
    /// `invalid_request` where it is given again.
    pub fn find(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            let message = format!("{name} must not be given more than once.");
            return Err(invalid_request(message));
        }
        Ok(first)
    }

    /// A parameter that has to be given.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn get(&self, name: &str) -> Result<&str, OAuthError> {
        let found = self.find(name)?;
        found.ok_or_else(|| invalid_request(format!("{name} is required.")))
    }

    /// All values of a parameter.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(own, _)| own == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The resources that are named.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        self.all(MANY).collect()
    }

    /// Passes parameters that are few and short, each given once.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<(), OAuthError> {
        if self.0.len() > MOST {
            return Err(invalid_request("The request has too many parameters."));
        }
        if let Some((name, _)) = self.0.iter().find(|(_, value)| value.len() > LONGEST) {
            return Err(invalid_request(format!("{} is too long.", shown(name))));
        }
        let many = |name: &str| name != MANY && self.all(name).nth(1).is_some();
        match self.0.iter().find(|(name, _)| many(name)) {
            Some((name, _)) => {
                let message = format!("{} must not be given more than once.", shown(name));
                Err(invalid_request(message))
            }
            None => Ok(()),
        }
    }
}

fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}
