//! How hard an endpoint is leant on: as wide as it answers, and hardly where it does not.

use std::time::Duration;

use cardium_kernel::{AccountId, EndpointId, Timestamp};

use crate::Attempt;

/// The most deliveries of a visit.
const VISIT_MAX: i64 = 256;
/// Deliveries of a visit for each attempt that may be on the way at once.
const VISIT_PER_WIDTH: i64 = 16;
/// A lane this narrow is careful.
const NARROW: i64 = 4;
/// Answers that take less than this on average let a lane grow.
const QUICK_MS: i64 = 1_000;
/// Answers that take longer than this make it shrink.
const SLOW_MS: i64 = 2_000;
/// A lane that got no answer rests a tenth of the time that it has failed, but at least and at
/// most so long: it is neither hammered nor found late when its receiver is back.
const REST_MIN: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_secs(10);

/// Which share of the connections a lane uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Its receiver answers.
    Swift,
    /// Its receiver is slow or silent: however many are, they leave the others their half.
    Careful,
}

/// How many attempts may be on the way to an endpoint at once, and in which class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    width: i64,
    care: Care,
}

impl Pace {
    /// A new endpoint's.
    pub const NEW: Self = Self { width: 8, care: Care::Swift };
    /// The widest.
    pub const WIDEST: i64 = 32;

    /// A pace read back.
    #[must_use]
    pub fn restore(width: i64, care: Care) -> Self {
        Self { width: width.clamp(1, Self::WIDEST), care }
    }

    /// How many attempts may be on the way at once.
    #[must_use]
    pub const fn width(self) -> i64 {
        self.width
    }

    /// The class.
    #[must_use]
    pub const fn care(self) -> Care {
        self.care
    }

    /// How many deliveries a visit takes at most.
    #[must_use]
    pub fn visit(self) -> i64 {
        self.width.saturating_mul(VISIT_PER_WIDTH).min(VISIT_MAX)
    }

    /// The pace after a visit that went like this.
    #[must_use]
    pub fn after(self, visited: &Visited) -> Self {
        if visited.unanswered > 0 {
            let width = self.width.div_euclid(4).max(1);
            return Self { width, care: Care::Careful };
        }
        let Some(mean) = visited.took_ms.checked_div(visited.attempts) else {
            return self;
        };
        let full = visited.attempts >= self.visit();
        let taken = visited.succeeded.saturating_mul(2) >= visited.attempts;
        let width = if mean > SLOW_MS {
            self.width.min(self.width.div_euclid(2).max(NARROW))
        } else if mean >= QUICK_MS || !taken {
            self.width
        } else if full {
            self.width.saturating_mul(2).min(Self::WIDEST)
        } else {
            // One with little to send finds its way back as well, only not further.
            self.width.saturating_add(1).min(self.width.max(Self::NEW.width))
        };
        Self { width, care: if width <= NARROW { Care::Careful } else { Care::Swift } }
    }
}

/// How a visit of a lane went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visited {
    attempts: i64,
    succeeded: i64,
    unanswered: i64,
    took_ms: i64,
}

impl Visited {
    /// Counts an attempt.
    pub fn note(&mut self, attempt: &Attempt) {
        self.attempts = self.attempts.saturating_add(1);
        self.succeeded = self.succeeded.saturating_add(i64::from(attempt.succeeded()));
        self.unanswered = self.unanswered.saturating_add(i64::from(attempt.outcome.is_err()));
        self.took_ms = self.took_ms.saturating_add(attempt.took_ms.max(0));
    }

    /// Whether an attempt got no answer at all: the visit then makes no further ones.
    #[must_use]
    pub const fn is_unanswered(&self) -> bool {
        self.unanswered > 0
    }

    /// How long the lane then rests.
    #[must_use]
    pub fn rest(&self, failing_since: Option<Timestamp>, now: Timestamp) -> Duration {
        if !self.is_unanswered() {
            return Duration::ZERO;
        }
        let failing = failing_since.map_or(Duration::ZERO, |since| now.since(since));
        (failing / 10).clamp(REST_MIN, REST_MAX)
    }
}

/// What is on its way to one endpoint. Whoever leased it is the only one to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Where it leads.
    pub endpoint: EndpointId,
    /// Whose it is.
    pub account: AccountId,
    /// Raised with every lease: a result of an older lease is void.
    pub lease: i64,
    /// How hard the endpoint is leant on.
    pub pace: Pace,
    /// Since when no attempt succeeded, if the last one failed.
    pub failing_since: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
