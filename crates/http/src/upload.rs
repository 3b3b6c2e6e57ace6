//! A file on its way from a form to where files are kept, a few pieces at a time.
//!
//! The event loop hands pieces to a thread that may block, which writes, counts and digests them.
//! When the pieces end before the file does, whatever became of the request, that thread takes
//! away what it wrote.

use std::sync::Arc;

use actix_web::web::{self, Bytes};
use cardium_api_v1::evidence_form::{FileHead, FileIn};
use cardium_app::{
    CommandError,
    blobs::{BlobError, BlobStore},
};
use cardium_disputes::Inspection;
use cardium_kernel::{BlobId, Sha256Pieces};
use tokio::sync::mpsc::{self, Receiver};

use crate::{body::too_large, form::Part};

/// Pieces that may wait for the disk before the sender is slowed down.
const WAITING: usize = 4;

/// Where a file goes: into this store, or, where none is given, past it.
pub struct Target {
    /// Where files are kept; none for a file that is only looked at.
    pub blobs: Option<Arc<dyn BlobStore>>,
    /// The file's id.
    pub blob: BlobId,
    /// The most bytes it may have.
    pub most: usize,
}

enum Piece {
    Bytes(Bytes),
    /// The file is whole.
    End,
}

/// Reads a part to its end and keeps it as a file. When this fails, nothing is kept.
///
/// # Errors
/// `body_too_large`, `unsupported_file_type`, what the form says, or `service_unavailable`.
pub async fn keep(part: &mut Part, target: Target, head: FileHead) -> Result<FileIn, CommandError> {
    let (sender, pieces) = mpsc::channel(WAITING);
    // Begins at once, beside the reading.
    let written = web::block(move || write(&target, head, pieces));
    let mut read = Ok(());
    loop {
        let piece = match part.piece().await {
            Ok(Some(bytes)) => Piece::Bytes(bytes),
            Ok(None) => Piece::End,
            Err(problem) => {
                read = Err(problem);
                break;
            }
        };
        let is_end = matches!(piece, Piece::End);
        // A writer that is gone has its reason, which comes next.
        if sender.send(piece).await.is_err() || is_end {
            break;
        }
    }
    drop(sender);
    let lost = |_| CommandError::Internal("a file's writer was lost".to_owned());
    let written = written.await.map_err(lost)?;
    read?;
    written
}

fn write(target: &Target, head: FileHead, pieces: Receiver<Piece>) -> Result<FileIn, CommandError> {
    let blobs = target.blobs.as_deref();
    let written = write_all((blobs, target), head, pieces);
    if let (Err(_), Some(blobs)) = (&written, blobs)
        && let Err(error) = blobs.delete(&[target.blob])
    {
        tracing::warn!(%error, "a file that belongs to nothing stays until it is swept up");
    }
    written
}

fn write_all(
    (blobs, target): (Option<&dyn BlobStore>, &Target),
    head: FileHead,
    mut pieces: Receiver<Piece>,
) -> Result<FileIn, CommandError> {
    let mut writer = blobs.map(|blobs| logged(blobs.begin(target.blob))).transpose()?;
    let (mut inspection, mut digest) = (Inspection::new(head.file_type), Sha256Pieces::default());
    let mut size = 0_usize;
    while let Some(piece) = pieces.blocking_recv() {
        let Piece::Bytes(bytes) = piece else {
            if !inspection.finish() {
                return Err(head.refuse().into());
            }
            writer.map(|writer| logged(writer.finish())).transpose()?;
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            return Ok(FileIn { head, blob: target.blob, size, sha256: digest.finish() });
        };
        size = size.saturating_add(bytes.len());
        if size > target.most {
            return Err(too_large(target.most).into());
        }
        if !inspection.take(&bytes) {
            return Err(head.refuse().into());
        }
        digest.update(&bytes);
        writer.as_mut().map(|writer| logged(writer.write(&bytes))).transpose()?;
    }
    Err(CommandError::Internal("the file broke off".to_owned()))
}

fn logged<T>(done: Result<T, BlobError>) -> Result<T, BlobError> {
    done.inspect_err(|error| tracing::error!(%error, "a file is lost"))
}
