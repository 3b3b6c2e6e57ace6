//! Who asks: clients that registered, and clients that a document describes.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use cardium_api_v1::webhook_url;
use cardium_app::{
    Actor, CommandError, Lane, RequestInfo, UseCase,
    grants::NoteStepUp,
    oauth::SaveClient,
    perform as submit,
    reads::{ReadResult, Reads},
};
use cardium_auth::{
    Credential, CredentialKind, Scope,
    grants::Reach,
    oauth::{
        Client, ClientClaim, ClientKind, DocumentReach, DocumentUrl, NewClient, OAuthError,
        OAuthErrorCode, Parameters, SecretKind, fresh_for,
    },
};
use cardium_kernel::{AccountId, GrantId};

use super::{
    answer::{Refusal, authorization},
    documents, secrets,
};
use crate::{
    AppState, address::origin, block::block, challenge::NoRoom, dispatch::request_info,
    rate_limits::Seen,
};

/// Runs a query off the event loop.
pub async fn look<T: Send + 'static>(
    state: &AppState,
    query: impl FnOnce(&dyn Reads) -> ReadResult<T> + Send + 'static,
) -> Result<T, CommandError> {
    let reads = Arc::clone(&state.wiring.reads);
    Ok(block(move || query(&*reads)).await??)
}

/// Runs a command that nobody is signed in for.
pub async fn perform<U: UseCase>(
    state: &AppState,
    request: &HttpRequest,
    use_case: U,
) -> Result<U::Output, CommandError> {
    perform_for(state, Actor::Public, request_info(request), use_case).await
}

/// Runs a command of a signed-in owner.
pub async fn perform_as_owner<U: UseCase>(
    state: &AppState,
    (session, info): (&Credential, RequestInfo),
    use_case: U,
) -> Result<U::Output, CommandError> {
    let actor = Actor::Credential {
        account: session.account,
        credential: session.id,
        kind: session.kind,
        scope: None,
        // A session reaches every card.
        reach: Reach::All,
    };
    perform_for(state, actor, info, use_case).await
}

/// Notes that a client is told to ask its owner for a scope. Whatever becomes of the note, the
/// client is told, unless it registered for less: asking would be refused. A token with less than
/// its grant has needs no owner, only a refresh.
pub async fn note_step_up(
    state: &AppState,
    request: &HttpRequest,
    (caller, scope): (&Credential, Scope),
) {
    if caller.kind != CredentialKind::Grant {
        return;
    }
    let grant = GrantId::new(caller.id.value());
    let found = look(state, move |reads| {
        let Some(view) = reads.find_grant(grant)? else { return Ok(None) };
        let client = reads.find_client(&view.grant.client_id)?;
        Ok(Some((view, client)))
    });
    let Ok(Some((view, client))) = found.await else { return };
    if view.credential.scopes.allows(scope) {
        return;
    }
    let asked = caller.scopes.with([scope].into_iter().collect());
    if client.is_some_and(|client| !client.details.has_room(asked)) {
        request.extensions_mut().insert(NoRoom);
        return;
    }
    if view.grant.step_up_asked || view.grant.ended_at.is_some() {
        return;
    }
    let actor = Actor::Credential {
        account: caller.account,
        credential: caller.id,
        kind: caller.kind,
        scope: None,
        reach: Reach::Beside,
    };
    let note = NoteStepUp { grant };
    if let Err(error) = perform_for(state, actor, request_info(request), note).await {
        tracing::warn!(%error, "a step-up was not noted");
    }
}

async fn perform_for<U: UseCase>(
    state: &AppState,
    actor: Actor,
    info: RequestInfo,
    use_case: U,
) -> Result<U::Output, CommandError> {
    let wiring = &state.wiring;
    let context = wiring.edge.context(actor, Some(info));
    let queue = (Lane::Api, wiring.settings.command_patience);
    submit(&*wiring.database, queue, context, use_case).await
}

/// The client with this id, if its time is not over.
pub async fn find_client(state: &AppState, id: &str) -> Result<Option<Client>, CommandError> {
    let (id, now) = (id.to_owned(), state.wiring.edge.clock.now());
    let found = look(state, move |reads| reads.find_client(&id)).await?;
    Ok(found.filter(|client| !client.is_over(now)))
}

/// Whether a client's document has to be fetched before anything is known of it.
pub fn is_to_be_fetched(state: &AppState, id: &str, known: Option<&Client>) -> bool {
    let now = state.wiring.edge.clock.now();
    DocumentUrl::is_meant(id) && known.is_none_or(|client| client.is_stale(now))
}

/// Fetches a client's document and keeps what it says. What was known before is not believed any
/// longer than it said: a client that was taken over has to be able to take itself back.
pub async fn fetch_client(
    (state, request): (&AppState, &HttpRequest),
    (id, known): (&str, Option<&Client>),
    owner: AccountId,
) -> Result<Client, Refusal> {
    let wiring = &state.wiring;
    let reach = match wiring.settings.webhook_reach {
        webhook_url::Reach::PublicHttps => DocumentReach::Https,
        webhook_url::Reach::LoopbackToo => DocumentReach::Loopback,
    };
    let url = DocumentUrl::parse(id, reach)?;
    if let Some(limits) = &state.rate_limits {
        limits.count_document(owner).await?;
    }
    let fetched = wiring.documents.fetch(url.as_str().to_owned()).await;
    let refuse = |why: &'static str| OAuthError::new(OAuthErrorCode::InvalidClient, why);
    let fetched = fetched.map_err(|failure| refuse(failure.0))?;
    let read = documents::read(&fetched.bytes);
    let checked = read.and_then(|document| document.check(&url, &wiring.settings.clients));
    let details = checked.inspect_err(|_| wiring.documents.note_unfit(url.as_str()))?;
    if let (Some(limits), None) = (&state.rate_limits, known) {
        // It registers as others do, only elsewhere.
        limits.count_registration(origin(request).address).await?;
    }
    let now = wiring.edge.clock.now();
    let new = NewClient {
        id: id.to_owned(),
        kind: ClientKind::Document,
        details,
        secret: None,
        registration: None,
        fresh_until: Some(now.after(fresh_for(fetched.max_age))),
    };
    let client = Client::register(new, now);
    perform(state, request, SaveClient { client: client.clone() }).await?;
    Ok(client)
}

/// The client that calls, proven as far as it can be. Every call is counted by its address, and
/// one that guesses is slowed down much sooner: many owners' agents may run at one address. They
/// go on meanwhile: what a wrong proof costs is a query, and nothing is written for it.
pub async fn authenticate(
    state: &AppState,
    request: &HttpRequest,
    body: &Parameters,
) -> Result<Client, Refusal> {
    let claim = ClientClaim::read(authorization(request)?, body)?;
    let address = origin(request).address;
    if let Some(limits) = &state.rate_limits {
        limits.count_exchange(address).await?;
    }
    let checked = check(state, &claim).await;
    if let (Some(limits), Err(Refusal::OAuth(_))) = (&state.rate_limits, &checked) {
        limits.count_stranger(address, &Seen::default()).await?;
    }
    checked
}

async fn check(state: &AppState, claim: &ClientClaim) -> Result<Client, Refusal> {
    let found = find_client(state, &claim.id).await?;
    let unknown = || OAuthError::new(OAuthErrorCode::InvalidClient, "The client is not known.");
    let client = found.ok_or_else(unknown)?;
    let hash = |secret: &String| secrets::hash(&state.wiring, SecretKind::ClientSecret, secret);
    claim.check(&client, claim.secret.as_ref().map(hash))?;
    Ok(client)
}
