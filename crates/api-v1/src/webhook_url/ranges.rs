//! Which addresses are on the public internet.
//!
//! From the special-purpose registries of IANA (RFC 6890 and its updates), read strictly: what the
//! registries call globally reachable but no receiver of webhooks can have (anycast services of the
//! protocols themselves, relays, translators) is refused too, because it leads elsewhere than it
//! says. Deliberately absent: NAT64 prefixes that an operator chose for its own network (RFC 6052,
//! section 2.2), which cannot be told from ordinary addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network and the length of its prefix.
type Range<A> = (A, u32);

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u32) -> Range<Ipv4Addr> {
    (Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u32) -> Range<Ipv6Addr> {
    (Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// IPv4 ranges that are not the public internet.
const SPECIAL_V4: [Range<Ipv4Addr>; 18] = [
    // This network (RFC 791); many systems dial themselves at 0.0.0.0.
    v4(0, 0, 0, 0, 8),
    // Private use (RFC 1918).
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    // Shared between carriers and customers (RFC 6598); Alibaba's metadata is 100.100.100.200.
    v4(100, 64, 0, 0, 10),
    // Loopback (RFC 1122).
    v4(127, 0, 0, 0, 8),
    // Link-local (RFC 3927); the metadata of most clouds is 169.254.169.254.
    v4(169, 254, 0, 0, 16),
    // Azure's host, on each virtual machine there, at an address that looks public.
    v4(168, 63, 129, 16, 32),
    // Protocol assignments (RFC 6890); Oracle's metadata was 192.0.0.192.
    v4(192, 0, 0, 0, 24),
    // Documentation (RFC 5737).
    v4(192, 0, 2, 0, 24),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // AS112 (RFC 7535, RFC 7534) and AMT (RFC 7450).
    v4(192, 31, 196, 0, 24),
    v4(192, 175, 48, 0, 24),
    v4(192, 52, 193, 0, 24),
    // Relays of 6to4 (RFC 7526).
    v4(192, 88, 99, 0, 24),
    // Benchmarks (RFC 2544).
    v4(198, 18, 0, 0, 15),
    // Multicast (RFC 5771), reserved (RFC 1112) and broadcast (RFC 919).
    v4(224, 0, 0, 0, 3),
];

/// What IPv6 has of the public internet (RFC 4291). Everything else is special: loopback, IPv4 in
/// other clothes (`::/96`, `::ffff:0:0/96`, `64:ff9b::/96`, `64:ff9b:1::/48`), `100::/64`,
/// `5f00::/16`, local addresses (`fc00::/7`, where Amazon's and Google's metadata are; `fe80::/10`;
/// `fec0::/10`) and multicast.
const GLOBAL_V6: Range<Ipv6Addr> = v6(0x2000, 0, 0, 3);

/// Ranges inside [`GLOBAL_V6`] that are not the public internet or lead elsewhere.
const SPECIAL_V6: [Range<Ipv6Addr>; 6] = [
    // Protocol assignments (RFC 2928), with Teredo, benchmarks, ORCHID and drone tags.
    v6(0x2001, 0, 0, 23),
    // Documentation (RFC 3849, RFC 9637).
    v6(0x2001, 0xdb8, 0, 32),
    v6(0x3fff, 0, 0, 20),
    // 6to4 (RFC 3056): an IPv4 address, which may be a private one.
    v6(0x2002, 0, 0, 16),
    // AS112 (RFC 7534).
    v6(0x2620, 0x4f, 0x8000, 48),
    // The 6bone, given back (RFC 3701).
    v6(0x3ffe, 0, 0, 16),
];

/// Whether an address is on the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|range| within_v4(address, *range)),
        IpAddr::V6(address) => {
            let special = SPECIAL_V6.iter().any(|range| within_v6(address, *range));
            within_v6(address, GLOBAL_V6) && !special
        }
    }
}

fn within_v4(address: Ipv4Addr, (network, length): Range<Ipv4Addr>) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}

fn within_v6(address: Ipv6Addr, (network, length): Range<Ipv6Addr>) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn a_range_ends_where_it_ends() {
        // The first and the last address of each range, and their neighbours on the internet.
        for (before, first, last, after) in [
            ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
            ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
            ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
            ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
            ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
            ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
            ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
            ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
            ("192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"),
            ("192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"),
            ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
            ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
            ("192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"),
            ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
            ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
            ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
            ("2000:ffff::", "2001::", "2001:1ff:ffff::", "2001:200::"),
            ("2001:db7:ffff::", "2001:db8::", "2001:db8:ffff::", "2001:db9::"),
            ("2001:ffff::", "2002::", "2002:ffff::", "2003::"),
            ("2620:4f:7fff::", "2620:4f:8000::", "2620:4f:8000:ffff::", "2620:4f:8001::"),
            ("3ffd:ffff::", "3ffe::", "3fff:fff:ffff::", "3fff:1000::"),
        ] {
            assert!(public(before) && !public(first), "{first}");
            assert!(!public(last) && public(after), "{last}");
        }
        assert!(!public("0.255.255.255") && public("1.0.0.0"));
        assert!(public("223.255.255.255") && !public("224.0.0.0") && !public("255.255.255.255"));
        assert!(!public("1fff:ffff::") && public("2000::"));
        assert!(public("3fff:ffff::") && !public("4000::") && !public("ffff::"));
    }
}
