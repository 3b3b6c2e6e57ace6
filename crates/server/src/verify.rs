//! `cardium verify`: the check of the books, the outbox and the audit chains.

use std::io::{self, Write};

use cardium_kernel::{Clock, Timestamp};
use cardium_store::{OpenError, Progress, Report};

use crate::{
    clock::SystemClock,
    entropy::SystemEntropy,
    keys::{self, KeyError},
    serve::url,
    settings::Settings,
};

/// Why the check could not run.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Without the keys the audit chains cannot be followed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database cannot be read.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// What was found cannot be printed.
    #[error("cannot print")]
    Print(#[from] io::Error),
}

/// Runs the check; at this moment, events that are old by then may be purged.
///
/// # Errors
/// [`VerifyError`]; what is wrong with the database's contents is in the report.
pub fn check(
    settings: &Settings,
    now: Timestamp,
    progress: impl FnMut(Progress),
) -> Result<Report, VerifyError> {
    let keys = keys::load(&settings.server.data_dir, false, &SystemEntropy)?;
    Ok(cardium_store::verify(url(settings).expose(), keys.audit(), now, progress)?)
}

/// Runs the check, prints it as it goes and says whether all is well.
///
/// # Errors
/// [`VerifyError`].
pub fn print(settings: &Settings, out: &mut impl Write) -> Result<bool, VerifyError> {
    let mut stage = "";
    let report = check(settings, SystemClock.now(), |progress| {
        if progress.stage != stage {
            stage = progress.stage;
            // A closed output shows below, where an error can be told.
            let _written = writeln!(out, "checking {stage}");
        }
    })?;
    for finding in &report.findings {
        writeln!(out, "{}: {}", finding.invariant, finding.detail)?;
    }
    writeln!(out, "{}", summary(&report))?;
    Ok(report.is_clean())
}

/// The result in a sentence.
#[must_use]
pub fn summary(report: &Report) -> String {
    let rows = report.rows;
    match report.findings.len() {
        0 => format!("{rows} rows, every invariant holds"),
        found => format!("{rows} rows, {found} findings"),
    }
}
