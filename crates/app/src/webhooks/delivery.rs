use cardium_kernel::Timestamp;
use cardium_webhooks::{Delivery, DeliveryState, delay_before, fan_out};

use super::{LEASE, SET};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Turns events into deliveries, one for each endpoint that wants the event; says how many
/// events it took.
#[derive(Debug, Clone)]
pub struct FanOut;

impl UseCase for FanOut {
    type Output = usize;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<usize> {
        let now = unit.now();
        Ok(match fan_out(unit.tx, &mut unit.ids, SET, now)? {
            0 => Ending::Preview(0),
            taken => Ending::Done(taken),
        })
    }
}

/// Leases deliveries that are due.
#[derive(Debug, Clone)]
pub struct LeaseDeliveries;

impl UseCase for LeaseDeliveries {
    type Output = Vec<Delivery>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Vec<Delivery>> {
        let now = unit.now();
        let leased = unit.tx.lease_deliveries(now, now.after(LEASE), SET)?;
        Ok(Ending::Done(leased))
    }
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct AttemptResult {
    /// The delivery as it was leased.
    pub delivery: Delivery,
    /// The answer's HTTP status; zero where there was none.
    pub status: u16,
    /// Random tenths of a percent, 0 to 1,000, by which the next delay is lengthened.
    pub jitter: u16,
}

impl AttemptResult {
    /// The delivery after this attempt.
    #[must_use]
    pub fn settle(&self, now: Timestamp) -> Delivery {
        let attempts = self.delivery.attempts.saturating_add(1);
        let succeeded = (200..300).contains(&self.status);
        let (state, next_attempt_at) = match delay_before(attempts, self.jitter) {
            _ if succeeded => (DeliveryState::Delivered, now),
            Some(delay) => (DeliveryState::Pending, now.after(delay)),
            None => (DeliveryState::Failed, now),
        };
        let last_status = i64::from(self.status);
        Delivery { state, attempts, next_attempt_at, last_status, ..self.delivery.clone() }
    }
}

/// Writes the results of a set of attempts.
#[derive(Debug, Clone)]
pub struct RecordAttempts {
    /// At most [`SET`] results.
    pub results: Vec<AttemptResult>,
}

impl UseCase for RecordAttempts {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let now = unit.now();
        let settled: Vec<_> = self.results.iter().map(|result| result.settle(now)).collect();
        unit.tx.save_results(&settled)?;
        Ok(Ending::Done(()))
    }
}
