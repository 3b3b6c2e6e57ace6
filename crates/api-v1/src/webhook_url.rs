//! Which addresses webhooks may be sent to. The dispatcher checks the address it dials with
//! [`is_public`] once more, because names can resolve to anything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cardium_kernel::{ErrorCode, Problem};
use url::{Host, Url};

/// How far webhooks may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public hosts by HTTPS: the only setting fit for production.
    PublicHttps,
    /// Those, and the machine itself by HTTP or HTTPS: for development.
    LoopbackToo,
}

/// Name endings that never belong to a public host (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
const PRIVATE_SUFFIXES: [&str; 12] = [
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
];

/// IPv4 ranges that are not the public internet (IANA special-purpose registry, RFC 6890).
const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// IPv6 ranges inside 2000::/3 that are not the public internet or lead elsewhere: protocol
/// assignments with Teredo, documentation, 6to4. Outside 2000::/3 nothing is public.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Passes a URL that webhooks may be sent to.
///
/// # Errors
/// `unsafe_webhook_url`.
pub fn check_webhook_url(text: &str, reach: Reach) -> Result<(), Problem> {
    let blank = text.chars().any(|c| c.is_whitespace() || c.is_control());
    let url = Url::parse(text).ok().filter(|_| !blank);
    let url = url.ok_or_else(|| refuse("The URL cannot be read."))?;
    let host = url.host().ok_or_else(|| refuse("The URL names no host."))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("The URL must not carry a user name or a password."));
    }
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
    name.contains('.') && !private && !name.split('.').any(str::is_empty)
}

/// Whether an address is on the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|range| within_v4(address, *range)),
        IpAddr::V6(address) => {
            let global = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
            let special = SPECIAL_V6.iter().any(|range| within_v6(address, *range));
            within_v6(address, global) && !special
        }
    }
}

fn within_v4(address: Ipv4Addr, (network, length): (Ipv4Addr, u32)) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}

fn within_v6(address: Ipv6Addr, (network, length): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
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
