//! Where log lines go and how they look.

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt};

use crate::settings::{Log, LogFormat};

/// Sends log lines to standard error; standard output stays free for what a command is for.
///
/// # Errors
/// When `log.level` does not read.
pub fn start(log: &Log) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(&log.level)?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        // Somebody linked this crate and logs already; their choice stands.
        tracing::debug!("logging was set up before");
    }
    Ok(())
}
