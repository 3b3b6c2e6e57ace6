use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use cardium_network::Host;
use ipnet::IpNet;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{listener::at_most, pace::Pace};

/// Whoever has one IPv6 address has its whole network of this length (RFC 6177).
const IPV6_SITE: u8 = 64;
/// Sites without a connection that are remembered at most; each is some hundred bytes.
const IDLE_SITES_MAX: usize = 16_384;
/// The map of sites is not searched for what may go before it has so many.
const SITES_MIN: usize = 64;

/// The bounds of a peer.
#[derive(Debug, Clone, Copy)]
pub struct PeerLimits {
    /// Connections at a time; further ones are closed at once.
    pub max_connections: usize,
    /// Requests of one connection that may be under way; beyond it nothing is read, so that TCP
    /// slows the peer down.
    pub max_in_flight_per_connection: usize,
    /// Messages in a second over all connections; beyond it nothing is read either.
    pub max_per_second: u32,
    /// How long a connection may go without a whole message before it is closed.
    pub idle_timeout: Duration,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How long one response may take to leave; a peer that reads nothing for so long is gone.
    pub write_timeout: Duration,
    /// How long a connection waits for what is under way once nothing more is read. Above the
    /// longest that a request takes, or its answer is cut off.
    pub end_patience: Duration,
}

/// On which terms a peer is served.
#[derive(Clone)]
pub struct Terms {
    /// Who answers it.
    pub host: Arc<Host>,
    /// Its bounds.
    pub limits: PeerLimits,
}

/// Who may connect, and on which terms.
pub struct Peers(Known);

enum Known {
    Named(Vec<(Vec<IpNet>, Arc<Peer>)>),
    Anybody(Terms, Sites),
}

/// Each site is a peer of its own: for as long as it has connections, and until its pace would be
/// that of a new one, so that nobody gets a new pace by connecting anew.
struct Sites {
    known: HashMap<IpNet, Arc<Peer>>,
    /// From which size on it is searched for what may go: what that costs is spread over the
    /// connections that made it grow.
    swept_from: usize,
}

/// One peer: what its connections share.
pub(super) struct Peer {
    name: Option<String>,
    pub(super) terms: Terms,
    pub(super) pace: Pace,
    places: Arc<Semaphore>,
}

/// A connection that was let in; it gives its place back when dropped.
pub(super) struct Admitted {
    pub(super) peer: Arc<Peer>,
    pub(super) address: SocketAddr,
    _place: OwnedSemaphorePermit,
}

/// Why a connection was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Stranger,
    PeerIsFull,
    DoorIsFull,
}

impl Peers {
    /// Those named, each with its networks; of two that an address belongs to, the first applies.
    /// Nobody else is let in.
    #[must_use]
    pub fn named(peers: Vec<(String, Vec<IpNet>, Terms)>) -> Self {
        let known = peers
            .into_iter()
            .map(|(name, networks, terms)| (networks, Arc::new(Peer::new(Some(name), terms))));
        Self(Known::Named(known.collect()))
    }

    /// Everybody; the bounds are those of one address, or of one IPv6 site.
    #[must_use]
    pub fn anybody(terms: Terms) -> Self {
        Self(Known::Anybody(terms, Sites { known: HashMap::new(), swept_from: SITES_MIN }))
    }

    pub(super) fn admit(&mut self, address: SocketAddr) -> Result<Admitted, Refusal> {
        let peer = self.find(address.ip().to_canonical()).ok_or(Refusal::Stranger)?;
        let place = Arc::clone(&peer.places).try_acquire_owned();
        let _place = place.map_err(|_| Refusal::PeerIsFull)?;
        Ok(Admitted { peer, address, _place })
    }

    fn find(&mut self, address: IpAddr) -> Option<Arc<Peer>> {
        let (terms, sites) = match &mut self.0 {
            Known::Named(peers) => {
                let holds =
                    |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
                let found = peers.iter().find(|(networks, _)| holds(networks));
                return found.map(|(_, peer)| Arc::clone(peer));
            }
            Known::Anybody(terms, sites) => (terms, sites),
        };
        Some(sites.find(site(address), terms))
    }

    /// The longest that a connection of any of them takes to end.
    pub(super) fn end_patience(&self) -> Duration {
        match &self.0 {
            Known::Named(peers) => {
                let each = peers.iter().map(|(_, peer)| peer.terms.limits.end_patience);
                each.max().unwrap_or_default()
            }
            Known::Anybody(terms, _) => terms.limits.end_patience,
        }
    }
}

impl Sites {
    fn find(&mut self, site: IpNet, terms: &Terms) -> Arc<Peer> {
        if let Some(peer) = self.known.get(&site) {
            return Arc::clone(peer);
        }
        if self.known.len() >= self.swept_from {
            self.sweep(Instant::now());
        }
        let peer = Arc::new(Peer::new(None, terms.clone()));
        self.known.insert(site, Arc::clone(&peer));
        peer
    }

    /// Forgets sites whose pace is as good as new, and all without a connection where those are
    /// too many.
    fn sweep(&mut self, now: Instant) {
        self.known.retain(|_, peer| peer.is_connected() || !peer.pace.is_rested(now));
        let idle = self.known.values().filter(|peer| !peer.is_connected()).count();
        if idle >= IDLE_SITES_MAX {
            self.known.retain(|_, peer| peer.is_connected());
        }
        let twice = self.known.len().saturating_mul(2);
        let most = self.known.len().saturating_add(IDLE_SITES_MAX);
        self.swept_from = twice.clamp(SITES_MIN, most.max(SITES_MIN));
    }
}

impl Peer {
    fn new(name: Option<String>, terms: Terms) -> Self {
        let PeerLimits { max_connections, max_per_second, .. } = terms.limits;
        let places = Arc::new(Semaphore::new(at_most(max_connections)));
        Self { name, terms, pace: Pace::new(max_per_second), places }
    }

    /// Each connection has the peer, and so has the map that it is asked of.
    fn is_connected(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1
    }
}

fn site(address: IpAddr) -> IpNet {
    let whole = IpNet::from(address);
    match address {
        IpAddr::V4(_) => whole,
        IpAddr::V6(_) => IpNet::new(address, IPV6_SITE).map_or(whole, |network| network.trunc()),
    }
}

impl fmt::Display for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.peer.name {
            Some(name) => write!(f, "{name} at {}", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stranger => "no peer has this address",
            Self::PeerIsFull => "the peer's limit of connections is reached",
            Self::DoorIsFull => "the limit of connections is reached",
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// How many sites are known, which is bounded.
    pub(in super::super) fn known(peers: &Peers) -> usize {
        match &peers.0 {
            Known::Named(peers) => peers.len(),
            Known::Anybody(_, sites) => sites.known.len(),
        }
    }

    pub(in super::super) const MOST: usize = IDLE_SITES_MAX * 2;
}
