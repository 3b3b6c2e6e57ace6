use std::{sync::Arc, time::Duration};

use cardium_app::{
    CommandError,
    blobs::{BlobStore, SWEEP_SLICE, sweep},
};
use cardium_kernel::BlobId;

use super::{Backend, Found, Round, internal};

/// Removes files that belong to nothing, a slice at a time. Each file is looked at once while the
/// process runs: one that is attached stays so.
pub struct SweepBlobs {
    backend: Backend,
    blobs: Arc<dyn BlobStore>,
    /// The last file that was looked at.
    last: Option<BlobId>,
}

impl SweepBlobs {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend, blobs: Arc<dyn BlobStore>) -> Self {
        Self { backend, blobs, last: None }
    }
}

impl Round for SweepBlobs {
    const NAME: &'static str = "file sweep";
    /// Orphans are rare and a day old: an hour more is nothing.
    const PERIOD: Duration = Duration::from_secs(3_600);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let (blobs, reads) = (Arc::clone(&self.blobs), Arc::clone(&self.backend.reads));
        let (last, now) = (self.last, self.backend.edge.clock.now());
        let work = move || sweep(blobs.as_ref(), reads.as_ref(), last, now);
        let swept = tokio::task::spawn_blocking(work).await;
        let swept = swept.map_err(|error| internal(&error))??;
        self.last = swept.last;
        Ok(Found::work_if(swept.seen >= SWEEP_SLICE))
    }
}
