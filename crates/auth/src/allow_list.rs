use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Bits of an IPv6 address before the IPv4 address that it may stand for (RFC 4291, section
/// 2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// The addresses that an API key may be used from; an empty list is no restriction.
///
/// An IPv4 address is the same however it is written, also as an IPv6 one (`::ffff:192.0.2.1`): a
/// server that listens on both families sees it so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList(Vec<IpNet>);

/// Why a list of addresses is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllowListError {
    /// More than [`AllowList::MOST`] entries.
    #[error("may have at most 50 entries")]
    TooMany,
    /// The entry at this place is neither an address nor a network.
    #[error("must be an address or a network such as 203.0.113.0/24 or 2001:db8::/32")]
    Entry(usize),
}

impl AllowList {
    /// The most entries.
    pub const MOST: usize = 50;

    /// Reads addresses and networks (CIDR). Bits behind a network's prefix are cut off, and what
    /// occurs twice is kept once.
    ///
    /// # Errors
    /// When there are too many, or one is neither.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self, AllowListError> {
        if entries.len() > Self::MOST {
            return Err(AllowListError::TooMany);
        }
        let mut networks = Vec::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let network = network(entry.as_ref()).ok_or(AllowListError::Entry(place))?;
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        Ok(Self(networks))
    }

    /// Whether a request from this address passes; one from nowhere passes no list.
    #[must_use]
    pub fn allows(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty() || address.is_some_and(|address| self.holds(address.to_canonical()))
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether every address that `other` allows passes here as well.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if self.0.is_empty() || other.0.is_empty() {
            return self.0.is_empty();
        }
        // Two halves hold what neither does alone.
        let joined = IpNet::aggregate(&self.0);
        let held = |network: &IpNet| joined.iter().any(|own| own.contains(network));
        other.0.iter().all(held)
    }

    /// The entries as text, a network of one address as that address.
    pub fn entries(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|network| {
            let single = network.prefix_len() == network.max_prefix_len();
            if single { network.addr().to_string() } else { network.to_string() }
        })
    }
}

/// An address, or a network of addresses, in one form.
fn network(text: &str) -> Option<IpNet> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let network = match prefix {
        None => IpNet::from(address),
        Some(prefix) => IpNet::new(address, bits(prefix)?).ok()?,
    };
    Some(unmapped(network.trunc()))
}

/// Digits only: the standard library would also take a sign.
fn bits(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits && text.len() <= 3)
}

