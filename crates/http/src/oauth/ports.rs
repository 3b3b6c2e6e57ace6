use std::time::Duration;

use crate::BoxFuture;

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

    /// Notes that what was fetched describes no client: until it may have changed, nobody is to
    /// fetch it again.
    fn note_unfit(&self, url: &str);
}
