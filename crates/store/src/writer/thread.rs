use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use cardium_app::database::SubmitError;

use crate::{
    batch::{Batch, MergeContext},
    db::DbError,
    writer::{
        attempt::Attempt,
        outcome::{Fault, Ran, Unanswered},
        probe::Probe,
        queue::{Pending, Queue, Taken},
        session::{CommitFate, Session},
        stats::Stats,
    },
};

/// How often a batch is run again after a conflict, or on a new connection.
const RERUNS: u32 = 3;
/// How often a command may need rows it had not announced before it runs alone.
const MISSES: u8 = 3;
/// How often in all: each time it named something new, so this only ends what never settles.
const MOST_MISSES: u8 = 12;
/// How long an idle writer waits before it checks its connection.
const IDLE: Duration = Duration::from_secs(1);

/// Called when the writer has panicked twice in a row: the process must end.
pub(crate) type Fatal = Arc<dyn Fn(&str) + Send + Sync>;

/// What a writer is made of.
#[derive(Clone)]
pub(crate) struct WriterSettings {
    pub(crate) url: String,
    pub(crate) merge: MergeContext,
    pub(crate) probe: Option<Arc<dyn Probe>>,
    pub(crate) budget: Duration,
    pub(crate) stats: Arc<Stats>,
    pub(crate) fatal: Fatal,
}

/// Starts a writer on the queue. It ends when the queue is closed and empty.
pub(crate) fn spawn(
    name: &str,
    settings: WriterSettings,
    queue: Arc<Queue>,
) -> Result<JoinHandle<()>, DbError> {
    let session = Session::open(&settings.url)?;
    let batch = Batch::new(session.connection.is_postgres());
    let mut writer = Writer { settings, queue, session: Some(session), batch, panics: 0 };
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(move || writer.run()).map_err(|error| DbError::Lost(error.to_string()))
}

struct Writer {
    settings: WriterSettings,
    queue: Arc<Queue>,
    /// None while the database cannot be reached.
    session: Option<Session>,
    batch: Batch,
    /// Panics in a row outside of commands.
    panics: u32,
}

impl Writer {
    fn run(&mut self) {
        loop {
            match self.queue.take(IDLE) {
                Taken::Batch(jobs) => self.handle(drop_late(jobs)),
                Taken::Idle if self.session.is_none() => {
                    self.reconnect();
                }
                Taken::Idle => {}
                Taken::Closed => return,
            }
        }
    }

    /// Brings every command of a batch to its end, or back into the queue.
    fn handle(&mut self, jobs: Vec<Pending>) {
        let mut stack = vec![jobs];
        while let Some(mut jobs) = stack.pop() {
            if jobs.is_empty() {
                continue;
            }
            match self.try_until_settled(&mut jobs) {
                Ok(ran) => self.conclude(jobs, ran),
                Err(Unsettled::Unknown(detail)) => {
                    tracing::error!(detail, commands = jobs.len(), "a COMMIT stays unanswered");
                    fail_all(jobs, &SubmitError::Unknown(detail));
                }
                // One command's data broke a rule: halve until that command stands alone.
                Err(Unsettled::Rejected(_)) if jobs.len() > 1 => {
                    let rest = jobs.split_off(jobs.len().div_euclid(2));
                    stack.push(rest);
                    stack.push(jobs);
                }
                // Another process may have been first with a unique key: loaded again, the command
                // finds its row.
                Err(Unsettled::Rejected(_)) if jobs.iter().all(|job| !job.rejected) => {
                    for job in &mut jobs {
                        job.rejected = true;
                    }
                    stack.push(jobs);
                }
                Err(Unsettled::Rejected(detail)) => {
                    fail_all(jobs, &SubmitError::Failed(detail));
                }
                Err(Unsettled::Unavailable(detail)) => {
                    tracing::error!(detail, commands = jobs.len(), "the database is unavailable");
                    fail_all(jobs, &SubmitError::Unavailable(detail));
                }
            }
        }
    }

    fn try_until_settled(&mut self, jobs: &mut [Pending]) -> Result<Vec<Ran>, Unsettled> {
        let mut detail = String::new();
        for round in 0..=RERUNS {
            if round > 0 {
                self.settings.stats.count_rerun();
                std::thread::sleep(pause(round));
            }
            match self.attempt(jobs) {
                Attempted::Settled(ran) => return Ok(ran),
                Attempted::Rejected(why) => return Err(Unsettled::Rejected(why)),
                Attempted::Unknown(why) => return Err(Unsettled::Unknown(why)),
                Attempted::Again(why) => detail = why,
            }
        }
        Err(Unsettled::Unavailable(detail))
    }

