//! Clients whose id is the address of a document that describes them (OAuth Client ID Metadata
//! Document).
//!
//! Invariant: the document is believed only about the address that it was read from. Deliberately
//! absent: fetching, and clients that prove themselves with keys.

use std::time::Duration;

use url::{Host, Url};

use super::{
    client::{ClientDetails, ClientMetadata, ClientRules},
    error::{OAuthError, invalid_client, invalid_client_metadata},
};

/// The largest document, in bytes, as the draft recommends.
pub const DOCUMENT_BYTES: usize = 5 * 1_024;
/// How long a document is believed at least, whatever it says, and at most.
pub const DOCUMENT_FRESH_LEAST: Duration = Duration::from_secs(5 * 60);
/// The most of it.
pub const DOCUMENT_FRESH_MOST: Duration = Duration::from_secs(24 * 3_600);
/// The longest client id: access tokens name it, and their texts are no longer.
const LONGEST: usize = 1_024;

/// A client id that is the address of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentUrl(String);

/// Whether http is served beside https.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentReach {
    /// Only https.
    Https,
    /// And http of this machine: for development.
    Loopback,
}

impl DocumentUrl {
    /// Whether a client id is meant as an address.
    #[must_use]
    pub fn is_meant(client_id: &str) -> bool {
        client_id.contains("://")
    }

    /// Reads a client id that is an address.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn parse(text: &str, reach: DocumentReach) -> Result<Self, OAuthError> {
        let refuse = |why: &'static str| Err(invalid_client(why));
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        if text.len() > LONGEST || !text.bytes().all(plain) {
            return refuse("client_id has characters that no URL has, or too many.");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("client_id cannot be read as a URL.");
        };
        let loopback = url.scheme() == "http" && is_loopback(&url);
        if url.scheme() != "https" && !(loopback && reach == DocumentReach::Loopback) {
            return refuse("client_id must begin with https://.");
        }
        if text.contains(['#', '?']) {
            return refuse("client_id must have neither a query nor a fragment.");
        }
        // What a parser would change, dot segments and capital hosts, would be another id.
        if url.as_str() != text || !url.username().is_empty() || url.password().is_some() {
            return refuse("client_id must be written in its plain form, without a user name.");
        }
        if url.path().len() < 2 {
            return refuse("client_id must have a path.");
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataDocument {
    /// Whom it describes.
    pub client_id: Option<String>,
    /// Whether it holds a secret, which a public document cannot.
    pub has_secret: bool,
    /// The ways in which it can prove itself, where it names more than one.
    pub methods: Vec<String>,
    /// The rest, as in a registration.
    pub metadata: ClientMetadata,
}

impl MetadataDocument {
    /// Passes a document that describes the client it was fetched for.
    ///
    /// # Errors
    /// `invalid_client_metadata` or `invalid_redirect_uri`.
    pub fn check(
        self,
        url: &DocumentUrl,
        rules: &ClientRules,
    ) -> Result<ClientDetails, OAuthError> {
        if self.client_id.as_deref() != Some(url.as_str()) {
            let message = "The document's client_id is not the URL it was read from.";
            return Err(invalid_client_metadata(message));
        }
        if self.has_secret {
            return Err(invalid_client_metadata("A public document must not hold a secret."));
        }
        let mut metadata = self.metadata;
        let named = metadata.token_endpoint_auth_method.replace("none".to_owned());
        // Whoever prefers a key and can do without is taken without.
        let can = |method: &String| method == "none";
        if !(named.as_ref().is_none_or(can) || self.methods.iter().any(can)) {
            let message = "A document must have none as its token_endpoint_auth_method or among \
                           its token_endpoint_auth_methods_supported.";
            return Err(invalid_client_metadata(message));
        }
        ClientDetails::try_new(metadata, rules)
    }
}

/// How long a document is believed that says this of itself.
#[must_use]
pub fn fresh_for(max_age: Option<Duration>) -> Duration {
    max_age.map_or(DOCUMENT_FRESH_LEAST, |age| age.clamp(DOCUMENT_FRESH_LEAST, DOCUMENT_FRESH_MOST))
}