/// A network of IPv4 addresses that is written as one of IPv6 ones, in its own form.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else {
        return network;
    };
    let prefix = mapped.prefix_len().checked_sub(MAPPED_BITS);
    let inner = mapped.addr().to_ipv4_mapped().zip(prefix);
    let inner = inner.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    inner.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn list(entries: &[&str]) -> AllowList {
        AllowList::parse(entries).unwrap()
    }

    fn allows(entries: &[&str], address: &str) -> bool {
        list(entries).allows(Some(address.parse().unwrap()))
    }

    #[test]
    fn entries_are_addresses_and_networks() {
        let list = list(&["10.1.2.3/8", "::ffff:192.0.2.7", "10.0.0.0/8", "2001:DB8::1/32", "::1"]);
        let shown: Vec<_> = list.entries().collect();
        assert_eq!(shown, ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]);
        for bad in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/008x",
            "10.0.0/8",
            "010.0.0.1",
            "::1/129",
            "fe80::1%eth0",
            " 10.0.0.1",
            "10.0.0.1,10.0.0.2",
        ] {
            let refused = AllowList::parse(&["10.0.0.1", bad]);
            assert_eq!(refused, Err(AllowListError::Entry(1)), "{bad}");
        }
        let many = vec!["10.0.0.1"; AllowList::MOST + 1];
        assert_eq!(AllowList::parse(&many), Err(AllowListError::TooMany));
    }

    #[test]
    fn only_an_empty_list_passes_what_comes_from_nowhere() {
        assert!(AllowList::default().allows(None));
        assert!(!list(&["0.0.0.0/0", "::/0"]).allows(None));
        assert!(allows(&["192.0.2.0/24"], "::ffff:192.0.2.9"));
        assert!(allows(&["::ffff:192.0.2.0/120"], "192.0.2.9"));
        assert!(!allows(&["::ffff:192.0.2.0/120"], "192.0.3.9"));
        // Every IPv6 address is not every address.
        assert!(!allows(&["::/0"], "::ffff:192.0.2.9"));
    }

    #[test]
    fn two_halves_cover_a_whole() {
        let halves = list(&["10.0.0.0/9", "10.128.0.0/9"]);
        assert!(halves.covers(&list(&["10.0.0.0/8"])));
        assert!(!halves.covers(&list(&["10.0.0.0/8", "::1"])));
        assert!(AllowList::default().covers(&halves) && !halves.covers(&AllowList::default()));
        assert!(AllowList::default().covers(&AllowList::default()));
    }

    proptest! {
        #[test]
        fn a_network_holds_what_shares_its_prefix(
            address: u32, prefix in 0_u8..=32, other: u32
        ) {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let text = format!("{}/{prefix}", Ipv4Addr::from_bits(address));
            let list = AllowList::parse(&[text]).unwrap();
            let (plain, mapped) = (Ipv4Addr::from_bits(other), Ipv4Addr::from_bits(other));
            let inside = address & mask == other & mask;
            prop_assert_eq!(list.allows(Some(plain.into())), inside);
            prop_assert_eq!(list.allows(Some(mapped.to_ipv6_mapped().into())), inside);
            let near = (address & mask) | (other & !mask);
            prop_assert!(list.allows(Some(Ipv4Addr::from_bits(near).into())));
        }

        #[test]
        fn a_mapped_network_is_that_of_ipv4(address: u32, prefix in 0_u8..=32) {
            let address = Ipv4Addr::from_bits(address);
            let mapped = format!("{}/{}", address.to_ipv6_mapped(), prefix + MAPPED_BITS);
            let plain = format!("{address}/{prefix}");
            prop_assert_eq!(AllowList::parse(&[mapped]), AllowList::parse(&[plain]));
        }

        #[test]
        fn an_ipv6_network_holds_what_shares_its_prefix(
            address: u128, prefix in 0_u8..=128, other: u128
        ) {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            let far = Ipv6Addr::from_bits(address).to_ipv4_mapped().is_none()
                && Ipv6Addr::from_bits(other).to_ipv4_mapped().is_none();
            prop_assume!(far);
            let text = format!("{}/{prefix}", Ipv6Addr::from_bits(address));
            let list = AllowList::parse(&[text]).unwrap();
            let inside = address & mask == other & mask;
            prop_assert_eq!(list.allows(Some(Ipv6Addr::from_bits(other).into())), inside);
        }

        #[test]
        fn what_is_shown_reads_back(address: u128, prefix in 0_u8..=128) {
            let text = format!("{}/{prefix}", Ipv6Addr::from_bits(address));
            let list = AllowList::parse(&[text]).unwrap();
            let shown: Vec<_> = list.entries().collect();
            prop_assert_eq!(AllowList::parse(&shown), Ok(list));
        }

        /// Seen on a small world of eight addresses, so that lists often touch.
        #[test]
        fn a_list_covers_another_if_nothing_slips_through(
            own in proptest::collection::vec((0_u32..8, 29_u8..=32), 1..4),
            other in proptest::collection::vec((0_u32..8, 29_u8..=32), 1..4)
        ) {
            let read = |entries: &[(u32, u8)]| {
                let text = |(last, prefix): &(u32, u8)| format!("192.0.2.{last}/{prefix}");
                AllowList::parse(&entries.iter().map(text).collect::<Vec<_>>()).unwrap()
            };
            let (own, other) = (read(&own), read(&other));
            let slips = (0..=255_u8).map(|last| Some(Ipv4Addr::new(192, 0, 2, last).into()));
            let slips = slips.into_iter().any(|at| other.allows(at) && !own.allows(at));
            prop_assert_eq!(own.covers(&other), !slips);
        }
    }
}
