//! The port to the write path: commands go in with hints, answers come back after COMMIT.

use std::time::Duration;

use cardium_kernel::{ErrorCode, Problem, StoreError};
use futures_channel::oneshot;

use crate::{CommandError, CommandResult, Hints, tx::Tx};

/// Which queue a command waits in; drained in this order, each with a guaranteed share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The card network's requests: a late answer is a wrong answer.
    Network,
    /// What the card network tells of (clearings, reversals): it waits with the requests, and
    /// has room reserved for when they fill the lane, because it already happened.
    NetworkAdvice,
    /// Clients of the APIs.
    Api,
    /// Workers.
    Background,
}

/// How a command ends, when it ends well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending<T> {
    /// Its writes are kept, and its idempotency key is spent.
    Done(T),
    /// Its trace is kept (a failed attempt, an audit row); its idempotency key stays free.
    Refused(T),
    /// Nothing is kept: a dry run.
    Preview(T),
}

impl<T> Ending<T> {
    /// The same end with another answer.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Ending<U> {
        match self {
            Self::Done(value) => Ending::Done(make(value)),
            Self::Refused(value) => Ending::Refused(make(value)),
            Self::Preview(value) => Ending::Preview(make(value)),
        }
    }

    /// The same answer with nothing kept.
    #[must_use]
    pub fn dropped(self) -> Self {
        Self::Preview(self.into_inner())
    }

    /// The answer, however the command ended.
    pub const fn inner(&self) -> &T {
        match self {
            Self::Done(value) | Self::Refused(value) | Self::Preview(value) => value,
        }
    }

    /// The answer, however the command ended.
    pub fn into_inner(self) -> T {
        match self {
            Self::Done(value) | Self::Refused(value) | Self::Preview(value) => value,
        }
    }
}

/// What the write path does with a command's writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Keep them.
    Merge,
    /// Drop them.
    Discard,
    /// Drop them and run the command again with wider hints.
    Miss,
    /// A statement of the command failed: roll the transaction back.
    Broken(String),
}

/// Why the write path could not settle a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full.
    #[error("the write queue is full")]
    Overloaded,
    /// The deadline passed before the command ran.
    #[error("the command waited too long")]
    DeadlinePassed,
    /// The database is unreachable, full or read-only: the command had no effect.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    /// COMMIT got no answer and nobody can tell what became of it; the idempotency record, or
    /// the network's repeat, will.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// The command panicked or broke a rule of the database.
    #[error("the command failed: {0}")]
    Failed(String),
    /// The process is shutting down.
    #[error("shutting down")]
    Closed,
}

/// A command in the queue.
pub trait Job: Send {
    /// What it will touch.
    fn hints(&self) -> &Hints;

    /// Runs it against the open transaction and keeps its answer. May be called again.
    fn run(&mut self, tx: &mut dyn Tx) -> Verdict;

    /// Hands the kept answer to the caller; called once, after COMMIT.
    fn settle(self: Box<Self>);

    /// Tells the caller that there is no answer.
    fn fail(self: Box<Self>, error: SubmitError);
}

/// The write path.
pub trait Database: Send + Sync {
    /// Puts a command into a queue, to be dropped unrun when it has not begun within
    /// `patience`. It always ends in exactly one `settle` or `fail`.
    fn submit(&self, lane: Lane, patience: Duration, job: Box<dyn Job>);
}

impl From<SubmitError> for CommandError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Failed(detail) => Self::Internal(detail),
            SubmitError::Unknown(detail) => Self::Unknown(detail),
            SubmitError::Overloaded
            | SubmitError::DeadlinePassed
            | SubmitError::Unavailable(_)
            | SubmitError::Closed => {
                let message = "The service cannot take the request now. Try again shortly.";
                Problem::new(ErrorCode::ServiceUnavailable, message).into()
            }
        }
    }
}

/// Submits a closure and waits for its answer.
///
/// # Errors
/// The command's own refusal, or the reason why it could not be settled.
pub async fn execute<T: Send + 'static>(
    database: &dyn Database,
    (lane, patience): (Lane, Duration),
    hints: Hints,
    work: impl FnMut(&mut dyn Tx) -> CommandResult<T> + Send + 'static,
) -> Result<T, CommandError> {
    let (sender, receiver) = oneshot::channel();
    let job = ClosureJob { hints, work, answer: None, sender };
    database.submit(lane, patience, Box::new(job));
    receiver.await.unwrap_or_else(|_| Err(SubmitError::Closed.into()))
}

struct ClosureJob<T, F> {
    hints: Hints,
    work: F,
    answer: Option<Result<T, CommandError>>,
    sender: oneshot::Sender<Result<T, CommandError>>,
}

impl<T, F> Job for ClosureJob<T, F>
where
    T: Send,
    F: FnMut(&mut dyn Tx) -> CommandResult<T> + Send,
{
    fn hints(&self) -> &Hints {
        &self.hints
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Verdict {
        // An answer of an earlier run must not outlive it.
        self.answer = None;
        let (verdict, answer) = match (self.work)(tx) {
            Ok(Ending::Done(value) | Ending::Refused(value)) => (Verdict::Merge, Ok(value)),
            Ok(Ending::Preview(value)) => (Verdict::Discard, Ok(value)),
            Err(CommandError::Store(StoreError::Miss)) => return Verdict::Miss,
            Err(CommandError::Store(StoreError::Backend(detail))) => {
                return Verdict::Broken(detail);
            }
            Err(CommandError::Traced(problem)) => (Verdict::Merge, Err(problem.into())),
            Err(error) => (Verdict::Discard, Err(error)),
        };
        self.answer = Some(answer);
        verdict
    }

    fn settle(self: Box<Self>) {
        let answer = self
            .answer
            .unwrap_or_else(|| Err(CommandError::Internal("settled without an answer".to_owned())));
        // The caller may have gone away; its effect is durable all the same.
        let _gone = self.sender.send(answer);
    }

    fn fail(self: Box<Self>, error: SubmitError) {
        let _gone = self.sender.send(Err(error.into()));
    }
}
