use std::time::Duration;

use cardium_app::CommandError;
use cardium_auth::ScopeSet;
use cardium_kernel::{AccountId, GrantId, Timestamp};

use crate::BoxFuture;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The token's own id.
    pub id: String,
    /// Whom it speaks for.
    pub account: AccountId,
    /// The grant that it comes from.
    pub grant: GrantId,
    /// The client that it was given to.
    pub client_id: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Signs access tokens, and reads what it signed.
pub trait TokenSigner: Send + Sync {
    /// A token with these claims, made by this issuer.
    fn sign<'a>(
        &'a self,
        issuer: &'a str,
        token: AccessToken,
    ) -> BoxFuture<'a, Result<String, CommandError>>;

    /// What a token says, if it is one of this issuer's and valid now. Whether its grant still
    /// stands is to be asked of the database.
    fn read<'a>(
        &'a self,
        issuer: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<AccessToken>, CommandError>>;
}

/// A client's document as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedDocument {
    /// Its bytes, at most [`cardium_auth::oauth::DOCUMENT_BYTES`].
    pub bytes: Vec<u8>,
    /// How long its server says that it stays as it is.
    pub max_age: Option<Duration>,
}

/// Why a document could not be had; in words for whoever runs the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFailure(pub &'static str);

/// Fetches the documents that describe clients: from public hosts by https, without redirects,
/// within seconds.
pub trait ClientDocuments: Send + Sync {
    /// The document at this address.
    fn fetch(&self, url: String) -> BoxFuture<'_, Result<FetchedDocument, DocumentFailure>>;
}
