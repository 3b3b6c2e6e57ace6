//! The checker: replays the ledger from zero and follows every chain, without trusting any
//! cached number.

mod audit;
mod authorizations;
mod cards;
mod disputes;
mod grants;
mod holds;
mod ledger;
mod outbox;
mod scan;
mod webhooks;
mod withdrawals;

use cardium_kernel::Timestamp;
use cardium_vault::HashKey;

use crate::{OpenError, db::Connection};

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The invariant that does not hold, such as `I1`.
    pub invariant: &'static str,
    /// What is wrong, and where.
    pub detail: String,
}

/// How far the check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being checked.
    pub stage: &'static str,
    /// Rows of the stage read so far.
    pub rows: u64,
}

/// What the check found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// What is wrong, at most [`Report::MAX_FINDINGS`] of them.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Beyond this many findings one more says nothing new.
    pub const MAX_FINDINGS: usize = 100;

    /// Whether every invariant holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, invariant: &'static str, detail: String) {
        if self.findings.len() < Self::MAX_FINDINGS {
            self.findings.push(Finding { invariant, detail });
        }
    }
}

/// Checks the ledger (I1, I2), what authorizations hold and gave back (I2, I10), what disputes
/// gave (I10), what withdrawals hold and have in flight (I2, I10), replaced cards and counters
/// (I11), grants (I13), the outbox (I5), what is on its way to webhooks (I12) and the audit chains
/// (I9) in one
/// snapshot.
///
/// `now` tells which events may be kept no more; an earlier one is stricter.
///
/// # Errors
/// When the database cannot be read; what is wrong with its contents is in the report.
pub fn verify(
    url: &str,
    audit_key: &HashKey,
    now: Timestamp,
    mut progress: impl FnMut(Progress),
) -> Result<Report, OpenError> {
    let mut connection = Connection::open_reader(url)?;
    if connection.is_postgres() {
        connection.run("SET statement_timeout = 0")?;
        connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ")?;
    } else {
        connection.run("BEGIN")?;
    }
    let mut report = Report::default();
    let mut check = Check { connection, report: &mut report, progress: &mut progress };
    ledger::check(&mut check)?;
    authorizations::check(&mut check)?;
    disputes::check(&mut check)?;
    withdrawals::check(&mut check)?;
    cards::check(&mut check)?;
    grants::check(&mut check)?;
    outbox::check(&mut check, now)?;
    webhooks::check(&mut check)?;
    audit::check(&mut check, audit_key)?;
    check.connection.run("ROLLBACK")?;
    Ok(report)
}

/// What the stages share.
struct Check<'a> {
    connection: Connection,
    report: &'a mut Report,
    progress: &'a mut dyn FnMut(Progress),
}
