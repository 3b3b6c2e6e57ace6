use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use cardium_app::Entropy;
use cardium_kernel::{Clock, Timestamp};

/// A clock that stands still until a test moves it.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this moment.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.unix_micros()))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let later = self.now().after(by);
        self.0.store(later.unix_micros(), Ordering::SeqCst);
    }

    /// Sets the clock, back if need be.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.unix_micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The system's random generator.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the system has a random generator");
    }
}
