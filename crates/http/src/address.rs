//! Where a request came from, and whether it came encrypted: one answer for the audit log, rate
//! limits and the addresses that a key may be used from.
//!
//! Invariant: what a header says is believed only of a peer that is a trusted proxy.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    HttpMessage, HttpRequest,
    dev::ServiceRequest,
    http::header::{HeaderMap, HeaderName},
};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The client's address; none where the transport has no addresses.
    pub address: Option<IpAddr>,
    /// Whether it came over TLS, as far as the first proxy.
    pub secure: bool,
}

/// Where the request came from, as [`note`] found.
pub fn origin(request: &HttpRequest) -> Origin {
    let noted = request.extensions().get::<Origin>().copied();
    noted.unwrap_or(Origin { address: None, secure: false })
}

/// Finds where the request came from, and keeps it.
pub fn note(request: &ServiceRequest, proxies: &[IpNet]) -> Origin {
    let own_tls = request.app_config().secure();
    let found = find(request.peer_addr(), own_tls, request.headers(), proxies);
    request.extensions_mut().insert(found);
    found
}

fn find(peer: Option<SocketAddr>, own_tls: bool, headers: &HeaderMap, proxies: &[IpNet]) -> Origin {
    let peer = peer.map(|peer| peer.ip().to_canonical());
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let Some(proxy) = peer.filter(|peer| trusted(peer)) else {
        return Origin { address: peer, secure: own_tls };
    };
    let mut address = proxy;
    for text in values(headers, &FORWARDED_FOR).rev() {
        // What is no address was written by nobody who is trusted.
        let Some(further) = parse(text) else { break };
        address = further;
        if !trusted(&address) {
            break;
        }
    }
    let said = values(headers, &FORWARDED_PROTO).next_back();
    let secure = said.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    Origin { address: Some(address), secure }
}

/// The list that a header is, over all its lines.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> std::vec::IntoIter<&'a str> {
    let lines = headers.get_all(name).map(|line| line.to_str().unwrap_or(""));
    let values: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    values.into_iter()
}

/// An address, perhaps with a port.
fn parse(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok().or_else(with_port);
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn found(peer: &str, lines: &[(&str, &str)], proxies: &[&str]) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let proxies: Vec<IpNet> = proxies.iter().map(|network| network.parse().unwrap()).collect();
        let peer = Some(SocketAddr::new(peer.parse().unwrap(), 4_711));
        let origin = find(peer, false, &headers, &proxies);
        (origin.address.unwrap().to_string(), origin.secure)
    }

    #[test]
    fn headers_of_strangers_are_ignored() {
        let lines = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")];
        assert_eq!(found("198.51.100.7", &lines, &[]), ("198.51.100.7".into(), false));
        let proxies = ["10.0.0.0/8"];
        assert_eq!(found("198.51.100.7", &lines, &proxies), ("198.51.100.7".into(), false));
        assert_eq!(found("::ffff:10.0.0.1", &lines, &proxies), ("192.0.2.1".into(), true));
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_counts() {
        let proxies = ["10.0.0.0/8", "2001:db8::/64"];
        for (chain, client) in [
            ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1, 10.0.0.2, 10.0.0.3", "192.0.2.1"),
            ("192.0.2.1:4711, 2001:db8::1", "192.0.2.1"),
            ("[2001:db8:1::1]:443", "2001:db8:1::1"),
            ("10.0.0.2", "10.0.0.2"),
            ("203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            let lines = [("x-forwarded-for", chain)];
            assert_eq!(found("10.0.0.1", &lines, &proxies).0, client, "{chain}");
        }
        let lines = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found("10.0.0.1", &lines, &proxies).0, "192.0.2.1", "several lines");
    }

    #[test]
    fn the_nearest_proxy_says_how_it_came() {
        for (said, secure) in [("https", true), ("HTTPS", true), ("http", false), ("", false)] {
            let lines = [("x-forwarded-proto", said)];
            assert_eq!(found("10.0.0.1", &lines, &["10.0.0.0/8"]).1, secure, "{said}");
        }
        let lines = [("x-forwarded-proto", "https, http")];
        assert!(!found("10.0.0.1", &lines, &["10.0.0.0/8"]).1);
    }
}
