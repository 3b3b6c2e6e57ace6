//! Where a client is answered (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1).
//!
//! Invariants: a URI is compared as text, never as what a parser makes of it; only the port of a
//! loopback host may differ, because native programs take the port that is free. Deliberately
//! absent: wildcards, and custom schemes that no operator listed.

use url::{Host, Url};

use super::error::{OAuthError, invalid_redirect_uri};

/// The longest redirect URI, as long as browsers take for granted.
const LONGEST: usize = 2_048;
/// Schemes that run or read something where they are opened; no list can allow them.
const DANGEROUS: [&str; 14] = [
    "javascript",
    "data",
    "file",
    "blob",
    "vbscript",
    "about",
    "view-source",
    "filesystem",
    "ftp",
    "ws",
    "wss",
    "mailto",
    "http",
    "https",
];

/// The private-use schemes that native programs may be answered at (RFC 8252 section 7.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrivateSchemes(Vec<String>);

impl PrivateSchemes {
    /// These schemes; one that browsers know, or that is none (RFC 3986 section 3.1), is refused.
    ///
    /// # Errors
    /// The first that may not be listed.
    pub fn try_new<T: AsRef<str>>(schemes: &[T]) -> Result<Self, String> {
        let mut list = Vec::with_capacity(schemes.len());
        for scheme in schemes {
            let scheme = scheme.as_ref().to_ascii_lowercase();
            if !is_scheme(&scheme) || DANGEROUS.contains(&scheme.as_str()) {
                return Err(scheme);
            }
            list.push(scheme);
        }
        Ok(Self(list))
    }

    fn contains(&self, scheme: &str) -> bool {
        self.0.iter().any(|own| own == scheme)
    }
}

fn is_scheme(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase();
    let rest = |byte: u8| letter(byte) || byte.is_ascii_digit() || b"+-.".contains(&byte);
    text.bytes().next().is_some_and(letter) && text.bytes().all(rest)
}

/// Where a redirect URI leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectKind {
    /// A web server.
    Web,
    /// A program on the machine of the browser.
    Loopback,
    /// A program that the machine of the browser has for this scheme.
    Private,
}

/// A URI that answers may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: RedirectKind,
}

impl RedirectUri {
    /// Reads a URI.
    ///
    /// # Errors
    /// `invalid_redirect_uri`.
    pub fn parse(text: &str, schemes: &PrivateSchemes) -> Result<Self, OAuthError> {
        let url = check_text(text)?;
        let kind = match url.scheme() {
            "https" => RedirectKind::Web,
            "http" => RedirectKind::Loopback,
            scheme if schemes.contains(scheme) => RedirectKind::Private,
            _ => return Err(invalid_redirect_uri("The scheme of redirect_uri is not served.")),
        };
        match kind {
            RedirectKind::Private => check_private(text, &url)?,
            RedirectKind::Web => check_authority(text, &url)?,
            RedirectKind::Loopback => check_loopback(text, &url)?,
        }
        Ok(Self { text: text.to_owned(), kind })
    }

    /// A URI that was read before and stored.
    #[must_use]
    pub fn restore(text: String) -> Self {
        let kind = match text.split_once(':').map(|(scheme, _)| scheme) {
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => RedirectKind::Web,
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => RedirectKind::Loopback,
            Some(_) | None => RedirectKind::Private,
        };
        Self { text, kind }
    }

    /// The URI as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it leads.
    #[must_use]
    pub const fn kind(&self) -> RedirectKind {
        self.kind
    }

    /// The host that an owner is shown; the scheme where it has none.
    #[must_use]
    pub fn host(&self) -> String {
        let url = Url::parse(&self.text).ok();
        let host = url.as_ref().and_then(|url| match self.kind {
            RedirectKind::Private => Some(format!("{}:", url.scheme())),
            RedirectKind::Web | RedirectKind::Loopback => url.host_str().map(str::to_owned),
        });
        host.unwrap_or_default()
    }

    /// Whether a request that names this text is answered here.
    #[must_use]
    pub fn matches(&self, asked: &str) -> bool {
        if self.text == asked {
            return true;
        }
        let pair = (self.kind == RedirectKind::Loopback).then(|| portless(&self.text));
        pair.flatten().is_some_and(|own| portless(asked).as_ref() == Some(&own))
    }
}

