//! Clients register themselves and look after it (RFC 7591, RFC 7592). Nothing that they name is
//! fetched.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use cardium_app::{
    oauth::{DeleteClient, ENDED_AT_ONCE, SaveClient, UpdateClient},
    reads::Reads,
};
use cardium_auth::oauth::{
    AuthMethod, Client, ClientDetails, ClientKind, ClientMetadata, NewClient, OAuthError,
    OAuthErrorCode, ScopeRequest, SecretKind,
};
use cardium_kernel::CredentialId;
use serde_json::Value;

use super::{
    Outcome,
    answer::{Refusal, authorization, private, read_body, settle},
    clients::{find_client, look, perform},
    documents, secrets,
};
use crate::{AppState, address::origin, base::issuer, mcp::FIRST, rate_limits::Seen};

const JSON: &str = "application/json";

/// A client registers.
pub async fn create(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    settle(try_create(&state, &request, payload).await, &request)
}

async fn try_create(state: &AppState, request: &HttpRequest, payload: web::Payload) -> Outcome {
    let base = issuer(state, request)?;
    if let Some(limits) = &state.rate_limits {
        let address = origin(request).address;
        limits.count_stranger(address, &Seen::default()).await?;
        limits.count_registration(address).await?;
    }
    let bytes = read_body((state, request), payload, JSON).await?;
    let wiring = &state.wiring;
    let details = check(state, documents::read(&bytes)?.metadata)?;
    let secret = (details.method() != AuthMethod::None)
        .then(|| secrets::new(wiring, SecretKind::ClientSecret));
    let (registration, registration_hash) = secrets::new(wiring, SecretKind::Registration);
    let new = NewClient {
        id: Client::id_of(&wiring.edge.random()),
        kind: ClientKind::Registered,
        details,
        secret: secret.as_ref().map(|(_, hash)| *hash),
        registration: Some(registration_hash),
        fresh_until: None,
    };
    let client = Client::register(new, wiring.edge.clock.now());
    perform(state, request, SaveClient { client: client.clone() }).await?;
    let mut shown = managed(&client, &base, &registration);
    if let Some((secret, _)) = secret {
        shown.insert("client_secret".to_owned(), secret.into());
    }
    Ok(private(&mut HttpResponse::Created(), &Value::Object(shown)))
}

/// What a client says of itself, found sound.
fn check(state: &AppState, mut metadata: ClientMetadata) -> Result<ClientDetails, OAuthError> {
    metadata.scope = metadata.scope.filter(|scope| !is_our_word(scope));
    ClientDetails::try_new(metadata, &state.wiring.settings.clients)
}

/// Whether a scope is the one of our first challenge. SDKs register with it and ask for more when a
/// tool needs it: they repeat what they were told, and set no limit of their own.
fn is_our_word(scope: &str) -> bool {
    let first = FIRST.into_iter().collect();
    ScopeRequest::parse(scope)
        .is_ok_and(|asked| asked.scopes() == first && asked.cards().is_empty())
}

/// A client with the way to manage it.
fn managed(client: &Client, base: &str, token: &str) -> serde_json::Map<String, Value> {
    let mut shown = documents::show(client);
    let uri = format!("{base}/oauth/register/{}", client.id);
    shown.insert("registration_client_uri".to_owned(), uri.into());
    shown.insert("registration_access_token".to_owned(), token.into());
    shown
}

/// A client reads its registration.
pub async fn read(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    settle(try_read(&state, &request).await, &request)
}

async fn try_read(state: &AppState, request: &HttpRequest) -> Outcome {
    let base = issuer(state, request)?;
    let (client, _) = own(state, request).await?;
    let shown = managed(&client, &base, bearer(request)?);
    Ok(private(&mut HttpResponse::Ok(), &Value::Object(shown)))
}

/// The client that asks about itself, with the hash of its token. Strangers are counted, and come
/// no further than here: commands are for whoever may give them.
async fn own(state: &AppState, request: &HttpRequest) -> Result<(Client, [u8; 32]), Refusal> {
    if let Some(limits) = &state.rate_limits {
        limits.count_stranger(origin(request).address, &Seen::default()).await?;
    }
    let hash = secrets::hash(&state.wiring, SecretKind::Registration, bearer(request)?);
    let found = find_client(state, request.match_info().query("client_id")).await?;
    let own = |client: &Client| client.registration == Some(hash);
    Ok((found.filter(own).ok_or_else(wrong_token)?, hash))
}

/// A client replaces what it says of itself.
pub async fn update(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    settle(try_update(&state, &request, payload).await, &request)
}

async fn try_update(state: &AppState, request: &HttpRequest, payload: web::Payload) -> Outcome {
    let base = issuer(state, request)?;
    let (known, registration) = own(state, request).await?;
    let id = known.id.clone();
    let bytes = read_body((state, request), payload, JSON).await?;
    let said = documents::read(&bytes)?;
    if said.client_id.as_deref() != Some(&id) {
        return Err(metadata_error("client_id must be the client's own.").into());
    }
    let details = check(state, said.metadata)?;
    if (details.method() == AuthMethod::None) != (known.details.method() == AuthMethod::None) {
        let message = "A client with a secret keeps it, and one without gets none. Register anew.";
        return Err(metadata_error(message).into());
    }
    let updated = perform(state, request, UpdateClient { id, registration, details }).await??;
    let shown = managed(&updated, &base, bearer(request)?);
    Ok(private(&mut HttpResponse::Ok(), &Value::Object(shown)))
}

/// A client goes.
pub async fn delete(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    settle(try_delete(&state, &request).await, &request)
}

async fn try_delete(state: &AppState, request: &HttpRequest) -> Outcome {
    let (client, registration) = own(state, request).await?;
    let id = client.id.clone();
    let found = move |reads: &dyn Reads| reads.open_grants_of(&id, ENDED_AT_ONCE);
    let grants = look(state, found).await?;
    let ended = grants.clone();
    perform(state, request, DeleteClient { id: client.id.clone(), registration, grants }).await??;
    for line in ended {
        state.credentials.forget(CredentialId::new(line.grant.value()));
    }
    let mut response = HttpResponse::NoContent();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    Ok(response.finish())
}

fn bearer(request: &HttpRequest) -> Result<&str, Refusal> {
    let header = authorization(request)?.ok_or_else(wrong_token)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(wrong_token)?;
    let sound = scheme.eq_ignore_ascii_case("bearer") && token.len() <= 256;
    sound.then(|| token.trim()).ok_or_else(|| wrong_token().into())
}

fn wrong_token() -> OAuthError {
    let message = "The registration access token is not good.";
    OAuthError::new(OAuthErrorCode::InvalidToken, message)
}

fn metadata_error(message: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidClientMetadata, message)
}
