//! Which names a request may use: the hosts that it may be for, the pages that it may come from,
//! and what browsers need to be told so that those pages, and no others, can call (CORS).
//!
//! No cookie counts here, so a page can do what its user gave it a token for and nothing else; yet
//! a page of elsewhere has no business with a server on this machine.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
};
use url::Url;

use crate::{
    HttpSettings,
    base::{Base, LOOPBACK},
};

/// What pages may send.
const SENT: &str = "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, \
                    Mcp-Name, Mcp-Session-Id";
/// What pages may read of an answer, beyond what every page may.
const SHOWN: &str = "WWW-Authenticate, MCP-Protocol-Version, Mcp-Session-Id, Retry-After, \
                     X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";
/// How long a browser may remember that it may ask, in seconds; some look no further than this.
const PREFLIGHT_FRESH: &str = "7200";

/// Whom a request may name as its host. Never empty, which would let everybody pass.
pub fn hosts(settings: &HttpSettings) -> Vec<String> {
    let own = settings.public_url.as_ref().and_then(|url| url.host_str());
    let here = here(settings).iter().copied();
    here.chain(own).map(str::to_owned).collect()
}

/// Which pages a browser may ask for. Never empty, for the same reason.
pub fn origins(settings: &HttpSettings) -> Vec<String> {
    let own = settings.public_url.as_ref().map(|url| with_port(Base::from_url(url).as_str()));
    here(settings).iter().map(|name| format!("http://{name}:*")).chain(own).collect()
}

/// The names of this very machine, which production has no use for.
const fn here(settings: &HttpSettings) -> &'static [&'static str] {
    let is_public = settings.https_only && settings.public_url.is_some();
    if is_public { &[] } else { &LOOPBACK }
}

/// An origin with its port, without which the list would take any.
fn with_port(origin: &str) -> String {
    let (scheme, rest) = origin.split_once("://").unwrap_or(("https", origin));
    let has_port = rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    match (has_port, scheme) {
        (true, _) => origin.to_owned(),
        (false, "http") => format!("{origin}:80"),
        (false, _) => format!("{origin}:443"),
    }
}

/// The page that a request comes from, as far as a browser says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// No browser, or nothing that it minds.
    None,
    /// One that may call.
    Allowed(HeaderValue),
    /// One of elsewhere.
    Other,
}

impl Page {
    /// That of a request.
    pub fn of(request: &HttpRequest, settings: &HttpSettings) -> Self {
        let mut named = request.headers().get_all(header::ORIGIN);
        match (named.next(), named.next()) {
            (None, _) => Self::None,
            (Some(origin), None) if is_allowed(origin, settings) => Self::Allowed(origin.clone()),
            (Some(_), _) => Self::Other,
        }
    }

    /// Lets the page read the answer.
    pub fn may_read(&self, headers: &mut HeaderMap) {
        if *self != Self::None {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Self::Allowed(origin) = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let shown = HeaderValue::from_static(SHOWN);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
        }
    }
}

/// Whether an origin, written as browsers write it, is among those of [`origins`].
fn is_allowed(origin: &HeaderValue, settings: &HttpSettings) -> bool {
    let Some((text, url)) =
        origin.to_str().ok().and_then(|text| Some((text, Url::parse(text).ok()?)))
    else {
        return false;
    };
    let own = settings.public_url.as_ref().is_some_and(|own| Base::from_url(own).as_str() == text);
    let host = url.host_str().unwrap_or_default();
    let local = url.scheme() == "http" && here(settings).contains(&host);
    own || (local && url.origin().ascii_serialization() == text)
}

/// Whether a browser asks if a page may call.
pub fn is_preflight(request: &HttpRequest) -> bool {
    let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    request.method() == Method::OPTIONS && asks
}

/// What a browser is answered for a page that may call.
pub fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, SENT))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_FRESH))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: &str, public: Option<&str>, https_only: bool) -> bool {
        let public_url = public.map(|url| url.parse().unwrap());
        let settings = HttpSettings { public_url, https_only, ..HttpSettings::default() };
        is_allowed(&HeaderValue::from_str(origin).unwrap(), &settings)
    }

    #[test]
    fn pages_of_this_machine_and_of_this_server_may_call() {
        let public = Some("https://cards.example.com/");
        for origin in ["http://localhost:6274", "http://127.0.0.1", "http://[::1]:1"] {
            assert!(allowed(origin, None, false) && allowed(origin, public, false), "{origin}");
            assert!(!allowed(origin, public, true), "{origin}: production has no such pages");
        }
        assert!(allowed("https://cards.example.com", public, true));
        for origin in [
            "https://localhost:1",
            "http://localhost:1/",
            "http://LOCALHOST:1",
            "http://localhost:80",
            "http://a@localhost:1",
            "http://localhost.evil.example",
            "https://cards.example.com.evil.example",
            "https://cards.example.com:8443",
            "http://cards.example.com",
            "null",
            "*",
            "",
        ] {
            assert!(!allowed(origin, public, false), "{origin}");
        }
    }
}
