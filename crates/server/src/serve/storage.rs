//! The database with its keys.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use cardium_app::{
    Entropy,
    blobs::{BlobError, BlobStore},
    event::EventRenderer,
};
use cardium_store::{CLOSURE_BUDGET, OpenError, Prepared, QueueLimits, Store, StoreSettings};
use cardium_vault::{Keys, SecretText};

use super::core;
use crate::{
    keys::{self, KeyError},
    settings::Settings,
};

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The data directory cannot be made.
    #[error("data directory {path}")]
    Directory {
        /// Which directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder for files cannot be made.
    #[error("the folder for files")]
    Files(#[from] BlobError),
    /// The database refuses, or is refused.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// There are no keys to use it with.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

/// The database's URL, or the path of its SQLite file.
#[must_use]
pub fn url(settings: &Settings) -> SecretText {
    let given = &settings.database.url;
    if !given.expose().is_empty() {
        return given.clone();
    }
    let path = settings.server.data_dir.join("cardium.db");
    SecretText::new(path.to_string_lossy().into_owned())
}

/// Makes the data directory if there is none, for its owner only.
///
/// # Errors
/// [`StorageError::Directory`].
pub fn make_directory(data_dir: &Path) -> Result<(), StorageError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    made.map_err(|source| StorageError::Directory { path: data_dir.to_owned(), source })
}

/// Opens the files that belong to the database.
///
/// # Errors
/// [`StorageError::Files`].
pub fn open_blobs(settings: &Settings) -> Result<Arc<dyn BlobStore>, StorageError> {
    Ok(cardium_store::open_blobs(url(settings).expose())?)
}

/// Opens the database with its keys, which are made if it has never had any.
///
/// # Errors
/// [`StorageError`].
pub fn open(
    settings: &Settings,
    entropy: &dyn Entropy,
    renderer: Arc<dyn EventRenderer>,
) -> Result<(Store, Keys), StorageError> {
    let data_dir = &settings.server.data_dir;
    make_directory(data_dir)?;
    let url = url(settings);
    let database = &settings.database;
    let prepared = Prepared::new(url.expose(), database.migrate_on_start)?;
    let keys = keys::load(data_dir, !prepared.has_keys(), entropy)?;
    let store = prepared.open(&store_settings(settings, &keys, renderer))?;
    Ok((store, keys))
}

/// Opens a database that other processes may be serving, for a command of the operator's.
///
/// # Errors
/// [`StorageError`].
pub fn open_beside(
    settings: &Settings,
    entropy: &dyn Entropy,
) -> Result<(Store, Keys), StorageError> {
    let renderer = Arc::new(core::renderer());
    let keys = keys::load(&settings.server.data_dir, false, entropy)?;
    let alone =
        StoreSettings { pool_size: 1, writers: 1, ..store_settings(settings, &keys, renderer) };
    Ok((Store::open_beside(&alone)?, keys))
}

fn store_settings(
    settings: &Settings,
    keys: &Keys,
    renderer: Arc<dyn EventRenderer>,
) -> StoreSettings {
    let database = &settings.database;
    StoreSettings {
        url: url(settings).expose().to_owned(),
        pool_size: database.pool_size,
        writers: database.writers,
        queue: QueueLimits {
            network: database.queue_network,
            api: database.queue_api,
            background: database.queue_background,
        },
        migrate: database.migrate_on_start,
        key_checks: keys.check_values(),
        audit_key: keys.audit().clone(),
        renderer,
        closure_budget: CLOSURE_BUDGET,
        probe: None,
        on_fatal: Arc::new(end),
    }
}

/// Ends the process: the state of the write path is unknown, and a fresh start recovers it.
fn end(detail: &str) {
    tracing::error!(detail, "the write path is broken; ending the process");
    std::process::exit(1);
}
