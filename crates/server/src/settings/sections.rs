//! The sections, named and documented as in `config/default.toml`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use cardium_kernel::{Currency, Money};
use cardium_vault::SecretText;
use serde::{Deserialize, Deserializer, de::Error};

use super::SettingsError;

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
    /// Sending events.
    pub webhooks: Webhooks,
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
    /// Where files lie.
    pub data_dir: PathBuf,
    /// HTTP worker threads; 0 is one for each processor.
    pub workers: usize,
    /// How long `/readyz` fails before the port closes.
    pub drain_seconds: u64,
    /// How long requests in flight may take at shutdown.
    pub shutdown_seconds: u64,
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

/// The card network's listener.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iso8583 {
    /// Whether it runs.
    pub enabled: bool,
    /// Its address.
    pub bind: SocketAddr,
    /// Whether connections need no sign-on.
    pub starts_signed_on: bool,
    /// Connections at once.
    pub max_connections: usize,
    /// Requests of one connection at once.
    pub max_in_flight: usize,
    /// How long a request may wait for a writer.
    pub patience_ms: u64,
    /// Seconds of silence before a connection is closed.
    pub idle_seconds: u64,
}

/// Fees.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// The rail fee of a card load.
    pub load_basis_points: u32,
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
    /// API keys of an account.
    pub api_keys: u32,
    /// Webhook endpoints of an account.
    pub webhooks: u32,
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
    /// Whether receivers on this machine are allowed.
    pub allow_loopback: bool,
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

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretText, D::Error> {
    String::deserialize(deserializer).map(SecretText::from)
}

/// Deliveries leased together; all of them must start at once, so that none outlives its lease.
const LEASED_TOGETHER: u32 = 256;
/// An attempt and the writing of its result must fit the lease of 30 s.
const WEBHOOK_TIMEOUT_MAX: u64 = 15;
/// Argon2id needs this much in KiB (RFC 9106, section 3.1: eight for each lane, of which one).
const ARGON2_MEMORY_MIN: u32 = 8;

impl Settings {
    /// Refuses values that no type can refuse.
    ///
    /// # Errors
    /// [`SettingsError::Value`] with the first key at fault.
    pub fn check(&self) -> Result<(), SettingsError> {
        let (limits, webhooks, auth) = (&self.limits, &self.webhooks, &self.auth);
        let positive = |amount: Dollars| amount.0.is_positive();
        let most = |amount: Dollars| amount.0.minor();
        let rules = [
            (
                self.database.pool_size > 0,
                "database.pool_size",
                "must be at least 1",
            ),
            (
                self.database.writers > 0,
                "database.writers",
                "must be at least 1",
            ),
            (
                self.iso8583.max_connections > 0,
                "iso8583.max_connections",
                "must be at least 1",
            ),
            (
                self.iso8583.max_in_flight > 0,
                "iso8583.max_in_flight",
                "must be at least 1",
            ),
            (
                self.iso8583.idle_seconds > 0,
                "iso8583.idle_seconds",
                "must be at least 1",
            ),
            (
                positive(limits.topup_minimum),
                "limits.topup_minimum",
                "must be above zero",
            ),
            (
                most(limits.topup_maximum) >= most(limits.topup_minimum),
                "limits.topup_maximum",
                "must not be below limits.topup_minimum",
            ),
            (
                positive(limits.load_maximum),
                "limits.load_maximum",
                "must be above zero",
            ),
            (
                webhooks.concurrency >= LEASED_TOGETHER,
                "webhooks.concurrency",
                "must be at least 256",
            ),
            (
                (1..=WEBHOOK_TIMEOUT_MAX).contains(&webhooks.timeout_seconds),
                "webhooks.timeout_seconds",
                "must be 1 to 15",
            ),
            (
                auth.argon2_memory_kib >= ARGON2_MEMORY_MIN,
                "auth.argon2_memory_kib",
                "must be at least 8",
            ),
            (
                auth.argon2_iterations > 0,
                "auth.argon2_iterations",
                "must be at least 1",
            ),
            (
                auth.concurrency > 0,
                "auth.concurrency",
                "must be at least 1",
            ),
        ];
        let broken = rules.into_iter().find(|(holds, _, _)| !holds);
        broken.map_or(Ok(()), |(_, key, problem)| {
            Err(SettingsError::Value { key, problem })
        })
    }
}
