use std::{sync::Arc, time::Duration};

use cardium_app::{
    CommandError,
    oauth::PurgeOAuth,
    quotas::PurgeQuotas,
    upkeep::{PurgeIdempotency, RecordUses, SLICE},
};
use cardium_kernel::{CredentialId, Timestamp};

use super::{Backend, Found, Round};

/// Where the last uses of credentials gather.
pub trait UseSource: Send + Sync {
    /// Takes out up to `most` of what has gathered.
    fn drain(&self, most: usize) -> Vec<(CredentialId, Timestamp)>;
}

/// Writes down when credentials were last used.
pub struct FlushUses {
    backend: Backend,
    source: Arc<dyn UseSource>,
    /// Taken out, and not written yet.
    left: Vec<(CredentialId, Timestamp)>,
}

impl FlushUses {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend, source: Arc<dyn UseSource>) -> Self {
        Self { backend, source, left: Vec::new() }
    }
}

impl Round for FlushUses {
    const NAME: &'static str = "credential uses";
    /// Sessions idle out after hours and keys show their last use by the second.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let slice = usize::try_from(SLICE).unwrap_or(usize::MAX);
        loop {
            if self.left.is_empty() {
                self.left = self.source.drain(slice);
            }
            if self.left.is_empty() {
                return Ok(Found::Nothing);
            }
            let uses = self.left.clone();
            self.backend.perform(RecordUses { uses }).await?;
            self.left.clear();
        }
    }

    async fn finish(&mut self) {
        if let Err(error) = self.run().await {
            tracing::warn!(%error, "the last uses of credentials were not written down");
        }
    }
}

/// Forgets idempotency keys whose time is over.
pub struct PurgeKeys {
    backend: Backend,
}

impl PurgeKeys {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for PurgeKeys {
    const NAME: &'static str = "idempotency purge";
    /// Keys live for a day; a minute more is nothing to their owners.
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let purged = self.backend.perform(PurgeIdempotency).await?;
        Ok(Found::work_if(purged >= SLICE))
    }
}

/// Forgets counters of requests whose window is over.
pub struct PurgeCounters {
    backend: Backend,
}

impl PurgeCounters {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for PurgeCounters {
    const NAME: &'static str = "rate limit purge";
    /// A caller leaves a handful of small rows behind, which the next minute takes up again.
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let purged = self.backend.perform(PurgeQuotas).await?;
        Ok(Found::work_if(purged >= SLICE))
    }
}

/// Forgets OAuth clients that nobody uses, and requests, codes and refresh tokens that are over.
pub struct PurgeClients {
    backend: Backend,
}

impl PurgeClients {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for PurgeClients {
    const NAME: &'static str = "oauth purge";
    /// What is over is refused anyway; this keeps the tables small.
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let purged = self.backend.perform(PurgeOAuth).await?;
        Ok(Found::work_if(purged >= SLICE))
    }
}
