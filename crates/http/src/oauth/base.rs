use actix_web::HttpRequest;
use cardium_auth::oauth::{OAuthError, OAuthErrorCode};

use crate::{AppState, base::Base};

/// Where this server is reached, without a slash at its end; its issuer (RFC 8414 section 2).
///
/// # Errors
/// `invalid_request` where the request names a host that is not this machine's.
pub fn base(state: &AppState, request: &HttpRequest) -> Result<String, OAuthError> {
    let base = Base::of(request, &state.wiring.settings);
    let message = "The request must name this server's own host.";
    let base = base.ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, message))?;
    Ok(base.as_str().to_owned())
}
