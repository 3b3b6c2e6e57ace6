//! What an OAuth 2.1 server decides: which clients there are, where they are answered, what they
//! may ask for, and what their codes and tokens are good for.
//!
//! Invariants: nobody is redirected to a URI that was not registered word for word; a code is good
//! once, a refresh token until the next one; whatever is refused has a code of RFC 6749 or of its
//! extensions. Deliberately absent: hashing and randomness (the edge's), fetching of documents, and
//! what an owner gives a client (the grant).

mod authorization_request;
mod client;
mod code;
mod consent;
mod error;
mod metadata_document;
mod parameters;
mod pkce;
mod redirect_uri;
mod refresh;
mod resource;
mod scope_request;
mod secret;
mod store;
mod token_request;

#[cfg(test)]
mod tests;

pub use authorization_request::{AuthorizationRequest, RequestError, ReturnAddress};
pub use client::{
    AuthMethod, CLIENT_IDLE, CLIENT_UNUSED, Client, ClientDetails, ClientKind, ClientMetadata,
    ClientRecord, ClientRules, GrantType, NewClient,
};
pub use code::{AuthorizationCode, CODE_LIFETIME, CodeError, CodeRecord, Redemption};
pub use consent::{CONSENT_LIFETIME, Consent, ConsentRecord};
pub use error::{OAuthError, OAuthErrorCode};
pub use metadata_document::{
    DOCUMENT_BYTES, DOCUMENT_FRESH_LEAST, DOCUMENT_FRESH_MOST, DocumentReach, DocumentUrl,
    MetadataDocument, fresh_for,
};
pub use parameters::Parameters;
pub use pkce::CodeChallenge;
pub use redirect_uri::{PrivateSchemes, RedirectKind, RedirectUri};
pub use refresh::{
    REFRESH_GRACE, REFRESH_IDLE, REFRESH_LIFETIME, REFRESH_SIBLINGS, REFRESH_UNUSED, Refresh,
    RefreshError, RefreshRecord, RefreshToken, Renewal,
};
pub use resource::{Resource, ResourceSet};
pub use scope_request::{MOST_CARDS, ScopeRequest};
pub use secret::SecretKind;
pub use store::OAuthStore;
pub use token_request::{ClientClaim, TokenRequest};
