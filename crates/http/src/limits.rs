//! The request's id and the bounds of its head: what happens to every request first.

use actix_web::{
    HttpMessage, HttpRequest,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem, RequestId};

use crate::{AppState, HttpSettings, failure};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id, in its extensions.
#[derive(Clone, Copy)]
struct Tag(RequestId);

/// The id that the middleware gave this request.
pub fn request_id(request: &HttpRequest) -> RequestId {
    let tag = request.extensions().get::<Tag>().copied();
    tag.map_or(RequestId::new(0), |Tag(id)| id)
}

/// Gives the request its id, refuses an oversized head, and puts the id on the answer.
pub async fn identify(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::new(state.wiring.edge.mint());
    request.extensions_mut().insert(Tag(id));
    let mut response = match check_head(&request, &state.wiring.settings) {
        Ok(()) => next.call(request).await?,
        Err(problem) => {
            let refusal = failure::respond(CommandError::Problem(problem), id);
            request.into_response(refusal)
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (request, status) = (response.request(), response.status().as_u16());
    tracing::debug!(
        request.id = %id,
        http.method = %request.method(),
        http.route = request.match_pattern().unwrap_or_default(),
        http.status = status,
        "answered"
    );
    Ok(response)
}

fn check_head(request: &ServiceRequest, settings: &HttpSettings) -> Result<(), Problem> {
    let too_large = |message: String| Err(Problem::new(ErrorCode::HeadersTooLarge, message));
    let mut total = request.uri().to_string().len();
    for (name, value) in request.headers() {
        if value.len() > settings.header_limit {
            let most = settings.header_limit;
            return too_large(format!("A header value may have at most {most} bytes."));
        }
        // A colon, a blank and a line end stand around each value.
        total += name.as_str().len() + value.len() + 4;
    }
    if total > settings.headers_limit {
        let most = settings.headers_limit;
        return too_large(format!("All headers together may have at most {most} bytes."));
    }
    Ok(())
}
