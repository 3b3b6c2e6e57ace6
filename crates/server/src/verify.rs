//! `cardium verify`: the check of the books, the outbox and the audit chains.

use std::io::Write;

use cardium_kernel::{Clock, Timestamp};
use cardium_store::{Progress, Report};

use crate::{
    beside::BesideError, clock::SystemClock, entropy::SystemEntropy, keys, serve::url,
    settings::Settings,
};

/// Runs the check; at this moment, events that are old by then may be purged.
///
/// # Errors
/// [`BesideError`]; what is wrong with the database's contents is in the report.
pub fn check(
    settings: &Settings,
    now: Timestamp,
    progress: impl FnMut(Progress),
) -> Result<Report, BesideError> {
    let keys = keys::load(&settings.server.data_dir, false, &SystemEntropy)?;
    Ok(cardium_store::verify(url(settings).expose(), keys.audit(), now, progress)?)
}

/// Runs the check, prints it as it goes and says whether all is well.
///
/// # Errors
/// [`BesideError`].
pub fn print(settings: &Settings, out: &mut impl Write) -> Result<bool, BesideError> {
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
