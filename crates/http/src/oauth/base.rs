use actix_web::{HttpRequest, http::header};
use cardium_auth::oauth::{OAuthError, OAuthErrorCode};

use crate::{AppState, address::origin};

/// Where this server is reached, without a slash at its end; its issuer (RFC 8414 section 2).
///
/// # Errors
/// `invalid_request` where the request names a host that is not this machine's.
pub fn base(state: &AppState, request: &HttpRequest) -> Result<String, OAuthError> {
    if let Some(url) = &state.wiring.settings.public_url {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.filter(|host| is_loopback(host));
    let message = "The request must name this server's own host.";
    let host = host.ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, message))?;
    let scheme = if origin(request).secure { "https" } else { "http" };
    Ok(format!("{scheme}://{host}"))
}

fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        Some(_) | None => (host, None),
    };
    let digits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    digits && matches!(name, "127.0.0.1" | "[::1]" | "localhost")
}
