//! What the consent page does: it shows what is asked, and takes the owner's answer.

use std::sync::Arc;

use cardium_app::{
    CommandError, RequestInfo,
    accounts::StepUp,
    grants::Reopened,
    oauth::{ApproveAuthorization, DenyAuthorization},
    reads::{ByCreation, GrantFilter, GrantView, ListQuery},
};
use cardium_auth::{
    Credential, ScopeSet,
    grants::{GrantChange, Mandate, MandateChange, NewGrant, Reveal},
    oauth::{Client, Consent, OAuthError, OAuthErrorCode, RedirectUri, ScopeRequest, SecretKind},
};
use cardium_kernel::{CardId, ConsentId, GrantId, Problem};

use super::{
    clients::{find_client, look, perform_as_owner},
    secrets,
};
use crate::{AppState, guard, rate_limits::Seen};

/// What an owner is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asks.
    pub client: Client,
    /// The request.
    pub consent: Consent,
    /// What is asked for.
    pub scope: ScopeRequest,
    /// Where the answer goes.
    pub redirect_host: String,
    /// What the client has already.
    pub existing: Option<GrantView>,
}

/// What an owner gives.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the client may do.
    pub scopes: ScopeSet,
    /// The only cards it reaches; none for all.
    pub cards: Option<Vec<CardId>>,
    /// How it may reveal a card number, where the owner was asked. What an owner was not asked
    /// about stays as an open grant has it.
    pub reveal: Option<Reveal>,
    /// What it may spend, as far as the owner was asked.
    pub mandate: MandateChange,
    /// How the owner's presence is shown, where risky scopes are given or more than before.
    pub step_up: StepUp,
}

impl Choice {
    fn change(&self) -> GrantChange {
        GrantChange {
            scopes: Some(self.scopes),
            cards: Some(self.cards.clone()),
            reveal: self.reveal,
            mandate: self.mandate.clone(),
        }
    }
}

/// The session with this token, for whoever answers without a browser.
///
/// # Errors
/// `invalid_credentials` or `session_expired`.
pub async fn session(state: &AppState, token: &str) -> Result<Arc<Credential>, CommandError> {
    guard::recognize(state, Some(token), (None, &Seen::default())).await
}

/// A request that this session opened and nobody answered.
///
/// # Errors
/// `resource_not_found`.
pub async fn find(
    state: &AppState,
    session: &Credential,
    id: ConsentId,
) -> Result<Asked, CommandError> {
    let now = state.wiring.edge.clock.now();
    let found = look(state, move |reads| reads.find_consent(id)).await?;
    let found = found.filter(|consent| consent.is_open_to(session.id, now));
    let unknown = || Problem::not_found("authorization request");
    let consent = found.ok_or_else(unknown)?;
    let client = find_client(state, &consent.client).await?.ok_or_else(unknown)?;
    let scope = consent.scope().map_err(|error| CommandError::Internal(error.to_string()))?;
    let redirect_host = RedirectUri::restore(consent.redirect_uri.clone()).host();
    let existing = existing(state, session, &consent.client).await?;
    Ok(Asked { client, consent, scope, redirect_host, existing })
}

async fn existing(
    state: &AppState,
    session: &Credential,
    client: &str,
) -> Result<Option<GrantView>, CommandError> {
    let mut query = ListQuery::first(session.account, ByCreation);
    query.filter = GrantFilter { only: None, open: Some(true), client_id: Some(client.to_owned()) };
    let page = look(state, move |reads| reads.list_grants(&query)).await?;
    Ok(page.items.into_iter().next())
}

/// The owner says yes; gives the URL that the browser goes to.
///
/// # Errors
/// `resource_not_found`, `invalid_field`, `step_up_required`, or why it could not be settled.
pub async fn approve(
    state: &Arc<AppState>,
    (session, info): (&Credential, RequestInfo),
    (id, issuer): (ConsentId, &str),
    choice: Choice,
) -> Result<String, CommandError> {
    let asked = find(state, session, id).await?;
    let change = choice.change();
    let reopened = |id| Reopened { id, change: change.clone() };
    let known = asked.existing.map(|view| view.grant.id);
    let (code, hash) = secrets::new(&state.wiring, SecretKind::Code);
    let client = asked.client.id.clone();
    let mut approve = ApproveAuthorization {
        consent: id,
        terms: NewGrant {
            id: GrantId::new(state.wiring.edge.mint()),
            account: session.account,
            client_id: client.clone(),
            client_name: asked.client.name().to_owned(),
            redirect_host: asked.redirect_host,
            scopes: choice.scopes,
            cards: choice.cards,
            reveal: choice.reveal.unwrap_or(Reveal::Ask),
            mandate: choice.mandate.apply(&Mandate::default()),
        },
        existing: known.map(reopened),
        step_up: choice.step_up,
        code: hash,
    };
    let done = perform_as_owner(state, (session, info.clone()), approve.clone()).await;
    let address = match done {
        Ok(address) => address,
        Err(error) => {
            // Another answer may have opened the grant meanwhile, or its owner may have revoked it.
            let found = existing(state, session, &client).await?.map(|view| view.grant.id);
            if found == known {
                return Err(error);
            }
            approve.existing = found.map(reopened);
            perform_as_owner(state, (session, info), approve).await?
        }
    };
    Ok(address.with_code(&code, issuer))
}

/// The owner says no; gives the URL that the browser goes to.
///
/// # Errors
/// `resource_not_found`, or why it could not be settled.
pub async fn deny(
    state: &Arc<AppState>,
    (session, info): (&Credential, RequestInfo),
    (id, issuer): (ConsentId, &str),
) -> Result<String, CommandError> {
    let deny = DenyAuthorization { consent: id };
    let address = perform_as_owner(state, (session, info), deny).await?;
    let denied = OAuthError::new(OAuthErrorCode::AccessDenied, "The owner said no.");
    Ok(address.with_error(&denied, issuer))
}
