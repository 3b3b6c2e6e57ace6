//! Settings: the built-in defaults, then a file, then the environment, then flags.
//!
//! Every key exists in `config/default.toml`, with its documentation; there are no defaults in
//! code, and a key that nobody knows is an error.

mod check;
mod decision_hook;
mod iso8583;
mod links;
mod oauth;
mod policy;
mod rate_limits;
mod sections;
mod server;

use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Environment as Variables, File, FileFormat};

pub use decision_hook::{DecisionHook, StandInRule};
pub use iso8583::{Bitmap, CvvCode, Header, Iso8583, Link, Numerics, Peer, PeerNetwork};
pub use oauth::OAuth;
pub use rate_limits::RateLimits;
pub use sections::{
    Auth, CardNetwork, Chains, Database, Dollars, Environment, Fees, Limits, Log, LogFormat, Rails,
    Screening, Server, Settings, TestHelpers, Webhooks, WithdrawalFees,
};

const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A source does not read, or has a key or value that does not exist.
    #[error("the settings do not read")]
    Source(#[from] ConfigError),
    /// A value that cannot work.
    #[error("the setting {key} {problem}")]
    Value {
        /// The key, with its section.
        key: &'static str,
        /// What it would have to be.
        problem: &'static str,
    },
    /// A value of one peer of the card network that cannot work.
    #[error("the setting iso8583.peers[{index}].{key} {problem}")]
    Peer {
        /// Which peer, counted from 0.
        index: usize,
        /// The key.
        key: &'static str,
        /// What it would have to be.
        problem: &'static str,
    },
}

/// What the command line says; it wins over every other source.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// A settings file.
    pub file: Option<PathBuf>,
    /// `server.bind`.
    pub bind: Option<String>,
    /// `iso8583.bind`.
    pub iso8583_bind: Option<String>,
    /// `server.data_dir`.
    pub data_dir: Option<PathBuf>,
    /// `database.url`.
    pub database_url: Option<String>,
}

/// Reads all sources.
///
/// # Errors
/// [`SettingsError`], with the name of the key at fault.
pub fn load(overrides: &Overrides) -> Result<Settings, SettingsError> {
    // One underscore less would take the key variables (CARDIUM_KEY_..) for settings.
    let variables = Variables::with_prefix("CARDIUM").prefix_separator("__").separator("__");
    read(overrides, variables)
}

fn read(overrides: &Overrides, variables: Variables) -> Result<Settings, SettingsError> {
    let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(file) = &overrides.file {
        builder = builder.add_source(File::from(file.as_path()).format(FileFormat::Toml));
    }
    let data_dir = overrides.data_dir.as_deref().map(Path::to_string_lossy);
    let settings: Settings = builder
        .add_source(variables)
        .set_override_option("server.bind", overrides.bind.clone())?
        .set_override_option("iso8583.bind", overrides.iso8583_bind.clone())?
        .set_override_option("server.data_dir", data_dir.map(String::from))?
        .set_override_option("database.url", overrides.database_url.clone())?
        .build()?
        .try_deserialize()?;
    settings.check()?;
    Ok(settings)
}

#[cfg(test)]
mod peers_tests;
#[cfg(test)]
mod tests;
