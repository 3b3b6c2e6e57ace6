//! The clocks of the process: the system's, and one that tests move forward.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use cardium_kernel::{Clock, Timestamp};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock set before 1970 counts as the epoch: nothing here depends on earlier times.
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp::EPOCH.after(since.unwrap_or_default())
    }
}

/// The system's clock, ahead by as much as tests have moved it (`--test-clock`).
#[derive(Debug, Default)]
pub struct MovableClock {
    ahead_micros: AtomicI64,
}

impl MovableClock {
    /// Moves the clock forward and gives the new time. It never goes back.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let add = |ahead: i64| Some(ahead.saturating_add(micros));
        // The closure never gives `None`, so the update cannot fail.
        let _ahead = self.ahead_micros.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        self.now()
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead_micros.load(Ordering::Relaxed);
        SystemClock.now().after(Duration::from_micros(ahead.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_movable_clock_runs_ahead_of_the_system() {
        let clock = MovableClock::default();
        let day = Duration::from_secs(86_400);
        clock.advance(day);
        let ahead = clock.now().since(SystemClock.now());
        assert!(ahead > day.saturating_sub(Duration::from_secs(60)), "{ahead:?}");
    }
}
