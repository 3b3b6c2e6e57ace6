//! Files that are kept beside the database's rows.
//!
//! A file is put before the command that attaches it, and the command carries only its id, size
//! and digest: no transaction ever waits for a file. A file whose command failed belongs to
//! nothing and is swept up a day later. Its bytes are never interpreted.

use std::time::Duration;

use cardium_kernel::{BlobId, ErrorCode, IdSource, Problem, Timestamp};

use crate::{CommandError, reads::Reads};

/// How long a file may wait for its command. Commands wait for seconds; a day leaves room for
/// every clock and for a look at what went wrong.
pub const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3_600);

/// The most files one slice of the sweep looks at.
pub const SWEEP_SLICE: usize = 200;

/// Why a file cannot be kept or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("files: {0}")]
pub struct BlobError(pub String);

impl From<BlobError> for CommandError {
    fn from(_: BlobError) -> Self {
        let message = "Files cannot be taken now. Try again shortly.";
        Problem::new(ErrorCode::ServiceUnavailable, message).into()
    }
}

/// The bytes of a piece of a file: small enough for any statement and buffer, large enough for
/// few of them.
pub const PIECE: usize = 256 * 1_024;

/// A file that is being written. One that is dropped unfinished belongs to nothing: it goes when
/// it is deleted, or is swept up.
pub trait BlobWriter {
    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When they cannot be written, or the id is taken.
    fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError>;

    /// Ends the file; when it returns, the file survives a crash.
    ///
    /// # Errors
    /// As [`Self::write`].
    fn finish(self: Box<Self>) -> Result<(), BlobError>;
}

/// Where files are kept. Calls block. No file is ever held in memory as a whole.
pub trait BlobStore: Send + Sync {
    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be written, or the id is taken.
    fn begin(&self, id: BlobId) -> Result<Box<dyn BlobWriter + '_>, BlobError>;

    /// The piece of a file at this place, from zero: [`PIECE`] bytes, fewer at the end, none
    /// beyond it.
    ///
    /// # Errors
    /// When it cannot be read.
    fn piece(&self, id: BlobId, place: u32) -> Result<Option<Vec<u8>>, BlobError>;

    /// Removes files; those that are gone already are no error.
    ///
    /// # Errors
    /// When one cannot be removed.
    fn delete(&self, ids: &[BlobId]) -> Result<(), BlobError>;

    /// Up to `limit` files with ids after `after` and below `before`, in order.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn list(&self, range: (Option<BlobId>, BlobId), limit: usize)
    -> Result<Vec<BlobId>, BlobError>;
}

impl dyn BlobStore + '_ {
    /// Keeps a file that is in memory already; when it returns, the file survives a crash.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn put(&self, id: BlobId, bytes: &[u8]) -> Result<(), BlobError> {
        let mut writer = self.begin(id)?;
        writer.write(bytes)?;
        writer.finish()
    }
}

/// What a slice of the sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Where the next slice begins.
    pub last: Option<BlobId>,
    /// How many files it looked at.
    pub seen: usize,
    /// How many of them belonged to nothing.
    pub removed: usize,
}

/// Removes files older than [`ORPHAN_AGE`] that belong to nothing, from `after` on, a slice at a
/// time. A file this old is attached or never will be, so a read decides. One that cannot be
/// removed ends the slice, and the next begins with it.
///
/// # Errors
/// When files or database cannot be reached.
pub fn sweep(
    blobs: &dyn BlobStore,
    reads: &dyn Reads,
    after: Option<BlobId>,
    now: Timestamp,
) -> Result<Swept, CommandError> {
    let before = BlobId::new(IdSource::floor(now.before(ORPHAN_AGE)));
    let ids = blobs.list((after, before), SWEEP_SLICE)?;
    let attached = reads.attached_blobs(&ids)?;
    let mut swept = Swept { last: after, seen: ids.len(), removed: 0 };
    for id in ids {
        if !attached.contains(&id) {
            match blobs.delete(&[id]) {
                Ok(()) => swept.removed = swept.removed.saturating_add(1),
                // What is gone is gone: the next slice begins with this one.
                Err(_) if swept.removed > 0 => return Ok(swept),
                Err(error) => return Err(error.into()),
            }
        }
        swept.last = Some(id);
    }
    Ok(swept)
}
