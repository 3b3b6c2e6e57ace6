use cardium_kernel::AccountId;
use cardium_webhooks::{AttemptResult, Care, FannedOut, Lane, Release, fan_out, record};

use super::{LEASE, SET};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Turns events into deliveries, one for each endpoint that wants the event; gives nothing where it
/// found nothing.
#[derive(Debug, Clone)]
pub struct FanOut {
    /// The account after which it begins, so that each has its turn; it goes around, and what is
    /// left behind stays undispatched.
    pub after: AccountId,
}

impl UseCase for FanOut {
    type Output = Option<FannedOut>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Option<FannedOut>> {
        let now = unit.now();
        Ok(match fan_out(unit.tx, &mut unit.ids, (self.after, SET), now)? {
            Some(fanned) if fanned.count > 0 => Ending::Done(Some(fanned)),
            nothing => Ending::Preview(nothing),
        })
    }
}

/// Leases lanes that are due.
#[derive(Debug, Clone)]
pub struct LeaseLanes {
    /// At most so many whose receivers answer.
    pub swift: i64,
    /// At most so many whose receivers are slow or silent.
    pub careful: i64,
}

impl UseCase for LeaseLanes {
    type Output = Vec<Lane>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Vec<Lane>> {
        let moments = (unit.now(), unit.now().after(LEASE));
        let mut lanes = Vec::new();
        for (care, limit) in [(Care::Swift, self.swift), (Care::Careful, self.careful)] {
            if limit > 0 {
                lanes.extend(unit.tx.lease_lanes(care, moments, limit)?);
            }
        }
        Ok(if lanes.is_empty() { Ending::Preview(lanes) } else { Ending::Done(lanes) })
    }
}

/// Writes what a set of attempts came to, and gives lanes back whose visit is over; says whether
/// one of these is due again at once.
#[derive(Debug, Clone)]
pub struct RecordAttempts {
    /// At most [`SET`] results.
    pub results: Vec<AttemptResult>,
    /// Visits whose results are all among those, or written before.
    pub releases: Vec<Release>,
}

impl UseCase for RecordAttempts {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let now = unit.now();
        Ok(Ending::Done(record(unit.tx, (&self.results, &self.releases), now)?))
    }
}
