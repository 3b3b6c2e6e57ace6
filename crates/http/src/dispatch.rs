//! The way of every HTTP request to an operation: admit, parse, invoke, answer.

use std::{
    cell::{Cell, OnceCell},
    sync::Arc,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web,
};
use cardium_api_v1::operation::{Content, Method, Operation, Place};
use cardium_app::{Answer, CommandError, RequestInfo};
use cardium_kernel::{ErrorCode, RequestId};

use crate::{
    AppState,
    address::origin,
    base::Base,
    body,
    call::Reply,
    challenge::Wanted,
    dry_run::{self, Run},
    failure,
    form::{self, Form},
    guard, idempotency,
    invoke::{Ask, Caller, Handled, caught, invoke},
    limits::request_id,
    rate_limits::{Seen, Standing},
    unknown,
};

/// Characters kept of a `User-Agent`.
const USER_AGENT: usize = 200;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What the headers of an answer say of its request.
#[derive(Default)]
struct Marks {
    run: Cell<Run>,
    seen: Seen,
    unknown: OnceCell<HeaderValue>,
}

impl Marks {
    fn put_on(&self, response: &mut HttpResponse) {
        if let Some(standing) = self.seen.get() {
            note_standing(response.headers_mut(), standing);
        }
        if self.run.get() == Run::Trial {
            response.headers_mut().insert(dry_run::HEADER, HeaderValue::from_static("true"));
        }
        if let Some(names) = self.unknown.get() {
            response.headers_mut().insert(unknown::HEADER, names.clone());
        }
    }
}

/// Answers one request for an operation.
pub async fn dispatch(
    operation: &'static Operation,
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let (id, state) = (request_id(&request), state.into_inner());
    let marks = Marks::default();
    let work = handle(operation, Arc::clone(&state), (&request, &marks), payload);
    let mut response = match caught(work).await {
        Ok(Reply::Answer(answer)) => respond(answer),
        Ok(Reply::Download(download)) => download.respond(operation.success),
        Err(error) => {
            // Whoever cannot be let in with any scope is not told to ask for one.
            let vain = matches!(
                &error, CommandError::Problem(it) if it.code == ErrorCode::SessionRequired
            );
            let base = Base::of(&request, &state.wiring.settings);
            let mut refusal = failure::respond_from(error, id, base.as_ref());
            let wanted = Wanted::new("/v1", operation.access.scope().filter(|_| !vain));
            wanted.challenge(&mut refusal, (&request, &state.wiring.settings));
            refusal
        }
    };
    marks.put_on(&mut response);
    if operation.content == Content::Secret {
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    }
    response
}

async fn handle(
    operation: &'static Operation,
    state: Arc<AppState>,
    (request, marks): (&HttpRequest, &Marks),
    payload: web::Payload,
) -> Handled {
    let headers = request.headers();
    let credential = guard::admit(&state, operation, (request, &marks.seen)).await?;
    marks.run.set(dry_run::read(headers, operation)?);
    let mut ask = Ask {
        id: request.match_info().query("id").to_owned(),
        eid: request.match_info().query("eid").to_owned(),
        query: request.query_string().to_owned(),
        headers: declared(operation, headers),
        run: marks.run.get(),
        ..Ask::default()
    };
    match operation.method {
        Method::Get => {}
        _ if form::is_form(operation, headers) => ask.form = Some(Form::new(headers, payload)),
        Method::Post | Method::Patch | Method::Delete => {
            let how = (operation.access, &state.wiring.settings);
            ask.body = body::read(headers, payload, how).await?;
        }
    }
    if let Some(names) = unknown::fields(operation, &ask.body.body) {
        // Nothing else fills it.
        let _first = marks.unknown.set(names);
    }
    ask.key = idempotency::key(headers, operation.effect)?;
    let (request, standing) = (request_info(request), marks.seen.get());
    invoke(state, operation, Caller { credential, request, standing }, ask).await
}

/// The headers that the operation declares, where they are text.
fn declared(operation: &Operation, headers: &HeaderMap) -> Vec<(&'static str, String)> {
    let names = operation.parameters.iter().filter(|one| one.place == Place::Header);
    let found = names.filter_map(|one| {
        let text = headers.get(one.name)?.to_str().ok()?;
        Some((one.name, text.to_owned()))
    });
    found.collect()
}

/// What the audit log keeps of a request.
pub fn request_info(request: &HttpRequest) -> RequestInfo {
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or("");
    let id: RequestId = request_id(request);
    RequestInfo {
        id,
        ip: origin(request).address.map_or_else(String::new, |address| address.to_string()),
        user_agent: agent.chars().take(USER_AGENT).collect(),
    }
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if answer.replayed {
        response.insert_header((REPLAYED, "true"));
    }
    if answer.body.is_empty() {
        return response.finish();
    }
    response.content_type("application/json").body(answer.body)
}

/// Where the caller stands, on refusals too.
pub fn note_standing(headers: &mut HeaderMap, standing: Standing) {
    let minute = standing.minute;
    let reset = minute.resets_at.unix_seconds();
    for (name, value) in [(LIMIT, minute.limit), (REMAINING, minute.remaining), (RESET, reset)] {
        headers.insert(name, HeaderValue::from(value));
    }
}
