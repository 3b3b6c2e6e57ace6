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
        match text.strip_prefix(&self.base)? {
            "/mcp" => Some(Resource::Mcp),
            "/v1" => Some(Resource::V1),
            "" => Some(Resource::Base),
            _ => None,
        }
    }
}
