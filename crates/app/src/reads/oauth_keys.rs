use super::ReadResult;
use crate::access_tokens::OauthKey;

/// Queries about the keys that sign access tokens.
pub trait OauthKeyReads {
    /// All keys, the oldest first; there are never more than a few.
    ///
    /// # Errors
    /// See [`super::ReadError`].
    fn oauth_keys(&self) -> ReadResult<Vec<OauthKey>>;
}
