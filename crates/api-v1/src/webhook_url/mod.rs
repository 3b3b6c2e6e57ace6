//! Which URLs webhooks may be sent to.
//!
//! A URL is judged by its text ([`check_webhook_url`]) and by what its name means
//! ([`check_addresses`]): both when it is given and each time it is about to be dialled, because a
//! name can mean something else a moment later. Deliberately absent: a list of ports, because over
//! https to a public host none is more dangerous than another.

mod ranges;

use std::net::IpAddr;

use cardium_kernel::{ErrorCode, Problem};
use url::{Host, Url};

pub use ranges::is_public;

/// The longest name that DNS has, without its last dot, and the longest part of one (RFC 1035).
const NAME_BYTES: usize = 253;
const LABEL_BYTES: usize = 63;

/// How far webhooks may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public hosts by HTTPS: the only setting fit for production.
    PublicHttps,
    /// Those, and the machine itself by HTTP or HTTPS: for development.
    LoopbackToo,
}

impl Reach {
    /// Whether webhooks may be sent to this address.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::PublicHttps => is_public(address),
            Self::LoopbackToo => is_public(address) || address.is_loopback(),
        }
    }
}

/// Name endings that never belong to a public host (RFC 6761, RFC 6762, RFC 7686, RFC 8375,
/// RFC 9476), or that clusters use inside.
const PRIVATE_SUFFIXES: [&str; 15] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "onion",
    "alt",
    "test",
    "invalid",
    "svc",
];

/// Passes a URL that webhooks may be sent to.
///
/// # Errors
/// `unsafe_webhook_url`.
pub fn check_webhook_url(text: &str, reach: Reach) -> Result<(), Problem> {
    let url = parse(text).ok_or_else(|| refuse("The URL cannot be read."))?;
    let host = url.host().ok_or_else(|| refuse("The URL names no host."))?;
    check_authority(text, &url)?;
    let secure = url.scheme() == "https";
    if reach == Reach::LoopbackToo && is_loopback(&host) && (secure || url.scheme() == "http") {
        return Ok(());
    }
    if !secure {
        return Err(refuse("The URL must begin with https://."));
    }
    if !is_public_host(&host) {
        return Err(refuse("The URL must name a public host."));
    }
    Ok(())
}

/// The name in a URL that has to be looked up; none where the host is an address, or is this
/// machine and may be reached.
#[must_use]
pub fn name_to_look_up(text: &str, reach: Reach) -> Option<String> {
    let url = parse(text)?;
    let host = url.host()?;
    match host {
        Host::Domain(_) if reach == Reach::LoopbackToo && is_loopback(&host) => None,
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Passes what a name means where webhooks may be sent to all of it: of two addresses the bad one
/// could be dialled.
///
/// # Errors
/// `unsafe_webhook_url`.
pub fn check_addresses(addresses: &[IpAddr], reach: Reach) -> Result<(), Problem> {
    if addresses.iter().all(|address| reach.allows(*address)) {
        return Ok(());
    }
    Err(refuse("The URL's host has an address that is not public."))
}

/// A URL whose text is free of what parsers read in different ways.
fn parse(text: &str) -> Option<Url> {
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if text.contains(strange) { None } else { Url::parse(text).ok() }
}

/// What stands between `//` and the path is read once more, as it was written: the parser forgives
/// missing and superfluous slashes and forgets an empty user name.
fn check_authority(text: &str, url: &Url) -> Result<(), Problem> {
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case(url.scheme()) || authority.is_empty() {
        return Err(refuse("The URL must begin with https:// and a host."));
    }
    if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("The URL must not carry a user name or a password."));
    }
    if authority.contains('%') {
        return Err(refuse("The URL's host must not be percent-encoded."));
    }
    if url.port() == Some(0) {
        return Err(refuse("The URL's port must not be 0."));
    }
    Ok(())
}

fn refuse(message: &str) -> Problem {
    Problem::field(ErrorCode::UnsafeWebhookUrl, "url", message)
}

