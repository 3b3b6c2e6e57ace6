use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Weak},
    time::Duration,
};

use cardium_network::Host;
use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{listener::at_most, pace::Pace};

/// Whoever has one IPv6 address has its whole network of this length (RFC 6177).
const IPV6_SITE: u8 = 64;

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
    /// Each site is a peer of its own for as long as it has connections.
    Anybody(Terms, HashMap<IpNet, Weak<Peer>>),
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
        Self(Known::Anybody(terms, HashMap::new()))
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
        let site = site(address);
        if let Some(peer) = sites.get(&site).and_then(Weak::upgrade) {
            return Some(peer);
        }
        // As many stay as there are connections.
        sites.retain(|_, peer| peer.strong_count() > 0);
        let peer = Arc::new(Peer::new(None, terms.clone()));
        sites.insert(site, Arc::downgrade(&peer));
        Some(peer)
    }
}

impl Peer {
    fn new(name: Option<String>, terms: Terms) -> Self {
        let PeerLimits { max_connections, max_per_second, .. } = terms.limits;
        let places = Arc::new(Semaphore::new(at_most(max_connections)));
        Self { name, terms, pace: Pace::new(max_per_second), places }
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
