//! The URL that this service is reached at: what challenges, metadata and links begin with.

use actix_web::{
    HttpRequest,
    http::{header::HOST, uri::Authority},
};
use cardium_auth::oauth::{OAuthError, OAuthErrorCode};
use url::Url;

use crate::{AppState, HttpSettings, address::origin};

/// Names of the machine that the process runs on.
pub const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Scheme, host and port, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// The URL from the settings. Without one, the request's own, as long as it names this very
    /// machine: whoever else is named there was named by whoever asks.
    pub fn of(request: &HttpRequest, settings: &HttpSettings) -> Option<Self> {
        if let Some(url) = &settings.public_url {
            return Some(Self::from_url(url));
        }
        let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
        let host = host.and_then(|host| host.parse::<Authority>().ok());
        let authority = host.or_else(|| request.uri().authority().cloned())?;
        let scheme = if origin(request).secure { "https" } else { "http" };
        let is_here = LOOPBACK.iter().any(|name| name.eq_ignore_ascii_case(authority.host()));
        is_here.then(|| Self(format!("{scheme}://{}", bare(&authority))))
    }

    /// The URL of the settings.
    pub fn from_url(url: &Url) -> Self {
        Self(url.origin().ascii_serialization())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The URL as this server's issuer (RFC 8414 section 2).
///
/// # Errors
/// `invalid_request` where the request names a host that is not this machine's.
pub fn issuer(state: &AppState, request: &HttpRequest) -> Result<String, OAuthError> {
    let message = "The request must name this server's own host.";
    let base = Base::of(request, &state.wiring.settings);
    base.map(|base| base.0).ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, message))
}

/// Host and port without what stands before an `@`.
fn bare(authority: &Authority) -> String {
    let host = authority.host().to_ascii_lowercase();
    authority.port_u16().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn base(host: &str, public: Option<&str>) -> Option<String> {
        let request = TestRequest::default().insert_header((HOST, host)).to_http_request();
        let public_url = public.map(|url| url.parse().unwrap());
        let settings = HttpSettings { public_url, ..HttpSettings::default() };
        Base::of(&request, &settings).map(|base| base.0)
    }

    #[test]
    fn only_this_machine_is_believed_without_a_setting() {
        assert_eq!(base("localhost:8080", None).as_deref(), Some("http://localhost:8080"));
        assert_eq!(base("127.0.0.1", None).as_deref(), Some("http://127.0.0.1"));
        assert_eq!(base("[::1]:1", None).as_deref(), Some("http://[::1]:1"));
        for host in ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""] {
            assert_eq!(base(host, None), None, "{host}");
        }
    }

    #[test]
    fn the_setting_wins() {
        let public = Some("https://cards.example.com/");
        for host in ["localhost", "evil.example"] {
            assert_eq!(base(host, public).as_deref(), Some("https://cards.example.com"));
        }
    }
}
