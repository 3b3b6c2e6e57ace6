//! The HTTP listener's transport: patience, TLS, proxies.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};
use url::{Host, Url};

use super::{PeerNetwork, Server, SettingsError};

/// Whoever takes longer holds a connection for nothing.
const PATIENCE_MAX: u64 = 3_600;

impl Server {
    /// How long the head of a request may take to arrive.
    #[must_use]
    pub const fn head(&self) -> Duration {
        Duration::from_secs(self.head_seconds)
    }

    /// How long a body may take to arrive.
    #[must_use]
    pub const fn body(&self) -> Duration {
        Duration::from_secs(self.body_seconds)
    }

    /// How long a connection stays open between two requests.
    #[must_use]
    pub const fn keep_alive(&self) -> Duration {
        Duration::from_secs(self.keep_alive_seconds)
    }

    /// Whether a request can come over TLS: to this process, or to a proxy before it.
    #[must_use]
    pub fn has_https(&self) -> bool {
        self.tls_certificate.is_some() || !self.trusted_proxies.is_empty()
    }

    /// Whether clients are told a URL that they reach over TLS.
    #[must_use]
    pub fn has_public_url(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let patient = |seconds: u64| (1..=PATIENCE_MAX).contains(&seconds);
        let range = "must be 1 to 3600";
        let (certificate, key) = (self.tls_certificate.is_some(), self.tls_key.is_some());
        let rules = [
            (patient(self.head_seconds), "server.head_seconds", range),
            (patient(self.body_seconds), "server.body_seconds", range),
            (patient(self.keep_alive_seconds), "server.keep_alive_seconds", range),
            (certificate || !key, "server.tls_certificate", "is missing beside server.tls_key"),
            (key || !certificate, "server.tls_key", "is missing beside server.tls_certificate"),
        ];
        let broken = rules.into_iter().find(|(holds, _, _)| !holds);
        broken.map_or(Ok(()), |(_, key, problem)| Err(SettingsError::Value { key, problem }))
    }
}

/// Scheme and host, perhaps a port; empty where it is not known. Plain HTTP is for this machine.
pub(super) fn public_url<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&text).map_err(D::Error::custom)?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_plain = url.username().is_empty() && url.password().is_none() && is_bare;
    let is_sound = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    if is_plain && is_sound && url.has_host() {
        return Ok(Some(url));
    }
    let rule = "must be https:// and a host, such as https://cards.example.com, without a path";
    Err(D::Error::custom(rule))
}

/// A list in a file; in the environment a text, with commas between.
#[derive(Deserialize)]
#[serde(untagged)]
enum Networks {
    Text(String),
    List(Vec<String>),
}

pub(super) fn networks<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<PeerNetwork>, D::Error> {
    let texts = match Networks::deserialize(deserializer)? {
        Networks::List(texts) => texts,
        Networks::Text(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
    };
    let named = texts.iter().filter(|text| !text.is_empty());
    named.map(|text| text.parse().map_err(D::Error::custom)).collect()
}
