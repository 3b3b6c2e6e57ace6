//! Where log lines go and how they look.

use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter,
    filter::{FilterFn, ParseError, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::settings::{Log, LogFormat};

/// Sends log lines to standard error; standard output stays free for what a command is for.
///
/// # Errors
/// When `log.level` does not read.
pub fn start(log: &Log) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(&log.level)?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => lines.with_ansi(false).finish().with(discreet()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).finish().with(discreet()).try_init(),
    };
    if started.is_err() {
        // Somebody linked this crate and logs already; their choice stands.
        tracing::debug!("logging was set up before");
    }
    Ok(())
}

/// Keeps what clients send and are sent out of the log, whatever the level says: below a warning,
/// the library that speaks the protocol of agents tells whole messages, card numbers and all.
fn discreet() -> FilterFn {
    let is_told = |line: &Metadata<'_>| {
        *line.level() <= Level::WARN || !line.target().to_ascii_lowercase().starts_with("rmcp")
    };
    filter_fn(is_told)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn messages_of_agents_are_not_told_at_any_level() {
        for level in ["trace", "info,rmcp=trace", "info,rmcp::service=debug"] {
            let (lines, filter) = (Lines::default(), EnvFilter::new(level));
            let kept = lines.clone();
            let told = fmt().with_env_filter(filter).with_writer(move || kept.clone());
            tracing::subscriber::with_default(told.finish().with(discreet()), || {
                tracing::info!(target: "rmcp::service", "first 4111111111111111");
                tracing::debug!(target: "rmcp::service", "then 4111111111111111");
                tracing::warn!(target: "rmcp::service", "it failed");
                tracing::info!("it goes on");
            });
            let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            assert!(!lines.contains("4111"), "{level}: {lines}");
            assert!(lines.contains("it failed") && lines.contains("it goes on"), "{level}");
        }
    }
}