/// Text without anything that parsers read in different ways, and what it says.
fn check_text(text: &str) -> Result<Url, OAuthError> {
    if text.is_empty() || text.len() > LONGEST {
        return Err(invalid_redirect_uri("redirect_uri must have 1 to 2048 characters."));
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
    if !text.bytes().all(plain) {
        return Err(invalid_redirect_uri("redirect_uri has characters that no URI has."));
    }
    if text.contains('#') {
        return Err(invalid_redirect_uri("redirect_uri must not have a fragment."));
    }
    let url = Url::parse(text).ok();
    url.ok_or_else(|| invalid_redirect_uri("redirect_uri is not an absolute URI."))
}

/// What stands between `//` and the path, as it was written.
fn authority(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    rest.split(['/', '?']).next().filter(|authority| !authority.is_empty())
}

fn check_authority(text: &str, url: &Url) -> Result<(), OAuthError> {
    let written = authority(text).filter(|_| text.starts_with(&format!("{}://", url.scheme())));
    let Some(written) = written else {
        return Err(invalid_redirect_uri("redirect_uri must name a scheme and a host."));
    };
    if written.contains('@') {
        return Err(invalid_redirect_uri("redirect_uri must not carry a user name."));
    }
    if written.contains(['%', '*']) || url.port() == Some(0) || written.ends_with(':') {
        return Err(invalid_redirect_uri("redirect_uri must name one host and one port."));
    }
    if !is_plain(written) {
        let message = "redirect_uri must write its host in letters, digits, dots and hyphens.";
        return Err(invalid_redirect_uri(message));
    }
    if host_of(written).is_none_or(|host| host.ends_with('.')) {
        return Err(invalid_redirect_uri("redirect_uri must name a host."));
    }
    Ok(())
}

fn check_loopback(text: &str, url: &Url) -> Result<(), OAuthError> {
    check_authority(text, url)?;
    let named = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.octets() == [127, 0, 0, 1],
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    // As written: `http://2130706433/` is the same machine to one parser and a name to another.
    if named && portless(text).is_some() {
        return Ok(());
    }
    let message = "http is served for 127.0.0.1, [::1] and localhost only; use https.";
    Err(invalid_redirect_uri(message))
}

fn check_private(text: &str, url: &Url) -> Result<(), OAuthError> {
    let rest = text.get(url.scheme().len()..).unwrap_or_default();
    if !text.starts_with(url.scheme()) || !rest.starts_with(":/") || rest.len() < 3 {
        return Err(invalid_redirect_uri("redirect_uri must have a host or a path."));
    }
    let named = !url.username().is_empty() || url.password().is_some();
    if named || authority(text).is_some_and(|authority| authority.contains('@')) {
        return Err(invalid_redirect_uri("redirect_uri must not carry a user name."));
    }
    Ok(())
}

/// Whether no two parsers can find different hosts in it.
fn is_plain(authority: &str) -> bool {
    let Some(host) = host_of(authority) else { return true };
    let port = authority.get(host.len()..).unwrap_or_default();
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let written = match inside {
        Some(address) => {
            address.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte))
        }
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)),
    };
    written && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// The host in what stands before the path.
fn host_of(authority: &str) -> Option<&str> {
    let host = match authority.strip_prefix('[') {
        Some(rest) => {
            let inside = rest.split_once(']')?.0.len();
            authority.get(..inside.checked_add(2)?)
        }
        None => authority.split(':').next(),
    };
    host.filter(|host| !host.is_empty())
}

/// The host of a loopback URI and all that follows its port, as written; none where it is none.
fn portless(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let authority = authority(text)?;
    let host = host_of(authority).filter(|host| LOOPBACK.contains(host))?;
    let port = authority.get(host.len()..)?;
    let digits = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    digits.then(|| (host, rest.get(authority.len()..).unwrap_or_default()))
}

/// The spellings of this machine that are served.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

fn is_port(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.parse::<u16>().is_ok_and(|port| port > 0)
}
