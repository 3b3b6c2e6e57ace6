//! Access tokens at the guard: what a signed token and its grant let a caller do.
//!
//! Invariants: a token never does more than its grant does now, nor for longer than it says; a
//! token whose grant is unknown, ended, another account's or another client's is none at all, and
//! its sender is not told which. Commands read the grant again in their transaction, where a
//! narrower token no longer counts: what a token leaves out is refused here.

use std::sync::Arc;

use cardium_app::{
    CommandError,
    access_tokens::{AccessClaims, read_access_token},
    reads::{GrantView, ReadError},
};
use cardium_auth::{Credential, TokenHash};
use cardium_kernel::{GrantId, Timestamp};
use cardium_vault::jwt::TokenError;

use crate::{
    AppState,
    acquaintance::Verdict,
    block::block,
    guard::{Found, has_ended, unknown},
    token_keys::{Need, realm, token_keys},
};

/// What the JSON object of a token's header begins with, in base64url.
const PREFIX: &str = "ey";

/// Whether a bearer token claims to be an access token.
pub fn is_access_token(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// The credential that a token stands for, for as long as look-ups are kept.
///
/// # Errors
/// `invalid_credentials`.
pub async fn find(state: &AppState, token: &str, hash: TokenHash) -> Result<Found, CommandError> {
    if let Some(found) = state.credentials.find(&hash) {
        return Ok(found);
    }
    let claims = read(state, token).await?;
    let found = find_grant(state, claims.grant).await.and_then(|view| {
        let found = presented(&view, &claims);
        Ok(found.ok_or_else(unknown)?)
    });
    match &found {
        Ok(found) => state.credentials.keep(&hash, found),
        // Its signature shows that it is no guess; from now on it is treated like one.
        Err(error) if has_ended(error) => {
            state.acquaintance.note(&hash, state.wiring.edge.clock.now(), Verdict::Ended);
        }
        Err(_) => {}
    }
    found
}

/// The same for a caller that waited: what its grant does by now.
///
/// # Errors
/// `invalid_credentials`.
pub async fn find_again(state: &AppState, shown: &Credential) -> Result<Found, CommandError> {
    let view = find_grant(state, GrantId::new(shown.id.value())).await?;
    let end = shown.expires_at.ok_or_else(unknown)?;
    let credential = view.credential.presented(shown.scopes, end);
    let credential = credential.narrowed_to(view.grant.cards.clone());
    Ok(Found::new(credential, last_used(&view)))
}

/// What a token says, if it is one of ours and valid now. Whether its grant still stands is to be
/// asked of the database.
///
/// # Errors
/// `invalid_credentials`, or why the keys could not be read.
pub async fn read(state: &AppState, token: &str) -> Result<AccessClaims, CommandError> {
    let now = state.wiring.edge.clock.now();
    let realm = realm(state.wiring.settings.public_url.as_ref());
    let keys = token_keys(state, Need::Known).await?;
    let mut claims = read_access_token(token, &keys.verifying, &realm, now);
    if claims == Err(TokenError::UnknownKey) {
        let keys = token_keys(state, Need::Newer).await?;
        claims = read_access_token(token, &keys.verifying, &realm, now);
    }
    claims.map_err(|reason| {
        tracing::debug!(%reason, "an access token was refused");
        unknown().into()
    })
}

async fn find_grant(state: &AppState, id: GrantId) -> Result<GrantView, CommandError> {
    let reads = Arc::clone(&state.wiring.reads);
    let found = block(move || {
        let found = reads.find_grant(id)?;
        let Some(view) = found.filter(|view| view.grant.ended_at.is_none()) else {
            return Ok(None);
        };
        // A client may have more grants than could be ended with it at once.
        let ended = reads.is_ended_client(&view.grant.client_id)?;
        Ok::<_, ReadError>((!ended).then_some(view))
    });
    Ok(found.await??.ok_or_else(unknown)?)
}

/// What token and grant have in common; nothing where the token is not the grant's.
fn presented(view: &GrantView, claims: &AccessClaims) -> Option<Found> {
    let (grant, credential) = (&view.grant, &view.credential);
    let same = grant.client_id == claims.client_id
        && grant.account == claims.account
        && credential.account == claims.account;
    let credential = credential.presented(claims.scopes, claims.expires_at);
    let credential = credential.narrowed_to(grant.cards.clone());
    same.then(|| Found::new(credential, last_used(view)))
}

fn last_used(view: &GrantView) -> Timestamp {
    view.last_used.unwrap_or(view.grant.created_at)
}
