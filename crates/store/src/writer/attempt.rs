use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use cardium_app::{
    NaturalKey, RowKey,
    database::{SubmitError, Verdict},
};

use crate::{
    batch::{Batch, MergeContext},
    db::{Connection, DbError},
    tx::{BatchTx, Missed},
    writer::{
        outcome::{Fault, Ran, Unanswered},
        probe::{Point, Probe},
        queue::Pending,
        session::Session,
    },
};

/// One pass over a batch: load, run, flush, commit.
pub(super) struct Attempt<'a> {
    pub(super) session: &'a mut Session,
    pub(super) batch: &'a mut Batch,
    pub(super) merge: &'a MergeContext,
    pub(super) probe: Option<&'a Arc<dyn Probe>>,
    /// How long the commands may run altogether; the rest waits for the next batch.
    pub(super) budget: Duration,
}

impl Attempt<'_> {
    /// Runs the commands in one transaction. On a fault nothing was answered.
    pub(super) fn run(&mut self, jobs: &mut [Pending]) -> Result<Vec<Ran>, Fault> {
        self.session.connection.begin()?;
        self.load(jobs)?;
        self.look(Point::Loaded, jobs.len());
        let alone = is_cold(jobs);
        let ran = if alone { self.run_cold(jobs)? } else { self.run_hot(jobs) };
        let kept = ran.iter().any(|ran| matches!(ran, Ran::Settled));
        // A cold command writes through, so only its own verdict says whether to keep that.
        if (alone && kept) || self.batch.is_dirty() {
            return self.commit(ran);
        }
        self.session.connection.run("ROLLBACK")?;
        Ok(ran)
    }

    fn load(&mut self, jobs: &[Pending]) -> Result<(), DbError> {
        let (mut rows, names) = announced(jobs);
        self.batch.clear();
        self.batch.load(&mut self.session.connection, &names, &mut rows)
    }

    fn run_hot(&mut self, jobs: &mut [Pending]) -> Vec<Ran> {
        let started = Instant::now();
        let mut ran = Vec::with_capacity(jobs.len());
        for pending in jobs {
            ran.push(if started.elapsed() > self.budget && !ran.is_empty() {
                Ran::NotYet
            } else {
                let (verdict, missed) = run_one(self.batch, None, pending);
                self.keep(verdict, missed)
            });
        }
        ran
    }

    fn run_cold(&mut self, jobs: &mut [Pending]) -> Result<Vec<Ran>, DbError> {
        let mut ran = Vec::with_capacity(1);
        for pending in jobs {
            let connection = Some(&mut self.session.connection);
            let (verdict, missed) = run_one(self.batch, connection, pending);
            if let Some(Verdict::Broken(detail)) = verdict {
                return Err(DbError::from_text(detail));
            }
            // What it wrote through is undone by the ROLLBACK unless it is kept.
            let discarded = verdict == Some(Verdict::Discard);
            ran.push(self.keep(verdict, missed));
            if discarded {
                self.session.connection.run("ROLLBACK")?;
                self.session.connection.begin()?;
                self.batch.clear();
            }
        }
        Ok(ran)
    }

    /// Keeps or drops what a command wrote, as it says.
    fn keep(&mut self, verdict: Option<Verdict>, missed: Missed) -> Ran {
        if !missed.is_empty() {
            self.batch.discard();
            return Ran::Missed(missed);
        }
        match verdict {
            Some(Verdict::Merge) => match self.batch.merge(self.merge) {
                Ok(()) => Ran::Settled,
                Err(error) => Ran::Failed(SubmitError::Failed(error.to_string())),
            },
            Some(Verdict::Discard) => {
                self.batch.discard();
                Ran::Settled
            }
            Some(Verdict::Miss) => self.fail("a miss that names no row"),
            Some(Verdict::Broken(detail)) => self.fail(&detail),
            None => self.fail("the command panicked"),
        }
    }

    fn fail(&mut self, detail: &str) -> Ran {
        self.batch.discard();
        Ran::Failed(SubmitError::Failed(detail.to_owned()))
    }

    fn commit(&mut self, ran: Vec<Ran>) -> Result<Vec<Ran>, Fault> {
        let session = &mut *self.session;
        self.batch.flush(&mut session.connection, session.stripe)?;
        let transaction = session.transaction_id()?;
        self.look(Point::BeforeCommit, ran.len());
        if let Err(error) = self.session.connection.run("COMMIT") {
            return Err(Fault::AtCommit(Unanswered { error, transaction, ran }));
        }
        self.look(Point::Committed, ran.len());
        Ok(ran)
    }

    fn look(&self, point: Point, commands: usize) {
        if let Some(probe) = self.probe {
            probe.at(point, commands);
        }
    }
}

/// Runs one command against its own overlay; `None` when it panicked.
fn run_one(
    batch: &mut Batch,
    connection: Option<&mut Connection>,
    pending: &mut Pending,
) -> (Option<Verdict>, Missed) {
    let mut tx = BatchTx::new(batch, connection);
    let verdict = catch_unwind(AssertUnwindSafe(|| pending.job.run(&mut tx))).ok();
    (verdict, tx.into_missed())
}

pub(super) fn is_cold(jobs: &[Pending]) -> bool {
    jobs.iter().any(|pending| pending.job.hints().alone || pending.missed.alone)
}

fn announced(jobs: &[Pending]) -> (BTreeSet<RowKey>, BTreeSet<NaturalKey>) {
    let (mut rows, mut names) = (BTreeSet::new(), BTreeSet::new());
    for pending in jobs {
        let hints = pending.job.hints();
        rows.extend(hints.rows.iter().chain(&pending.missed.rows).copied());
        names.extend(hints.names.iter().chain(&pending.missed.names).cloned());
    }
    (rows, names)
}
