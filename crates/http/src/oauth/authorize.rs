//! A client sends an owner here (RFC 6749 section 4.1.1). What is asked is checked and kept; the
//! consent page asks the owner.
//!
//! Invariant: a link that anybody wrote sends nobody to an address that anybody registered: whoever
//! is not signed in signs in first, and whoever is sees where a refusal would lead.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use cardium_app::oauth::BeginAuthorization;
use cardium_auth::oauth::{
    AuthorizationRequest, Client, ClientKind, Consent, OAuthError, OAuthErrorCode, Parameters,
    RedirectKind, RequestError, ResourceSet, ReturnAddress,
};
use cardium_kernel::ConsentId;
use url::form_urlencoded;

use super::{
    answer::{Refusal, read_form},
    browser::{back_page, refused_page, send_to, session},
    clients::{fetch_client, find_client, is_to_be_fetched, perform_as_owner},
};
use crate::{
    AppState, address::origin, base::issuer, dispatch::request_info, limits::request_id,
    rate_limits::Seen,
};

/// A link.
pub async fn get(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    let query = request.query_string().to_owned();
    answer(&state, &request, Ok(query)).await
}

/// A form.
pub async fn post(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let read = read_form((&state, &request), payload).await;
    answer(&state, &request, read.map(|form| form.to_query())).await
}

async fn answer(
    state: &AppState,
    request: &HttpRequest,
    query: Result<String, Refusal>,
) -> HttpResponse {
    let begun = match query {
        Ok(query) => begin(state, request, &query).await,
        Err(refusal) => Err(refusal),
    };
    match begun {
        Ok(Next::Go(url)) => send_to(&url),
        Ok(Next::Ask { address, error, issuer }) => {
            let host = address.redirect_uri.host();
            back_page(&error, (&host, &address.with_error(&error, &issuer)))
        }
        Err(refusal) => {
            let status = match &refusal {
                Refusal::Slow(..) => StatusCode::TOO_MANY_REQUESTS,
                Refusal::OAuth(_) | Refusal::Failed(_) => StatusCode::BAD_REQUEST,
            };
            let error = refusal.into_error(request_id(request));
            let status = match error.code {
                OAuthErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
                OAuthErrorCode::TemporarilyUnavailable if status == StatusCode::BAD_REQUEST => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
                _ => status,
            };
            refused_page(status, &error)
        }
    }
}

/// Where the browser goes next.
enum Next {
    /// There, by itself.
    Go(String),
    /// Back to the client with a refusal, if its owner wants to.
    Ask { address: Box<ReturnAddress>, error: OAuthError, issuer: String },
}

async fn begin(state: &AppState, request: &HttpRequest, query: &str) -> Result<Next, Refusal> {
    let base = issuer(state, request)?;
    let parameters = Parameters::parse(query.as_bytes());
    let id = parameters.get("client_id")?;
    let owner = session(state, request).await?;
    // An owner was counted as such.
    if let (Some(limits), None) = (&state.rate_limits, &owner) {
        limits.count_stranger(origin(request).address, &Seen::default()).await?;
    }
    let mut client = find_client(state, id).await?;
    if is_to_be_fetched(state, id, client.as_ref()) {
        // Only owners make us fetch.
        let Some(owner) = &owner else { return Ok(Next::Go(sign_in(query))) };
        let known = (id, client.as_ref());
        client = Some(fetch_client((state, request), known, owner.account).await?);
    }
    let client = client.ok_or_else(unknown)?;
    let asked = match read(&parameters, &client, &base) {
        Ok(asked) => asked,
        Err(RequestError::Shown(error)) => return Err(error.into()),
        Err(RequestError::Returned { .. }) if owner.is_none() => {
            return Ok(Next::Go(sign_in(query)));
        }
        Err(RequestError::Returned { address, error }) if is_trusted(&client, &address) => {
            return Ok(Next::Go(address.with_error(&error, &base)));
        }
        Err(RequestError::Returned { address, error }) => {
            return Ok(Next::Ask { address, error, issuer: base });
        }
    };
    let Some(owner) = owner else { return Ok(Next::Go(sign_in(query))) };
    let now = state.wiring.edge.clock.now();
    let id = ConsentId::new(state.wiring.edge.mint());
    let consent = Consent::open(id, &asked, (owner.account, owner.id), now);
    let begin = BeginAuthorization { consent };
    let kept = perform_as_owner(state, (&owner, request_info(request)), begin).await?;
    Ok(Next::Go(format!("/oauth/consent?request={kept}")))
}

/// Whether a browser may be sent there without a word: the operator entered the address, or it is
/// on the browser's own machine. Anybody registers any other.
fn is_trusted(client: &Client, address: &ReturnAddress) -> bool {
    let near = address.redirect_uri.kind() == RedirectKind::Loopback;
    near || client.kind == ClientKind::Operator
}

fn read(
    parameters: &Parameters,
    client: &Client,
    base: &str,
) -> Result<AuthorizationRequest, RequestError> {
    AuthorizationRequest::read(parameters, client, &ResourceSet::new(base.to_owned()))
}

/// Where an owner signs in, and comes back from.
fn sign_in(query: &str) -> String {
    let next = format!("/oauth/authorize?{query}");
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/signin?next={next}")
}

fn unknown() -> OAuthError {
    let message = "The client is not known here. It has to register again.";
    OAuthError::new(OAuthErrorCode::InvalidClient, message)
}
