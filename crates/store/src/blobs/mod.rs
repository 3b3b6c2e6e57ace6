//! Files beside the database's rows: a folder next to an SQLite file, chunk rows on PostgreSQL.
//!
//! Invariant: no two databases share files, since each sweeps up what its own rows do not name.

mod chunks;
mod folder;

use std::{path::Path, sync::Arc};

use cardium_app::blobs::{BlobError, BlobStore};

use crate::db::is_postgres;

/// Opens the files that belong to a database; those of an SQLite file lie in a folder with its
/// name and `.blobs`.
///
/// # Errors
/// When the folder cannot be made.
pub fn open_blobs(url: &str) -> Result<Arc<dyn BlobStore>, BlobError> {
    if is_postgres(url) {
        return Ok(Arc::new(chunks::ChunkBlobs::new(url)));
    }
    Ok(Arc::new(folder::FolderBlobs::open(Path::new(&format!("{url}.blobs")))?))
}
