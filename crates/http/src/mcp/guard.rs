//! Before the protocol: who calls, whether the token is enough for the tool, and a body of bounded
//! size that means the same to everybody who reads it.

use std::sync::{Arc, OnceLock};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderValue},
    },
    middleware::Next,
    web::{self, Bytes},
};
use cardium_api_v1::{
    body::Body,
    operation::{Access, Operation},
};
use cardium_app::CommandError;
use cardium_auth::{Credential, CredentialError, Scope};
use serde_json::Value;

use super::{
    CATALOGUE,
    calls::{Guest, Visit},
    errors::{self, not_understood},
    origins::{Page, is_preflight, preflight},
};
use crate::{
    AppState,
    address::origin,
    base::Base,
    body,
    challenge::{Granted, Wanted},
    dispatch::{note_standing, request_info},
    failure, guard,
    limits::request_id,
    oauth::note_step_up,
    rate_limits::Seen,
};

/// What a client is told to ask for that has no token and calls no tool yet: enough to look around.
pub const FIRST: [Scope; 5] = [
    Scope::AccountRead,
    Scope::BalanceRead,
    Scope::CardRead,
    Scope::TransactionRead,
    Scope::TopupRead,
];

/// Admits a request to the MCP server at this path, and has a page that may call hear the answer.
pub async fn admit(
    path: &'static str,
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let page = Page::of(request.request(), &state.wiring.settings);
    let mut response = match is_preflight(request.request()) {
        true if page == Page::Other => request.into_response(errors::other_page()),
        true => request.into_response(preflight()),
        false => answer(path, state.into_inner(), (request, &page), next).await?,
    };
    page.may_read(response.headers_mut());
    // Whatever it is, it is for this caller alone.
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

async fn answer(
    path: &'static str,
    state: Arc<AppState>,
    (mut request, page): (ServiceRequest, &Page),
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let seen = Seen::default();
    let payload = request.extract::<web::Payload>().await?;
    let passed = pass(path, &state, (request.request(), &seen), payload).await;
    let mut response = match passed {
        Ok(Passed { visit, bytes, id }) => {
            request.extensions_mut().insert(visit);
            request.set_payload(Payload::from(bytes));
            errors::in_shape(next.call(request).await?, (page, &id))
        }
        Err(refusal) => request.into_response(refusal),
    };
    if let Some(standing) = seen.get() {
        note_standing(response.headers_mut(), standing);
    }
    Ok(response)
}

struct Passed {
    visit: Arc<Visit>,
    bytes: Bytes,
    /// The message's id, where it has one.
    id: Value,
}

async fn pass(
    path: &'static str,
    state: &Arc<AppState>,
    (request, seen): (&HttpRequest, &Seen),
    payload: web::Payload,
) -> Result<Passed, HttpResponse> {
    let refuse = |error| refuse(error, (path, state), request, FIRST.to_vec());
    let settings = &state.wiring.settings;
    let caller = match guard::recognize_request(state, request, seen).await {
        Ok(caller) => caller,
        Err(error) => {
            // A client that still sends would not hear the answer.
            let how = (Access::Public, settings);
            let _rest = body::receive(request.headers(), payload, how).await;
            return Err(refuse(error));
        }
    };
    request.extensions_mut().insert(Granted(caller.scopes));
    let how = (Access::Bearer(None), settings);
    let received = body::receive(request.headers(), payload, how).await.map_err(refuse)?;
    let mut id = Value::Null;
    if request.method() == Method::POST {
        let message = received.parse().await;
        let message = message.map_err(|error| not_understood(error, &received.bytes, request))?;
        id = id_of(&message);
        let lacking = called(&message).and_then(|operation| lacking(operation, &caller));
        if let Some((scope, error)) = lacking {
            note_step_up(state, request, (&caller, scope)).await;
            return Err(self::refuse(error, (path, state), request, vec![scope]));
        }
    }
    state.uses().record(caller.id, state.wiring.edge.clock.now());
    let guest = Guest {
        state: Arc::clone(state),
        caller,
        info: request_info(request),
        base: Base::of(request, settings),
        address: origin(request).address,
        standing: seen.get(),
        weight: received.weight(),
        _place: received.place,
        file: OnceLock::new(),
    };
    Ok(Passed { visit: Visit::begin(guest), bytes: received.bytes, id })
}

/// The id that an answer to a message has, if it is one that an answer can have.
fn id_of(message: &Body) -> Value {
    let id = message.field("id").filter(|id| id.is_number() || id.is_string());
    id.cloned().unwrap_or_default()
}

/// The operation whose tool a message calls.
fn called(message: &Body) -> Option<&'static Operation> {
    let method = message.field("method")?.as_str()?;
    let name = message.field("params")?.get("name")?.as_str()?;
    let entry = CATALOGUE.find(name).filter(|_| method == "tools/call")?;
    Some(entry.operation)
}

/// The scope that a call needs and the caller lacks, so that the client can ask its user for it.
fn lacking(operation: &Operation, caller: &Credential) -> Option<(Scope, CommandError)> {
    match operation.admit(caller) {
        Err(error @ CredentialError::InsufficientScope(scope)) => Some((scope, error.into())),
        Ok(()) | Err(_) => None,
    }
}

fn refuse(
    error: CommandError,
    (resource, state): (&'static str, &AppState),
    request: &HttpRequest,
    scopes: Vec<Scope>,
) -> HttpResponse {
    let mut response = failure::respond(error, request_id(request));
    let wanted = Wanted { resource, scopes };
    wanted.challenge(&mut response, (request, &state.wiring.settings));
    response
}
