use std::{sync::Arc, time::Duration};

use cardium_app::{
    CommandError,
    reads::Dispatch,
    webhooks::{AttemptResult, LeaseDeliveries, SET},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinHandle,
};

use super::{POLL, Sender, SenderError, record::record};
use crate::{
    causes::with_causes,
    workers::{Backend, Found, Round},
};

/// The greatest jitter of a retry: 1,000 lengthens its delay by a tenth.
const JITTER_MAX: u16 = 1_000;

/// Leases deliveries that are due and sends them.
pub struct DeliverEvents {
    backend: Backend,
    sender: Sender,
    /// One for each delivery on the way.
    room: Arc<Semaphore>,
    capacity: u32,
    results: Option<mpsc::Sender<AttemptResult>>,
    recorder: Option<JoinHandle<()>>,
}

impl DeliverEvents {
    /// A worker that has at most `concurrency` deliveries on the way. It leases a set only when
    /// there is room for all of it, so that each starts at once and ends within its lease.
    #[must_use]
    pub fn new(backend: Backend, sender: Sender, concurrency: u32) -> Self {
        let capacity = concurrency.max(set());
        let slots = usize::try_from(capacity).unwrap_or(Semaphore::MAX_PERMITS);
        let (results, incoming) = mpsc::channel(slots);
        Self {
            recorder: Some(tokio::spawn(record(backend.clone(), incoming))),
            backend,
            sender,
            room: Arc::new(Semaphore::new(slots)),
            capacity,
            results: Some(results),
        }
    }

    async fn lease(&self) -> Result<Vec<Dispatch>, CommandError> {
        let leased = self.backend.perform(LeaseDeliveries).await?;
        if leased.is_empty() {
            return Ok(Vec::new());
        }
        self.backend.read(move |reads| reads.dispatches(&leased)).await
    }

    fn start(&self, dispatch: Dispatch, room: OwnedSemaphorePermit) {
        let (backend, sender) = (self.backend.clone(), self.sender.clone());
        let results = self.results.clone();
        tokio::spawn(async move {
            let result = attempt(&backend, &sender, dispatch).await;
            if let Some(results) = results {
                // The recorder outlives every sender, so it cannot be gone.
                let _sent = results.send(result).await;
            }
            drop(room);
        });
    }
}

impl Round for DeliverEvents {
    const NAME: &'static str = "webhook delivery";
    const PERIOD: Duration = POLL;

    async fn run(&mut self) -> Result<Found, CommandError> {
        let room = Arc::clone(&self.room).acquire_many_owned(set()).await;
        let Ok(mut room) = room else {
            return Ok(Found::Nothing);
        };
        let leased = self.lease().await?;
        let found = Found::work_if(!leased.is_empty());
        for dispatch in leased {
            if let Some(permit) = room.split(1) {
                self.start(dispatch, permit);
            }
        }
        Ok(found)
    }

    /// Waits for the deliveries on the way, which their time-out bounds, and for their results.
    async fn finish(&mut self) {
        let _idle = self.room.acquire_many(self.capacity).await;
        self.results = None;
        if let Some(recorder) = self.recorder.take()
            && let Err(error) = recorder.await
        {
            tracing::error!(%error, "results of webhooks may be lost");
        }
    }
}

/// How many deliveries are leased together.
fn set() -> u32 {
    u32::try_from(SET).unwrap_or(1)
}

async fn attempt(backend: &Backend, sender: &Sender, dispatch: Dispatch) -> AttemptResult {
    let now = backend.edge.clock.now();
    let status = match sender.send(&dispatch, now).await {
        Ok(answered) => answered.status,
        Err(error) => {
            log_failure(&dispatch, &error);
            0
        }
    };
    let draw = u16::from_be_bytes(backend.edge.random());
    AttemptResult { delivery: dispatch.delivery, status, jitter: draw % (JITTER_MAX + 1) }
}

fn log_failure(dispatch: &Dispatch, error: &SenderError) {
    tracing::info!(
        delivery.id = %dispatch.delivery.id,
        endpoint.id = %dispatch.endpoint.id,
        error = with_causes(error),
        "a webhook got no answer"
    );
}
