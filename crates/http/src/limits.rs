//! The request's id, the bounds of its head, and how it came: what is looked at first.

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

use crate::{
    AppState, HttpSettings,
    address::{self, Origin},
    failure,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HSTS: HeaderName = HeaderName::from_static("strict-transport-security");
/// Two years, as browsers' own lists ask for (RFC 6797).
const HSTS_POLICY: HeaderValue = HeaderValue::from_static("max-age=63072000");
/// What keeps the process running asks from inside, where there is no TLS.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// The request's id, in its extensions.
#[derive(Clone, Copy)]
struct Tag(RequestId);

/// The id that the middleware gave this request.
pub fn request_id(request: &HttpRequest) -> RequestId {
    let tag = request.extensions().get::<Tag>().copied();
    tag.map_or(RequestId::new(0), |Tag(id)| id)
}

/// Gives the request its id, refuses an oversized head and plain text where it is not wanted, and
/// puts the id on the answer.
pub async fn identify(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::new(state.wiring.edge.mint());
    request.extensions_mut().insert(Tag(id));
    let settings = &state.wiring.settings;
    let origin = address::note(&request, &settings.trusted_proxies);
    let checked = check_head(&request, settings);
    let checked = checked.and_then(|()| check_transport(request.path(), origin, settings));
    let mut response = match checked {
        Ok(()) => next.call(request).await?,
        Err(problem) => {
            let refusal = failure::respond(CommandError::Problem(problem), id);
            request.into_response(refusal)
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if origin.secure {
        response.headers_mut().insert(HSTS, HSTS_POLICY);
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

/// Refused and never redirected: the credential has travelled in plain text already.
fn check_transport(path: &str, origin: Origin, settings: &HttpSettings) -> Result<(), Problem> {
    if !settings.https_only || origin.secure || PROBES.contains(&path) {
        return Ok(());
    }
    let message = "Only HTTPS is served here. Replace any key that was sent without it.";
    Err(Problem::new(ErrorCode::HttpsRequired, message))
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