/// Whether the host is this machine, whatever its addresses are.
#[must_use]
pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_public_host(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_public_name(name),
        Host::Ipv4(address) => is_public((*address).into()),
        Host::Ipv6(address) => is_public((*address).into()),
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let private = PRIVATE_SUFFIXES.iter().any(|suffix| {
        name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let wrong = |label: &str| label.is_empty() || label.len() > LABEL_BYTES;
    let sound = name.len() <= NAME_BYTES && !name.split('.').any(wrong);
    name.contains('.') && sound && !private
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_hosts_pass() {
        for url in [
            "https://yourapp.example.com/webhooks/cryptocardium",
            "https://example.com:8443/a?b=c",
            "https://93.184.215.14/",
            "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
            "https://bücher.example/",
            "https://myhome.example/",
        ] {
            assert!(check_webhook_url(url, Reach::PublicHttps).is_ok(), "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for url in [
            "",
            "example.com",
            "https://",
            "https:///path",
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://user@example.com/",
            "https://user:word@example.com/",
            "https://exa mple.com/",
            "https://example.com/\n",
            " https://example.com/",
            "https://localhost/",
            "https://localhost./",
            "https://LOCALHOST/",
            "https://a.localhost/",
            "https://intranet/",
            "https://printer.local/",
            "https://vault.internal/",
            "https://router.home.arpa/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://198.19.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:8.8.8.8]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::1]/",
            "https://[fc00::1]/",
            "https://[fd12:3456:789a::1]/",
            "https://[fe80::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
            "https://[2001::1]/",
            "https://[2001:db8::1]/",
            "https://[2002:7f00:1::]/",
        ] {
            let problem = check_webhook_url(url, Reach::PublicHttps).unwrap_err();
            assert_eq!(problem.code, ErrorCode::UnsafeWebhookUrl, "{url}");
        }
    }

    #[test]
    fn what_parsers_read_in_different_ways_is_refused() {
        for url in [
            "https:example.com",
            "https:/example.com/",
            "https:///example.com/",
            "https:\\\\example.com/",
            "https://example.com\\@10.0.0.1/",
            "https://@example.com/",
            "https://:@example.com/",
            "https://%65xample.com/",
            "https://example.com:0/",
            "https://example.com/\tx",
            "https:/x://example.com/",
            "https://[fe80::1%25eth0]/",
        ] {
            assert!(check_webhook_url(url, Reach::PublicHttps).is_err(), "{url}");
        }
        for url in ["HTTPS://Example.COM./", "https://example.com:25/%00?a=%0d@b#c"] {
            assert!(check_webhook_url(url, Reach::PublicHttps).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_name_is_as_long_as_dns_allows() {
        let name = |label: usize, count: usize| {
            format!("https://{}com/", format!("{}.", "x".repeat(label)).repeat(count))
        };
        for (url, fine) in
            [(name(63, 1), true), (name(64, 1), false), (name(49, 5), true), (name(50, 5), false)]
        {
            assert_eq!(check_webhook_url(&url, Reach::PublicHttps).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn every_address_of_a_name_counts() {
        let all = |texts: &[&str], reach| {
            let parsed: Vec<_> = texts.iter().map(|text| text.parse().unwrap()).collect();
            check_addresses(&parsed, reach).is_ok()
        };
        for (texts, public, development) in [
            (&[][..], true, true),
            (&["1.1.1.1", "2606:4700::1111"], true, true),
            (&["1.1.1.1", "127.0.0.1"], false, true),
            (&["1.1.1.1", "10.0.0.1"], false, false),
            (&["::ffff:127.0.0.1"], false, false),
        ] {
            assert_eq!(all(texts, Reach::PublicHttps), public, "{texts:?}");
            assert_eq!(all(texts, Reach::LoopbackToo), development, "{texts:?}");
        }
    }

    #[test]
    fn names_are_looked_up_and_addresses_are_not() {
        let name = |url| name_to_look_up(url, Reach::PublicHttps);
        assert_eq!(name("https://B\u{fc}cher.example/").unwrap(), "xn--bcher-kva.example");
        assert_eq!(name("https://127.0.0.1/").or_else(|| name("https://[::1]/")), None);
        assert_eq!(name("https://localhost/").unwrap(), "localhost");
        assert_eq!(name_to_look_up("http://localhost/", Reach::LoopbackToo), None);
    }

    #[test]
    fn development_reaches_the_machine_itself_and_no_further() {
        for (url, fine) in [
            ("http://127.0.0.1:9000/hook", true),
            ("http://localhost:9000/hook", true),
            ("https://[::1]:9000/hook", true),
            ("https://example.com/", true),
            ("http://example.com/", false),
            ("http://10.0.0.1/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://user@127.0.0.1/", false),
        ] {
            assert_eq!(check_webhook_url(url, Reach::LoopbackToo).is_ok(), fine, "{url}");
        }
    }
}
