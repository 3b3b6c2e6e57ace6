//! The sections, named and documented as in `config/default.toml`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use cardium_kernel::{Currency, Money};
use cardium_vault::SecretText;
use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

use super::{
    DecisionHook, Iso8583, OAuth, PeerNetwork, RateLimits,
    iso8583::optional_path,
    server::{networks, public_url},
};

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Development or production.
    pub environment: Environment,
    /// The HTTP listener and the process.
    pub server: Server,
    /// Where everything is kept.
    pub database: Database,
    /// The card network's listener.
    pub iso8583: Iso8583,
    /// Fees.
    pub fees: Fees,
    /// Caps.
    pub limits: Limits,
    /// How often anybody may ask.
    pub rate_limits: RateLimits,
    /// Whom nobody pays.
    pub screening: Screening,
    /// OAuth clients.
    pub oauth: OAuth,
    /// Sending events.
    pub webhooks: Webhooks,
    /// The operator's say in decisions.
    pub decision_hook: DecisionHook,
    /// Chains and card network.
    pub rails: Rails,
    /// Passwords.
    pub auth: Auth,
    /// Simulation by request.
    pub test_helpers: TestHelpers,
    /// What is logged, and how.
    pub log: Log,
}

/// How strict the process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A developer's machine.
    Development,
    /// Real money: whatever is only safe in development is refused.
    Production,
}

/// The HTTP listener and the process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address of the HTTP listener.
    pub bind: SocketAddr,
    /// The URL that clients reach this service at.
    #[serde(deserialize_with = "public_url")]
    pub public_url: Option<Url>,
    /// Where files lie.
    pub data_dir: PathBuf,
    /// HTTP worker threads; 0 is one for each processor.
    pub workers: usize,
    /// How long a command may wait for a writer.
    pub patience_ms: u64,
    /// How long `/readyz` fails before the port closes.
    pub drain_seconds: u64,
    /// How long requests in flight may take at shutdown.
    pub shutdown_seconds: u64,
    /// How long the head of a request may take to arrive.
    pub head_seconds: u64,
    /// How long its body may take.
    pub body_seconds: u64,
    /// How long a connection stays open between two requests.
    pub keep_alive_seconds: u64,
    /// PEM file of the certificate chain; with it the listener takes TLS only.
    #[serde(deserialize_with = "optional_path")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file of its private key.
    #[serde(deserialize_with = "optional_path")]
    pub tls_key: Option<PathBuf>,
    /// Whose word on a request's address and transport is taken.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<PeerNetwork>,
}

impl Server {
    /// How long `/readyz` fails before the port closes.
    #[must_use]
    pub const fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }

    /// How long requests in flight may take at shutdown.
    #[must_use]
    pub const fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }
}

/// Where everything is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// A PostgreSQL URL or an SQLite path; it may hold a password.
    #[serde(deserialize_with = "secret")]
    pub url: SecretText,
    /// Whether serving migrates first.
    pub migrate_on_start: bool,
    /// Connections for reads.
    pub pool_size: u32,
    /// Writer threads.
    pub writers: u32,
    /// Commands of the card network that may wait.
    pub queue_network: usize,
    /// Commands of API clients that may wait.
    pub queue_api: usize,
    /// Commands of workers that may wait.
    pub queue_background: usize,
}

/// Fees.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// The rail fee of a card load.
    pub load_basis_points: u32,
    /// The fee of spending in another currency than the card's.
    pub conversion_basis_points: u32,
    /// The fee of a withdrawal.
    pub withdrawal_usd: WithdrawalFees,
}

/// The fee of a withdrawal on each chain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalFees {
    /// On Tron.
    pub tron: Dollars,
    /// On Ethereum.
    pub ethereum: Dollars,
    /// On BNB Smart Chain.
    pub bsc: Dollars,
}

/// Caps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The least top-up.
    pub topup_minimum: Dollars,
    /// The least live top-up.
    pub topup_live_from: Dollars,
    /// The greatest top-up.
    pub topup_maximum: Dollars,
    /// The greatest card load.
    pub load_maximum: Dollars,
    /// The least withdrawal.
    pub withdrawal_minimum: Dollars,
    /// How long the first withdrawal to an address waits.
    pub withdrawal_cooling_seconds: u64,
    /// API keys of an account.
    pub api_keys: u32,
    /// Cards of an account.
    pub cards: u32,
    /// Webhook endpoints of an account.
    pub webhooks: u32,
    /// Open tickets of an account.
    pub open_tickets: u32,
}

/// Whom nobody pays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// The operator's own list.
    pub blocked_addresses: Vec<String>,
}

impl Screening {
    /// The operator's own list.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.blocked_addresses.iter().map(String::as_str)
    }
}

/// Sending events.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether this process sends any.
    pub enabled: bool,
    /// Deliveries on the way at once.
    pub concurrency: u32,
    /// Seconds for one attempt.
    pub timeout_seconds: u64,
    /// Hours for which an endpoint may fail before its owner is warned.
    pub warn_after_hours: u32,
    /// Hours for which an endpoint may fail before it is disabled.
    pub disable_after_hours: u32,
    /// Whether receivers on this machine are allowed in development.
    pub allow_loopback: bool,
    /// Days that events are kept.
    pub retention_days: u32,
}

impl Webhooks {
    /// How long events are kept.
    #[must_use]
    pub fn retention(&self) -> Duration {
        Duration::from_secs(u64::from(self.retention_days) * 86_400)
    }
}

/// Chains and card network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rails {
    /// How coins arrive.
    pub chains: Chains,
    /// Where card payments come from.
    pub card_network: CardNetwork,
}

/// How coins arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chains {
    /// On a chain of our own.
    Simulated,
}

/// Where card payments come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardNetwork {
    /// From test helpers, beside the listener.
    Simulated,
}

/// Passwords.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Memory of one hash, in KiB.
    pub argon2_memory_kib: u32,
    /// Passes over it.
    pub argon2_iterations: u32,
    /// Hashes at once.
    pub concurrency: usize,
    /// Sign-ins that may wait.
    pub waiting: usize,
}

/// Simulation by request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestHelpers {
    /// Whether they exist.
    pub enabled: bool,
}

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or machines.
    pub format: LogFormat,
    /// Which levels, by part.
    pub level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// An amount in US dollars, written with two decimals at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dollars(pub Money);

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let money = Money::parse_major(&text, Currency::Usd);
        money.map(Self).map_err(D::Error::custom)
    }
}

pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretText, D::Error> {
    String::deserialize(deserializer).map(SecretText::from)
}
