//! Why a run ended early.

use std::io;

use cardium_app::CommandError;
use cardium_server::{beside::BesideError, serve::StartError, settings::SettingsError};

/// Why a run ended early. None of it is worth a retry: a benchmark with failures measures nothing.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A variable that `tests/run` exports is missing.
    #[error("{0} is not set: run the benchmarks with `just bench`, which starts PostgreSQL")]
    Environment(&'static str),
    /// No cell is called so.
    #[error("no cell's name contains {0:?}")]
    NoCell(String),
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {detail}")]
    Program {
        /// Which one.
        program: &'static str,
        /// What it said.
        detail: String,
    },
    /// A socket or file failed.
    #[error("input or output failed")]
    Io(#[from] io::Error),
    /// The server under test has unusable settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The server under test did not start.
    #[error("the server did not start")]
    Start(#[from] StartError),
    /// A database could not be checked.
    #[error("a database could not be checked")]
    Verify(#[from] BesideError),
    /// A command failed.
    #[error("a command failed")]
    Command(#[from] CommandError),
    /// A request was not answered as it should be.
    #[error("{request} was answered with {answer}")]
    Answer {
        /// The request's first line.
        request: String,
        /// Status and body, or what is wrong with them.
        answer: String,
    },
    /// A caller panicked.
    #[error("a caller was lost")]
    Lost(#[from] tokio::task::JoinError),
    /// What the run left behind breaks an invariant.
    #[error("{0} findings in the databases after the run")]
    Unsound(usize),
}
