//! Commands that work on the database beside the servers, with the keys that these have.

use std::io;

use cardium_app::access_tokens::FreshKeyError;
use cardium_store::OpenError;

use crate::keys::KeyError;

/// Why such a command did nothing, or could not say what it did.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    /// The vault's keys are not there to be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// No key can be made.
    #[error(transparent)]
    Fresh(#[from] FreshKeyError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// What was found or done cannot be printed.
    #[error("what was found or done cannot be printed")]
    Print(#[from] io::Error),
}