    fn attempt(&mut self, jobs: &mut [Pending]) -> Attempted {
        if self.session.is_none() && !self.reconnect() {
            return Attempted::Again("no connection".to_owned());
        }
        let Some(session) = self.session.as_mut() else {
            return Attempted::Again("no connection".to_owned());
        };
        let before = session.connection.statements();
        let (merge, probe) = (&self.settings.merge, self.settings.probe.as_ref());
        let budget = self.settings.budget;
        let mut attempt = Attempt { session, batch: &mut self.batch, merge, probe, budget };
        let outcome = catch_unwind(AssertUnwindSafe(|| attempt.run(jobs)));
        let statements = session.connection.statements().saturating_sub(before);
        match outcome {
            Ok(Ok(ran)) => {
                self.panics = 0;
                self.settings.stats.count_batch(ran.len(), statements);
                Attempted::Settled(ran)
            }
            Ok(Err(Fault::Before(error))) => self.recover(error),
            Ok(Err(Fault::AtCommit(unanswered))) => self.resolve_commit(unanswered),
            Err(_) => self.after_panic(),
        }
    }

    /// Cleans up after a statement that failed before COMMIT.
    fn recover(&mut self, error: DbError) -> Attempted {
        let rolled_back =
            self.session.as_mut().is_some_and(|session| session.connection.run("ROLLBACK").is_ok());
        match error {
            DbError::Conflict(detail) if rolled_back => Attempted::Again(detail),
            DbError::Rejected(detail) if rolled_back => Attempted::Rejected(detail),
            DbError::Conflict(detail) | DbError::Rejected(detail) | DbError::Lost(detail) => {
                tracing::warn!(detail, "replacing the writer's connection");
                self.lose_session();
                Attempted::Again(detail)
            }
        }
    }

    /// A COMMIT that got no answer is never run again blindly: the server says what became of
    /// it, and where nobody can, the idempotency records will.
    fn resolve_commit(&mut self, unanswered: Unanswered) -> Attempted {
        let Unanswered { error, transaction, ran } = unanswered;
        self.lose_session();
        let Some(id) = transaction else { return Attempted::Unknown(error.to_string()) };
        if !self.reconnect() {
            return Attempted::Unknown(error.to_string());
        }
        let fate = self.session.as_mut().map(|session| session.commit_fate(&id));
        tracing::warn!(transaction = id, ?fate, "resolved a COMMIT that got no answer");
        match fate {
            Some(Ok(CommitFate::Committed)) => Attempted::Settled(ran),
            Some(Ok(CommitFate::Aborted)) => Attempted::Again(error.to_string()),
            _ => Attempted::Unknown(error.to_string()),
        }
    }

    fn after_panic(&mut self) -> Attempted {
        self.panics = self.panics.saturating_add(1);
        tracing::error!(panics = self.panics, "the writer panicked");
        self.lose_session();
        if self.panics >= 2 {
            let detail = "the writer panicked twice in a row";
            self.queue.fail_all(&SubmitError::Unavailable(detail.to_owned()));
            (self.settings.fatal)(detail);
        }
        Attempted::Again("the writer panicked".to_owned())
    }

    fn lose_session(&mut self) {
        self.session = None;
        self.settings.stats.set_healthy(false);
    }

    fn reconnect(&mut self) -> bool {
        match Session::open(&self.settings.url) {
            Ok(session) => {
                self.session = Some(session);
                self.settings.stats.set_healthy(true);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the writer cannot connect");
                false
            }
        }
    }

    fn conclude(&self, jobs: Vec<Pending>, ran: Vec<Ran>) {
        let mut again = Vec::new();
        for (mut pending, ran) in jobs.into_iter().zip(ran) {
            match ran {
                Ran::Settled => pending.job.settle(),
                Ran::Failed(error) => pending.job.fail(error),
                Ran::NotYet => again.push(pending),
                Ran::Missed(missed) => {
                    self.settings.stats.count_miss();
                    pending.misses = pending.misses.saturating_add(1);
                    pending.missed.rows.extend(missed.rows);
                    pending.missed.names.extend(missed.names);
                    pending.missed.alone |= missed.alone || pending.misses >= MISSES;
                    if pending.misses > MOST_MISSES {
                        let detail = "the command keeps needing rows it does not announce";
                        pending.job.fail(SubmitError::Failed(detail.to_owned()));
                    } else {
                        again.push(pending);
                    }
                }
            }
        }
        self.queue.push_again(again);
    }
}

/// What one pass over a batch came to.
enum Attempted {
    Settled(Vec<Ran>),
    /// Safe to run again.
    Again(String),
    /// A command's data broke a rule of the database.
    Rejected(String),
    /// Nobody can tell whether it was committed.
    Unknown(String),
}

/// Why a batch is given up.
enum Unsettled {
    Rejected(String),
    /// Nothing was committed.
    Unavailable(String),
    /// Nobody can tell whether it was committed.
    Unknown(String),
}

/// Fails commands whose callers have stopped waiting.
fn drop_late(jobs: Vec<Pending>) -> Vec<Pending> {
    let now = Instant::now();
    let (fresh, late): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.deadline > now);
    fail_all(late, &SubmitError::DeadlinePassed);
    fresh
}

fn fail_all(jobs: Vec<Pending>, error: &SubmitError) {
    for pending in jobs {
        pending.job.fail(error.clone());
    }
}

/// A short wait with jitter, longer each round, so that two processes do not meet again.
fn pause(round: u32) -> Duration {
    let mut random = [0_u8; 1];
    let _best_effort = getrandom::fill(&mut random);
    let [jitter] = random;
    Duration::from_micros(
        u64::from(jitter).saturating_add(50).saturating_mul(u64::from(round) * 20),
    )
}
