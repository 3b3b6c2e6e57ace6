//! What no type refuses about the card network's listener and its peers.

use ipnet::IpNet;

use super::{Iso8583, Link, Peer, SettingsError};

/// Beyond it a process runs out of file descriptors first.
const CONNECTIONS_MAX: usize = 65_536;
/// Each takes a place in a queue that is there from the start.
const IN_FLIGHT_MAX: usize = 65_536;
/// Above it the pace is no limit: nothing behind it is so fast.
const PER_SECOND_MAX: u32 = 1_000_000;
/// A day. What is longer is as good as never, and dead connections would keep their places.
const IDLE_MAX: u64 = 86_400;
/// A minute. Every network has given up long before.
const PATIENCE_MAX: u64 = 60_000;
/// The list is searched for each connection.
const PEERS_MAX: usize = 256;
/// So is each of these.
const NETWORKS_MAX: usize = 256;
/// A name stands on every line of the log about a connection.
const NAME_MAX: usize = 64;

type Rule = (bool, &'static str, &'static str);

impl Iso8583 {
    /// Refuses values that no type can refuse.
    ///
    /// # Errors
    /// [`SettingsError`] with the first key at fault.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let broken = |(_, key, problem): Rule| SettingsError::Value { key, problem };
        let link =
            ranges(self.link()).map(|(holds, key, problem)| (holds, sectioned(key), problem));
        let rules = [self.ranges().as_slice(), &link, &self.tls()].concat();
        rules.into_iter().find(|(holds, _, _)| !holds).map_or(Ok(()), |rule| Err(broken(rule)))?;
        for (index, peer) in self.peers.iter().enumerate() {
            let earlier = &self.peers[..index];
            let rules = [peer.names(earlier).as_slice(), &ranges(peer.link(self.link()))].concat();
            if let Some((_, key, problem)) = rules.into_iter().find(|(holds, _, _)| !holds) {
                return Err(SettingsError::Peer { index, key, problem });
            }
        }
        Ok(())
    }

    fn ranges(&self) -> [Rule; 3] {
        [
            (
                (1..=CONNECTIONS_MAX).contains(&self.max_connections),
                "iso8583.max_connections",
                "must be 1 to 65536",
            ),
            (
                (1..=PATIENCE_MAX).contains(&self.patience_ms),
                "iso8583.patience_ms",
                "must be 1 to 60000",
            ),
            (self.peers.len() <= PEERS_MAX, "iso8583.peers", "must be at most 256"),
        ]
    }

    fn tls(&self) -> [Rule; 3] {
        let (certificate, key) = (self.tls_certificate.is_some(), self.tls_key.is_some());
        [
            (certificate || !key, "iso8583.tls_certificate", "is missing beside iso8583.tls_key"),
            (key || !certificate, "iso8583.tls_key", "is missing beside iso8583.tls_certificate"),
            (
                certificate || self.tls_client_ca.is_none(),
                "iso8583.tls_client_ca",
                "needs iso8583.tls_certificate",
            ),
        ]
    }
}

impl Peer {
    fn names(&self, earlier: &[Self]) -> [Rule; 4] {
        let readable = self.name.chars().all(|letter| !letter.is_control());
        [
            (
                readable && (1..=NAME_MAX).contains(&self.name.chars().count()),
                "name",
                "must be 1 to 64 characters",
            ),
            (
                earlier.iter().all(|peer| peer.name != self.name),
                "name",
                "is that of an earlier peer",
            ),
            (
                (1..=NETWORKS_MAX).contains(&self.networks.len()),
                "networks",
                "must have 1 to 256 networks",
            ),
            (!self.is_shadowed(earlier), "networks", "are all those of earlier peers"),
        ]
    }

    /// Whether no address would ever lead to it.
    fn is_shadowed(&self, earlier: &[Self]) -> bool {
        let taken = earlier.iter().flat_map(|peer| &peer.networks).map(|network| network.0);
        let taken = IpNet::aggregate(&taken.collect());
        !self.networks.is_empty()
            && self
                .networks
                .iter()
                .all(|network| taken.iter().any(|wider| wider.contains(&network.0)))
    }
}

/// What holds for every peer, by the names of a peer's keys.
fn ranges(link: Link) -> [Rule; 4] {
    [
        (
            (1..=CONNECTIONS_MAX).contains(&link.max_connections),
            "max_connections",
            "must be 1 to 65536",
        ),
        ((1..=IN_FLIGHT_MAX).contains(&link.max_in_flight), "max_in_flight", "must be 1 to 65536"),
        (
            (1..=PER_SECOND_MAX).contains(&link.max_per_second),
            "max_per_second",
            "must be 1 to 1000000",
        ),
        ((1..=IDLE_MAX).contains(&link.idle_seconds), "idle_seconds", "must be 1 to 86400"),
    ]
}

/// The section's key that is the default of a peer's.
fn sectioned(key: &'static str) -> &'static str {
    match key {
        "max_connections" => "iso8583.max_connections_per_peer",
        "max_in_flight" => "iso8583.max_in_flight",
        "max_per_second" => "iso8583.max_per_second",
        _ => "iso8583.idle_seconds",
    }
}
