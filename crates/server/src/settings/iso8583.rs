//! The card network's listener and its peers.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error};

/// The card network's listener; what a peer may have otherwise is its default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iso8583 {
    /// Whether it runs.
    pub enabled: bool,
    /// Its address.
    pub bind: SocketAddr,
    /// How bitmaps are written.
    pub bitmap: Bitmap,
    /// How digits are written.
    pub numerics: Numerics,
    /// What stands before each message.
    pub header: Header,
    /// Whether a TPDU follows that.
    pub tpdu: bool,
    /// Whether connections need no sign-on.
    pub starts_signed_on: bool,
    /// DE 39 for a wrong CVV2.
    pub cvv_decline_code: CvvCode,
    /// Connections of all peers at once.
    pub max_connections: usize,
    /// Connections of one peer, or of one address, at once.
    pub max_connections_per_peer: usize,
    /// Requests of one connection at once.
    pub max_in_flight: usize,
    /// Messages of one peer in a second.
    pub max_per_second: u32,
    /// How long a request may wait for a writer.
    pub patience_ms: u64,
    /// Seconds of silence before a connection is closed.
    pub idle_seconds: u64,
    /// The certificate chain; with it the listener takes TLS only.
    #[serde(deserialize_with = "optional_path")]
    pub tls_certificate: Option<PathBuf>,
    /// Its key.
    #[serde(deserialize_with = "optional_path")]
    pub tls_key: Option<PathBuf>,
    /// Who signs the certificates that peers must show.
    #[serde(deserialize_with = "optional_path")]
    pub tls_client_ca: Option<PathBuf>,
    /// Who may connect; anybody if there are none.
    pub peers: Vec<Peer>,
}

/// A peer by its addresses, and how it differs from the defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its name in the log.
    pub name: String,
    /// Where it connects from.
    pub networks: Vec<PeerNetwork>,
    /// How bitmaps are written.
    pub bitmap: Option<Bitmap>,
    /// How digits are written.
    pub numerics: Option<Numerics>,
    /// What stands before each message.
    pub header: Option<Header>,
    /// Whether a TPDU follows that.
    pub tpdu: Option<bool>,
    /// Whether its connections need no sign-on.
    pub starts_signed_on: Option<bool>,
    /// DE 39 for a wrong CVV2.
    pub cvv_decline_code: Option<CvvCode>,
    /// Its connections at once.
    pub max_connections: Option<usize>,
    /// Requests of one connection at once.
    pub max_in_flight: Option<usize>,
    /// Its messages in a second.
    pub max_per_second: Option<u32>,
    /// Seconds of silence before a connection is closed.
    pub idle_seconds: Option<u64>,
}

/// How one peer is talked to, from whichever place each value comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// How bitmaps are written.
    pub bitmap: Bitmap,
    /// How digits are written.
    pub numerics: Numerics,
    /// What stands before each message.
    pub header: Header,
    /// Whether a TPDU follows that.
    pub tpdu: bool,
    /// Whether connections need no sign-on.
    pub starts_signed_on: bool,
    /// DE 39 for a wrong CVV2.
    pub cvv_decline_code: CvvCode,
    /// Connections at once.
    pub max_connections: usize,
    /// Requests of one connection at once.
    pub max_in_flight: usize,
    /// Messages in a second.
    pub max_per_second: u32,
    /// Seconds of silence before a connection is closed.
    pub idle_seconds: u64,
}

/// How bitmaps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bitmap {
    /// Eight bytes.
    Binary,
    /// Sixteen hexadecimal digits.
    Hex,
}

/// How digits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Numerics {
    /// A character each.
    Ascii,
    /// Two in a byte.
    Bcd,
}

/// What stands before each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Header {
    /// Nothing.
    None,
    /// Its length, big-endian.
    TwoByte,
    /// Its length, four digits.
    FourAscii,
}

/// DE 39 for a wrong CVV2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum CvvCode {
    /// Do not honour.
    #[serde(rename = "05")]
    DoNotHonour,
    /// Visa's.
    #[serde(rename = "N7")]
    CvvFailure,
    /// Mastercard's.
    #[serde(rename = "82")]
    IncorrectCvv,
}

/// An address, or a network as address and prefix length (RFC 4632).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerNetwork(pub IpNet);

impl Iso8583 {
    /// How a peer is talked to of which nothing else is said.
    #[must_use]
    pub const fn link(&self) -> Link {
        Link {
            bitmap: self.bitmap,
            numerics: self.numerics,
            header: self.header,
            tpdu: self.tpdu,
            starts_signed_on: self.starts_signed_on,
            cvv_decline_code: self.cvv_decline_code,
            max_connections: self.max_connections_per_peer,
            max_in_flight: self.max_in_flight,
            max_per_second: self.max_per_second,
            idle_seconds: self.idle_seconds,
        }
    }
}

impl Peer {
    /// How it is talked to, where it differs from `defaults`.
    #[must_use]
    pub fn link(&self, defaults: Link) -> Link {
        Link {
            bitmap: self.bitmap.unwrap_or(defaults.bitmap),
            numerics: self.numerics.unwrap_or(defaults.numerics),
            header: self.header.unwrap_or(defaults.header),
            tpdu: self.tpdu.unwrap_or(defaults.tpdu),
            starts_signed_on: self.starts_signed_on.unwrap_or(defaults.starts_signed_on),
            cvv_decline_code: self.cvv_decline_code.unwrap_or(defaults.cvv_decline_code),
            max_connections: self.max_connections.unwrap_or(defaults.max_connections),
            max_in_flight: self.max_in_flight.unwrap_or(defaults.max_in_flight),
            max_per_second: self.max_per_second.unwrap_or(defaults.max_per_second),
            idle_seconds: self.idle_seconds.unwrap_or(defaults.idle_seconds),
        }
    }
}

impl FromStr for PeerNetwork {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network =
            network.map_err(|_| format!("\"{text}\" is no network such as 10.0.0.0/8"))?;
        if network.trunc() != network {
            let whole = network.trunc();
            return Err(format!("\"{text}\" goes beyond its prefix; the network is {whole}"));
        }
        Ok(Self(canonical(network)))
    }
}

impl<'de> Deserialize<'de> for PeerNetwork {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// An IPv4 network as such: addresses that are mapped into IPv6 (RFC 4291, section 2.5.5.2) are
/// looked up as what they stand for.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let prefix = mapped.prefix_len().checked_sub(96);
    let inner = mapped.addr().to_ipv4_mapped().zip(prefix);
    let inner = inner.and_then(|(address, prefix)| IpNet::new(address.into(), prefix).ok());
    inner.unwrap_or(network)
}

pub(super) fn optional_path<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}
