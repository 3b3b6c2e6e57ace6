//! What becomes of requests that wait for the operator's endpoint, beside whoever asked.

use std::{sync::Arc, time::Duration};

use cardium_app::{
    CommandError,
    network::NoteLateHook,
    upkeep::{PurgePending, SLICE},
};
use cardium_authorizations::HookAnswer;
use cardium_kernel::MessageId;
use cardium_network::{Finished, Host};
use tokio::task::JoinSet;

use super::{Backend, Found, Round, internal};
use crate::hook::LateAnswers;

/// How long after the endpoint's time whoever asked may take to decide.
const GRACE: Duration = Duration::from_secs(1);
/// How often a late answer's decision is looked for. A decision that takes longer than this many
/// pauses is that of a process that was stopped.
const LOOKS: u32 = 100;

/// Decides, by the stand-in rule, requests that whoever asked has left: its process ended, or
/// its command found no room. Any number of processes may do so.
pub struct FinishPending {
    backend: Backend,
    host: Arc<Host>,
    stand_in: HookAnswer,
}

impl FinishPending {
    /// The worker.
    #[must_use]
    pub fn new(backend: Backend, host: Arc<Host>, stand_in: HookAnswer) -> Self {
        Self { backend, host, stand_in }
    }
}

impl Round for FinishPending {
    const NAME: &'static str = "waiting requests";
    /// The network repeats after seconds.
    const PERIOD: Duration = Duration::from_millis(500);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let before = self.backend.edge.clock.now().before(GRACE);
        let due = self.backend.read(move |reads| reads.due_pending(before, SLICE)).await?;
        let mut running = JoinSet::new();
        for pending in due {
            let (host, said) = (Arc::clone(&self.host), self.stand_in);
            running.spawn(async move { (pending.id, host.finish(&pending, said).await) });
        }
        let (mut found, mut failure) = (false, None);
        while let Some(ended) = running.join_next().await {
            match ended.map_err(|error| internal(&error))? {
                (_, Err(error)) => failure = Some(error),
                (id, Ok(Finished::Decided(_))) => {
                    tracing::info!(message.id = %id, "the stand-in rule decided a request");
                    found = true;
                }
                (id, Ok(Finished::Unreadable)) => {
                    tracing::error!(message.id = %id, "a waiting request's record does not read");
                    found = true;
                }
            }
        }
        failure.map_or(Ok(Found::work_if(found)), Err)
    }
}

/// Tells subscribers of answers that came after the decision.
pub struct NoteLateAnswers {
    backend: Backend,
    answers: LateAnswers,
    /// Late answers with the looks taken for their decisions.
    waiting: Vec<(MessageId, u32)>,
}

impl NoteLateAnswers {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend, answers: LateAnswers) -> Self {
        Self { backend, answers, waiting: Vec::new() }
    }
}

impl Round for NoteLateAnswers {
    const NAME: &'static str = "late answers";
    /// An event a moment later is soon enough.
    const PERIOD: Duration = Duration::from_millis(200);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let most = usize::try_from(SLICE).unwrap_or(usize::MAX);
        while self.waiting.len() < most {
            let Ok(id) = self.answers.try_recv() else { break };
            self.waiting.push((id, 0));
        }
        if self.waiting.is_empty() {
            return Ok(Found::Nothing);
        }
        let ids: Vec<MessageId> = self.waiting.iter().map(|(id, _)| *id).collect();
        let found = self.backend.read(move |reads| reads.decided_pending(&ids)).await?;
        let mut running = JoinSet::new();
        for (pending, transaction) in &found {
            let Some(transaction) = transaction.clone() else { continue };
            let (backend, id) = (self.backend.clone(), pending.id);
            running.spawn(async move { backend.perform(NoteLateHook { id, transaction }).await });
        }
        while let Some(ended) = running.join_next().await {
            ended.map_err(|error| internal(&error))??;
        }
        let undecided = |id| found.iter().any(|(row, _)| row.id == id && row.is_waiting());
        self.waiting.retain_mut(|(id, looks)| {
            *looks = looks.saturating_add(1);
            *looks < LOOKS && undecided(*id)
        });
        Ok(Found::Nothing)
    }
}

/// Forgets requests that waited and were decided long ago.
pub struct PurgeWaiting {
    backend: Backend,
}

impl PurgeWaiting {
    /// The worker.
    #[must_use]
    pub const fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

impl Round for PurgeWaiting {
    const NAME: &'static str = "purge of waiting requests";
    /// They are kept for a day; a minute more is nothing.
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let purged = self.backend.perform(PurgePending).await?;
        Ok(Found::work_if(purged >= SLICE))
    }
}
