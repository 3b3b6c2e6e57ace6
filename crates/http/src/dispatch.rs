//! The way of every operation: admit, parse, handle, answer.

use std::{
    cell::Cell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    web,
};
use cardium_api_v1::operation::{Content, Method, Operation};
use cardium_app::{Answer, CommandError, RequestInfo};
use cardium_kernel::RequestId;

use crate::{
    AppState,
    body::{self, Arrived},
    call::{Call, Outcome},
    dry_run::{self, Run},
    failure, guard,
    idempotency::{self, Spend, Wish},
    limits::request_id,
    unknown,
};

/// Characters kept of a `User-Agent`.
const USER_AGENT: usize = 200;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A handler's work on one call.
pub type Work = Pin<Box<dyn Future<Output = Outcome>>>;
/// What an operation does.
pub type Handler = fn(Call) -> Work;

/// What the headers of an answer say of its request.
#[derive(Debug, Default)]
struct Marks {
    run: Run,
    unknown: Option<HeaderValue>,
}

impl Marks {
    fn put_on(self, response: &mut HttpResponse) {
        if self.run == Run::Trial {
            response.headers_mut().insert(dry_run::HEADER, HeaderValue::from_static("true"));
        }
        if let Some(names) = self.unknown {
            response.headers_mut().insert(unknown::HEADER, names);
        }
    }
}

/// Answers one request for an operation.
pub async fn dispatch(
    (operation, handler): (&'static Operation, Handler),
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let id = request_id(&request);
    let mut marks = Marks::default();
    let work = handle((operation, handler), state.into_inner(), (&request, payload), &mut marks);
    let outcome = CatchPanic(Box::pin(work)).await;
    let mut response = match outcome {
        Ok(answer) => respond(answer),
        Err(error) => failure::respond(error, id),
    };
    marks.put_on(&mut response);
    if operation.content == Content::Secret {
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    }
    response
}

async fn handle(
    (operation, handler): (&'static Operation, Handler),
    state: Arc<AppState>,
    (request, payload): (&HttpRequest, web::Payload),
    marks: &mut Marks,
) -> Outcome {
    let headers = request.headers();
    let credential = guard::admit(&state, operation, headers).await?;
    marks.run = dry_run::read(headers, operation)?;
    let mut arrived = match operation.method {
        Method::Get => Arrived::default(),
        Method::Post | Method::Patch | Method::Delete => {
            body::read(headers, payload, &state.wiring.settings).await?
        }
    };
    marks.unknown = unknown::fields(operation, &arrived.body);
    let wish = match (marks.run, idempotency::key(headers, operation.effect)?) {
        (Run::Trial, _) => Wish::Trial,
        (Run::Real, Some(key)) => {
            Wish::Once(Spend::new(key, (operation, request.path()), &state, &mut arrived).await?)
        }
        (Run::Real, None) => Wish::Always,
    };
    let call = Call {
        state,
        operation,
        request: request_info(request),
        credential,
        id: request.match_info().query("id").to_owned(),
        query: request.query_string().to_owned(),
        body: Cell::new(arrived.body),
        wish,
        _place: arrived.place,
    };
    handler(call).await
}

fn request_info(request: &HttpRequest) -> RequestInfo {
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok()).unwrap_or("");
    let id: RequestId = request_id(request);
    RequestInfo {
        id,
        ip: request.peer_addr().map_or_else(String::new, |peer| peer.ip().to_string()),
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

/// Turns a panic of the work into a fault of this request alone.
struct CatchPanic<'a>(Pin<Box<dyn Future<Output = Outcome> + 'a>>);

impl Future for CatchPanic<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        // The work is dropped after a panic, so nobody sees it half done.
        let polled = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            let error = CommandError::Internal("the handler panicked".to_owned());
            Poll::Ready(Err(error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_panic_is_an_internal_fault() {
        let work = async { panic!("planted") };
        let outcome = CatchPanic(Box::pin(work)).await;
        assert!(matches!(outcome, Err(CommandError::Internal(_))));
    }
}
