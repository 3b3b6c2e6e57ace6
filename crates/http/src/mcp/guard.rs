//! Before the protocol: who calls, whether the token is enough for the tool, and a body of bounded
//! size that means the same to everybody who reads it.

use std::sync::{Arc, OnceLock};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
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
use cardium_auth::{Credential, Scope};
use cardium_kernel::{ErrorCode, Problem};
use serde_json::{Value, json};

use super::{
    CATALOGUE,
    calls::{Guest, Visit},
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

/// JSON-RPC 2.0: the text is no JSON, and the request is none.
const PARSE_ERROR: i32 = -32_700;
const INVALID_REQUEST: i32 = -32_600;

/// Admits a request to the MCP server at this path.
pub async fn admit(
    path: &'static str,
    state: web::Data<AppState>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let state = state.into_inner();
    let seen = Seen::default();
    let payload = request.extract::<web::Payload>().await?;
    let passed = pass(path, &state, (request.request(), &seen), payload).await;
    let mut response = match passed {
        Ok(Passed { visit, bytes }) => {
            request.extensions_mut().insert(visit);
            request.set_payload(Payload::from(bytes));
            next.call(request).await?
        }
        Err(refusal) => request.into_response(refusal),
    };
    if let Some(standing) = seen.get() {
        note_standing(response.headers_mut(), standing);
    }
    // Whatever it is, it is for this caller alone.
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

struct Passed {
    visit: Arc<Visit>,
    bytes: Bytes,
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
    if request.method() == Method::POST {
        let message = received.parse().await;
        let message = message.map_err(|error| not_understood(error, request))?;
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
    Ok(Passed { visit: Visit::begin(guest), bytes: received.bytes })
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
    let scope = operation.access.scope_for(caller.kind)?;
    Some((scope, caller.check_scope(scope).err()?.into()))
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

/// The answer to a body that is no message. Where it is no JSON at all, JSON-RPC has a word for it.
fn not_understood(error: CommandError, request: &HttpRequest) -> HttpResponse {
    let CommandError::Problem(Problem { code, message, .. }) = error else {
        return failure::respond(error, request_id(request));
    };
    let code = match code {
        ErrorCode::InvalidJson => PARSE_ERROR,
        ErrorCode::UnsupportedMediaType | ErrorCode::ServiceUnavailable => {
            return failure::respond(Problem::new(code, message).into(), request_id(request));
        }
        _ => INVALID_REQUEST,
    };
    let error = json!({"code": code, "message": message});
    let body = json!({"jsonrpc": "2.0", "id": Value::Null, "error": error});
    let body = Bytes::from(body.to_string());
    HttpResponse::build(StatusCode::BAD_REQUEST).content_type("application/json").body(body)
}
