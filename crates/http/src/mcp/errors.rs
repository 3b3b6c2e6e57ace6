//! Refusals of messages, in JSON-RPC's own shape: ours, and those of the protocol's library, which
//! says them in plain text that no client can read.

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderValue},
    },
};
use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::origins::Page;
use crate::{body::is_declared_json, failure, limits::request_id};

/// JSON-RPC 2.0: the text is no JSON, and the request is none.
const PARSE_ERROR: i32 = -32_700;
const INVALID_REQUEST: i32 = -32_600;
/// Up to this size a refused body is looked at once more.
const SMALL: usize = 64 * 1_024;

const NO_BATCH: &str = "A request has one JSON-RPC message, an object; there are no batches.";
const NO_MESSAGE: &str = "The body is no JSON-RPC 2.0 message: it needs `jsonrpc` \"2.0\", a \
                          `method` that is text, and an `id` that is text or a whole number.";
const NOT_ACCEPTABLE: &str =
    "The header Accept must name both application/json and text/event-stream.";
const NOT_JSON: &str = "The header Content-Type must be application/json.";
const OTHER_HOST: &str = "The header Host names no host of this server: it is the one of \
                          `server.public_url`.";
const OTHER_PAGE: &str = "The header Origin names a page that may not call this server.";
const POST_ONLY: &str = "Only POST is served here: there are no sessions and no streams.";

/// The answer to a body that is no message. Where it is no JSON at all, JSON-RPC has a word for it.
pub fn not_understood(error: CommandError, bytes: &[u8], request: &HttpRequest) -> HttpResponse {
    let CommandError::Problem(Problem { code, message, .. }) = error else {
        return failure::respond(error, request_id(request));
    };
    let (code, message) = match code {
        ErrorCode::InvalidJson if is_other_json(bytes) => (INVALID_REQUEST, NO_BATCH.to_owned()),
        ErrorCode::InvalidJson => (PARSE_ERROR, message),
        ErrorCode::UnsupportedMediaType | ErrorCode::ServiceUnavailable => {
            return failure::respond(Problem::new(code, message).into(), request_id(request));
        }
        _ => (INVALID_REQUEST, message),
    };
    let body = body(code, &message, &Value::Null);
    HttpResponse::build(StatusCode::BAD_REQUEST).content_type("application/json").body(body)
}

/// Whether a body is JSON and no object.
fn is_other_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let looked_at = first != Some(&b'{') && bytes.len() <= SMALL;
    looked_at && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// The refusal of a page of elsewhere.
pub fn other_page() -> HttpResponse {
    let body = body(INVALID_REQUEST, OTHER_PAGE, &Value::Null);
    HttpResponse::build(StatusCode::FORBIDDEN).content_type("application/json").body(body)
}

/// An answer of the library whose plain text, if it is one, is said as JSON-RPC says it.
pub fn in_shape(
    response: ServiceResponse<BoxBody>,
    (page, id): (&Page, &Value),
) -> ServiceResponse<BoxBody> {
    let declared = response.headers().get(CONTENT_TYPE);
    let is_json = declared.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if response.status().as_u16() < 400 || is_json {
        return response;
    }
    let (status, message) = match response.status() {
        StatusCode::FORBIDDEN if *page == Page::Other => (StatusCode::FORBIDDEN, OTHER_PAGE),
        StatusCode::FORBIDDEN => (StatusCode::FORBIDDEN, OTHER_HOST),
        StatusCode::NOT_ACCEPTABLE => (StatusCode::NOT_ACCEPTABLE, NOT_ACCEPTABLE),
        StatusCode::METHOD_NOT_ALLOWED => (StatusCode::METHOD_NOT_ALLOWED, POST_ONLY),
        // The library says the same of a body that it cannot read as a message.
        StatusCode::UNSUPPORTED_MEDIA_TYPE if is_declared_json(response.request().headers()) => {
            (StatusCode::BAD_REQUEST, NO_MESSAGE)
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (StatusCode::UNSUPPORTED_MEDIA_TYPE, NOT_JSON),
        other => (other, other.canonical_reason().unwrap_or("refused")),
    };
    let body = body(INVALID_REQUEST, message, id);
    response.map_body(|head, _| {
        head.status = status;
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        body.boxed()
    })
}

fn body(code: i32, message: &str, id: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}).to_string()
}
