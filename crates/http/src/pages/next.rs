//! Where somebody goes on after signing in: a path of this host, and nothing else.

use std::fmt;

use actix_web::{HttpRequest, http::Method};
use url::form_urlencoded;

/// Where it goes on unless something else is asked for.
const HOME: &str = "/connections";
/// The longest path: an authorization request with all that clients put in it.
const LONGEST: usize = 4_096;

/// A path of this host with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next(String);

impl Default for Next {
    fn default() -> Self {
        Self(HOME.to_owned())
    }
}

impl Next {
    /// The path, if it leads nowhere else; else home. What one browser reads as a path is a host
    /// to another, so whatever could be is refused.
    pub fn parse(text: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>`".contains(&byte);
        let local = text.starts_with('/') && !text.starts_with("//") && text.len() <= LONGEST;
        if local && text.bytes().all(plain) { Self(text.to_owned()) } else { Self::default() }
    }

    /// Back to where a request was for; a form that was sent is filled in anew.
    pub fn of(request: &HttpRequest) -> Self {
        let uri = request.uri();
        let whole = uri.path_and_query().filter(|_| request.method() == Method::GET);
        Self::parse(whole.map_or(uri.path(), |whole| whole.as_str()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the page that signs in and goes on here.
    pub fn sign_in(&self) -> String {
        let next: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        format!("/signin?next={next}")
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_away() {
        for local in ["/", "/approvals/apr_1", "/oauth/consent?request=consent_1&a=%2F%2Fevil"] {
            assert_eq!(Next::parse(local).as_str(), local);
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for foreign in [
            "",
            "evil.example",
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: a=b",
            " //evil.example",
            "/ /evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/\u{2028}",
            "/\u{0}",
            "/\"><script>",
            &long,
        ] {
            assert_eq!(Next::parse(foreign), Next::default(), "{foreign:?}");
        }
    }

    #[test]
    fn it_survives_the_way_through_a_query() {
        let next = Next::parse("/oauth/consent?request=consent_1&x=1");
        assert_eq!(next.sign_in(), "/signin?next=%2Foauth%2Fconsent%3Frequest%3Dconsent_1%26x%3D1");
    }
}
