use super::error::{OAuthError, invalid_target};

/// What a token may be used at (RFC 8707). Tokens name both doors and both accept them; so a
/// client that names either gets what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// The MCP server.
    Mcp,
    /// The REST API.
    V1,
    /// The origin of both, which clients name that were given no path.
    Base,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mcp, Self::V1, Self::Base];

    /// What follows the base URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "/mcp",
            Self::V1 => "/v1",
            Self::Base => "",
        }
    }

    /// The resource with this path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.as_str() == text)
    }
}

/// The resources of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSet {
    base: String,
}

impl ResourceSet {
    /// The resources below this base URL, which ends without a slash.
    #[must_use]
    pub const fn new(base: String) -> Self {
        Self { base }
    }

    /// Reads the `resource` parameters of a request; none is the MCP server.
    ///
    /// # Errors
    /// `invalid_target`.
    pub fn parse<T: AsRef<str>>(&self, named: &[T]) -> Result<Resource, OAuthError> {
        let mut found = None;
        for text in named {
            let resource = self.find(text.as_ref());
            let message = "resource must be this server's MCP or API resource.";
            found = found.or(Some(resource.ok_or_else(|| invalid_target(message))?));
        }
        Ok(found.unwrap_or(Resource::Mcp))
    }

    fn find(&self, text: &str) -> Option<Resource> {
        let text = text.strip_suffix('/').unwrap_or(text);
        Resource::parse(text.strip_prefix(&self.base)?)
    }
}
