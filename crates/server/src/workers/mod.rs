//! What runs beside the requests: each worker is one task that repeats a round of work.
//!
//! Invariants: a round that found work is followed by the next at once, one that found none by a
//! pause, a failed one by a pause that grows; so there is never a tight loop. A failure or panic
//! ends the round, not the worker. Stopping lets the round finish.

mod announcements;
mod blobs;
mod chains;
mod clients;
mod events;
mod expiry;
mod oauth_keys;
mod pending;
mod retention;
mod stops;
mod upkeep;
mod webhooks;
mod withdrawals;

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use cardium_app::{
    Actor, CommandError, Database, Edge, Lane, UseCase, perform,
    reads::{ReadResult, Reads},
};
use cardium_vault::Keys;
use tokio::{sync::watch, task::JoinSet};

pub use announcements::SpreadAnnouncements;
pub use blobs::SweepBlobs;
pub use chains::WatchChain;
pub use clients::EndClients;
pub use events::WakeReaders;
pub use expiry::{ExpireHolds, ExpireTopups};
pub use oauth_keys::RotateOauthKeys;
pub use pending::{FinishPending, NoteLateAnswers, PurgeWaiting};
pub use retention::ForgetEvents;
pub use stops::FinishStops;
pub use upkeep::{FlushUses, PurgeClients, PurgeCounters, PurgeKeys, UseSource};
pub use webhooks::{
    Answered, DeliverEvents, EndLapsedGrants, FanOutEvents, JudgeEndpoints, RecoverEndpoints,
    Sender, SenderError, Senders,
};
pub(crate) use webhooks::{guarded_client, headers as webhook_headers};
pub use withdrawals::{Cashier, SendWithdrawals, SettleWithdrawals};

/// How long a worker's command may wait in the queue.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The pause after the first failure is at least this long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What workers work with.
#[derive(Clone)]
pub struct Backend {
    /// The write path.
    pub database: Arc<dyn Database>,
    /// Queries.
    pub reads: Arc<dyn Reads>,
    /// Time, ids and policy.
    pub edge: Edge,
    /// The keys of the vault.
    pub keys: Arc<Keys>,
}

impl Backend {
    /// Runs a use case on behalf of the programme itself.
    ///
    /// # Errors
    /// As the use case.
    pub async fn perform<U: UseCase>(&self, use_case: U) -> Result<U::Output, CommandError> {
        let context = self.edge.context(Actor::System, None);
        let how = (Lane::Background, PATIENCE);
        perform(self.database.as_ref(), how, context, use_case).await
    }

    /// Runs a query on a thread that may block.
    ///
    /// # Errors
    /// As the query.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&dyn Reads) -> ReadResult<T> + Send + 'static,
    ) -> Result<T, CommandError> {
        let reads = Arc::clone(&self.reads);
        let answered = tokio::task::spawn_blocking(move || query(reads.as_ref()));
        let answer = answered.await.map_err(|error| internal(&error))?;
        Ok(answer?)
    }
}

/// Submits commands together, so that those that may share transactions.
async fn perform_all<U: UseCase>(
    backend: &Backend,
    commands: impl Iterator<Item = U>,
) -> Result<Vec<U::Output>, CommandError> {
    let mut running = JoinSet::new();
    for command in commands {
        let backend = backend.clone();
        running.spawn(async move { backend.perform(command).await });
    }
    let mut outputs = Vec::new();
    while let Some(ended) = running.join_next().await {
        outputs.push(ended.map_err(|error| internal(&error))??);
    }
    Ok(outputs)
}

fn internal(error: &dyn std::error::Error) -> CommandError {
    CommandError::Internal(error.to_string())
}

/// Whether a round found something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// There may be more: go on at once.
    Work,
    /// Nothing is left: pause.
    Nothing,
}

impl Found {
    /// [`Self::Work`] if the condition holds.
    #[must_use]
    pub const fn work_if(found: bool) -> Self {
        if found { Self::Work } else { Self::Nothing }
    }
}

/// A worker's round of work.
pub trait Round: Send + 'static {
    /// The worker's name in the log.
    const NAME: &'static str;
    /// The pause after a round that found nothing.
    const PERIOD: Duration;

    /// Does one round.
    fn run(&mut self) -> impl Future<Output = Result<Found, CommandError>> + Send;

    /// Ends the pause after a round that found nothing early.
    fn woken(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Waits for what the rounds left running; called once, at the end.
    fn finish(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// The running workers.
pub struct Workers {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Default for Workers {
    fn default() -> Self {
        Self { tasks: JoinSet::new(), stop: watch::Sender::new(false) }
    }
}

impl Workers {
    /// Starts a worker.
    pub fn start<R: Round>(&mut self, round: R) {
        self.tasks.spawn(repeat(round, self.stop.subscribe()));
    }

    /// Lets every worker finish its round and waits for all of them.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended badly");
            }
        }
    }
}

async fn repeat<R: Round>(mut round: R, mut stop: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    while !*stop.borrow() {
        let outcome = catch_panic(round.run()).await;
        let pause = match outcome {
            Ok(Found::Work) => Duration::ZERO,
            Ok(Found::Nothing) => R::PERIOD,
            Err(_) => pause_after(R::PERIOD, failures),
        };
        let failed = outcome.is_err();
        failures = match outcome {
            Ok(_) => 0,
            Err(error) => {
                let pause_ms = pause.as_millis();
                tracing::warn!(worker = R::NAME, %error, pause_ms, "a worker's round failed");
                failures.saturating_add(1)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = round.woken(), if !failed => {}
            // An error means that the sender is gone: stop as well.
            _ = stop.wait_for(|stopping| *stopping) => {}
        }
    }
    round.finish().await;
}

/// Doubles with every failure in a row.
fn pause_after(period: Duration, failures: u32) -> Duration {
    let factor = 1_u32.checked_shl(failures).unwrap_or(u32::MAX);
    let pause = period.max(FIRST_PAUSE).saturating_mul(factor);
    pause.min(LONGEST_PAUSE.max(period))
}

/// Turns a panic into an error of the round, so that the worker goes on.
async fn catch_panic<T>(
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let panicked = || Err(CommandError::Internal("the worker panicked".to_owned()));
    until_panic(work).await.unwrap_or_else(panicked)
}

/// What the work comes to; nothing if it panics.
async fn until_panic<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.map_or(Poll::Ready(None), |polled| polled.map(Some))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let quick = Duration::from_millis(10);
        assert_eq!(pause_after(quick, 0), Duration::from_millis(250));
        assert_eq!(pause_after(quick, 3), Duration::from_secs(2));
        assert_eq!(pause_after(quick, 99), LONGEST_PAUSE);
        let slow = Duration::from_secs(60);
        assert_eq!(pause_after(slow, 0), slow);
        assert_eq!(pause_after(slow, 99), slow);
    }

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let caught = catch_panic::<()>(async { panic!("planted") }).await;
        assert!(matches!(caught, Err(CommandError::Internal(_))));
        assert_eq!(catch_panic(async { Ok(5) }).await, Ok(5));
    }
}
