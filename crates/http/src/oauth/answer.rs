//! Answers and refusals of the OAuth endpoints.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
    web,
};
use cardium_app::CommandError;
use cardium_auth::oauth::{OAuthError, OAuthErrorCode, Parameters};
use cardium_kernel::{ErrorCode, RequestId};
use serde_json::{Value, json};

use crate::{
    AppState,
    body::{essence, read_raw},
    failure::explain,
    limits::request_id,
};

/// The largest body.
const MOST: usize = 16 * 1_024;
/// What browsers may send along, and for how long they need not ask again.
const HEADERS: &str = "Authorization, Content-Type, MCP-Protocol-Version";
const PREFLIGHT_FRESH: &str = "86400";

/// Why an endpoint does not do what it was asked.
pub enum Refusal {
    /// The client is at fault.
    OAuth(OAuthError),
    /// Too many requests; seconds to wait.
    Slow(String, u64),
    /// Something else, told in OAuth's form.
    Failed(CommandError),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Problem(problem) => problem.into(),
            other => Self::Failed(other),
        }
    }
}

impl From<cardium_kernel::Problem> for Refusal {
    fn from(problem: cardium_kernel::Problem) -> Self {
        match problem.retry_after_seconds {
            Some(seconds) if problem.code == ErrorCode::RateLimited => {
                Self::Slow(problem.message, seconds)
            }
            Some(_) | None => Self::Failed(problem.into()),
        }
    }
}

/// A refusal of this request, which says so.
pub fn invalid(message: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidRequest, message)
}

impl Refusal {
    /// The refusal as OAuth words it.
    pub fn into_error(self, request: RequestId) -> OAuthError {
        match self {
            Self::OAuth(error) => error,
            Self::Slow(message, _) => {
                OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, message)
            }
            Self::Failed(error) => {
                let problem = explain(error, request);
                let code = match problem.code {
                    ErrorCode::Internal => OAuthErrorCode::ServerError,
                    ErrorCode::ServiceUnavailable => OAuthErrorCode::TemporarilyUnavailable,
                    _ => OAuthErrorCode::InvalidRequest,
                };
                OAuthError::new(code, problem.message)
            }
        }
    }

    /// The answer.
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        let wait = match &self {
            Self::Slow(_, seconds) => Some(*seconds),
            Self::OAuth(_) | Self::Failed(_) => None,
        };
        let error = self.into_error(request_id(request));
        let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { status(&error) };
        let mut response = HttpResponse::build(status);
        if let Some(seconds) = wait {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let challenged = request.headers().contains_key(header::AUTHORIZATION);
        match error.code {
            OAuthErrorCode::InvalidClient if challenged => {
                response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"cardium\""));
            }
            OAuthErrorCode::InvalidToken => {
                let challenge = "Bearer error=\"invalid_token\"";
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            _ => {}
        }
        let description = error.description.as_ref();
        let body = json!({"error": error.code.as_str(), "error_description": description});
        private(&mut response, &body)
    }
}

const fn status(error: &OAuthError) -> StatusCode {
    match error.code {
        OAuthErrorCode::InvalidClient | OAuthErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        OAuthErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        OAuthErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// JSON that nobody may keep.
pub fn private(response: &mut HttpResponseBuilder, body: &Value) -> HttpResponse {
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::PRAGMA, "no-cache"));
    shared(response, body)
}

/// JSON that any origin may read: no endpoint that answers so takes cookies.
pub fn shared(response: &mut HttpResponseBuilder, body: &Value) -> HttpResponse {
    response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response.insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    response.content_type("application/json").body(body.to_string())
}

/// Runs an endpoint.
pub fn settle(outcome: super::Outcome, request: &HttpRequest) -> HttpResponse {
    outcome.unwrap_or_else(|refusal| refusal.respond(request))
}

/// What a browser asks before it calls from another origin.
pub async fn preflight(_: HttpRequest, allowed: &'static str) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allowed))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_FRESH))
        .finish()
}

/// Refuses a method that an endpoint does not serve.
pub async fn refuse_method(allowed: &'static str) -> HttpResponse {
    let mut response = HttpResponse::MethodNotAllowed();
    response.insert_header((header::ALLOW, allowed));
    let description = format!("Only {allowed} is served here.");
    let body = json!({"error": "invalid_request", "error_description": description});
    private(&mut response, &body)
}

/// The same where only browsers of ours come.
pub async fn refuse_method_here(allowed: &'static str) -> HttpResponse {
    let mut response = refuse_method(allowed).await;
    response.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    response
}

/// A body that is declared as this type.
pub async fn read_body(
    (state, request): (&AppState, &HttpRequest),
    payload: web::Payload,
    declared: &str,
) -> Result<Vec<u8>, Refusal> {
    if !essence(request.headers()).eq_ignore_ascii_case(declared) {
        let message = format!("The body must be declared as Content-Type: {declared}.");
        return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, message).into());
    }
    Ok(read_raw(payload, (MOST, &state.wiring.settings)).await?)
}

/// A body's parameters.
pub async fn read_form(
    (state, request): (&AppState, &HttpRequest),
    payload: web::Payload,
) -> Result<Parameters, Refusal> {
    let form = "application/x-www-form-urlencoded";
    let bytes = read_body((state, request), payload, form).await?;
    Ok(Parameters::parse(&bytes))
}

/// The `Authorization` header, if there is one; two are none of ours.
pub fn authorization(request: &HttpRequest) -> Result<Option<&str>, OAuthError> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let first = values.next();
    let wrong = || invalid("There must be one Authorization header, in ASCII.");
    if values.next().is_some() {
        return Err(wrong());
    }
    first.map(|value| value.to_str().map_err(|_| wrong())).transpose()
}
