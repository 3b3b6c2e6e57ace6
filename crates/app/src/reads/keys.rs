use cardium_auth::{Credential, KeyStatus, TokenHash};
use cardium_kernel::{AccountId, Book, CredentialId, Page, Timestamp};

use super::{ListQuery, ReadResult};

/// Which API keys.
#[derive(Debug, Clone, Default)]
pub struct KeyFilter {
    /// Only the one with this id: what a key sees of its account's keys.
    pub only: Option<CredentialId>,
    /// In this state at this moment.
    pub status: Option<(KeyStatus, Timestamp)>,
    /// Bound to this book.
    pub mode: Option<Book>,
}

/// How API keys are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySort {
    /// By moment.
    CreatedAt,
    /// By name.
    Name,
}

/// Queries about credentials.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait KeyReads {
    /// The credential with this token, and when it was last used.
    fn find_credential(&self, token: &TokenHash) -> ReadResult<Option<(Credential, Timestamp)>>;
    /// API keys of an account with their last use, if any.
    fn list_api_keys(
        &self,
        query: &ListQuery<KeyFilter, KeySort>,
    ) -> ReadResult<Page<(Credential, Option<Timestamp>)>>;
    /// An account's API key with its last use, if any.
    fn find_api_key(
        &self,
        account: AccountId,
        id: CredentialId,
    ) -> ReadResult<Option<(Credential, Option<Timestamp>)>>;
}
