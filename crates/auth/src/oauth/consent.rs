use std::time::Duration;

use cardium_kernel::{AccountId, ConsentId, CredentialId, Timestamp};

use super::{
    authorization_request::{AuthorizationRequest, ReturnAddress},
    error::OAuthError,
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    resource::Resource,
    scope_request::ScopeRequest,
};

/// How long an owner may think about a request.
pub const CONSENT_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The stored facts of a request that an owner is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    /// The request's id.
    pub id: ConsentId,
    /// Who is asked.
    pub account: AccountId,
    /// The session that opened it, and the only one that may answer it.
    pub session: CredentialId,
    /// Who asks.
    pub client: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What the client knows its request by.
    pub state: Option<String>,
    /// What it asks for, in its own words.
    pub scope: String,
    /// What it will prove.
    pub challenge: CodeChallenge,
    /// What the tokens are for.
    pub resource: Resource,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it was answered, if it was.
    pub ended_at: Option<Timestamp>,
}

/// A client's request that an owner is asked about, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent(ConsentRecord);

impl std::ops::Deref for Consent {
    type Target = ConsentRecord;

    fn deref(&self) -> &ConsentRecord {
        &self.0
    }
}

impl Consent {
    /// A request read back from storage.
    #[must_use]
    pub const fn restore(record: ConsentRecord) -> Self {
        Self(record)
    }

    /// Asks the owner of a session.
    #[must_use]
    pub fn open(
        id: ConsentId,
        request: &AuthorizationRequest,
        (account, session): (AccountId, CredentialId),
        now: Timestamp,
    ) -> Self {
        Self(ConsentRecord {
            id,
            account,
            session,
            client: request.client.clone(),
            redirect_uri: request.address.redirect_uri.as_str().to_owned(),
            state: request.address.state.clone(),
            scope: request.scope.text(),
            challenge: request.challenge,
            resource: request.resource,
            created_at: now,
            ended_at: None,
        })
    }

    /// Whether it can still be answered, by this session.
    #[must_use]
    pub fn is_open_to(&self, session: CredentialId, now: Timestamp) -> bool {
        let timely = now.since(self.created_at) < CONSENT_LIFETIME;
        self.session == session && self.ended_at.is_none() && timely
    }

    /// Notes that it was answered.
    pub const fn end(&mut self, now: Timestamp) {
        self.0.ended_at = Some(now);
    }

    /// Where the answer goes.
    #[must_use]
    pub fn address(&self) -> ReturnAddress {
        let redirect_uri = RedirectUri::restore(self.redirect_uri.clone());
        ReturnAddress { redirect_uri, state: self.state.clone() }
    }

    /// What is asked for.
    ///
    /// # Errors
    /// When a scope of it is no longer known.
    pub fn scope(&self) -> Result<ScopeRequest, OAuthError> {
        ScopeRequest::parse(&self.scope)
    }
}
