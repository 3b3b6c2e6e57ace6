//! The bound of a second: a generic cell rate per credential, in this process alone.
//!
//! A second is too short to ask the others; over all processes it is as many times the limit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use cardium_kernel::Clock as KernelClock;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, Reference as _},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use std::num::NonZeroU32;

/// The wiring's clock, as `governor` reads it: the time since 1970.
struct WiredClock(Arc<dyn KernelClock>);

impl Clock for WiredClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let micros = u64::try_from(self.0.now().unix_micros()).unwrap_or(0);
        Duration::from_micros(micros)
    }
}

/// Bursts of all credentials.
pub struct Bursts {
    limit: u32,
    limiter: RateLimiter<u128, DashMapStateStore<u128>, WiredClock, StateInformationMiddleware>,
    /// The second in which idle credentials were last forgotten.
    swept: AtomicI64,
}

impl Bursts {
    pub fn new(limit: u32, clock: Arc<dyn KernelClock>) -> Self {
        let quota = Quota::per_second(NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN));
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), WiredClock(clock));
        Self { limit, limiter, swept: AtomicI64::new(0) }
    }

    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Counts one request; gives what is left.
    ///
    /// # Errors
    /// How long to wait.
    pub fn take(&self, key: u128) -> Result<u32, Duration> {
        self.sweep();
        match self.limiter.check_key(&key) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(early) => {
                let now = self.limiter.clock().now();
                Err(early.earliest_possible().duration_since(now).into())
            }
        }
    }

    /// Forgets, once a second, whoever has a whole burst again: those of the last second stay.
    fn sweep(&self) {
        let now = self.limiter.clock().now().as_secs();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        if self.swept.swap(now, Ordering::Relaxed) != now {
            self.limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use cardium_kernel::Timestamp;

    use super::*;

    #[derive(Default)]
    struct Hands(AtomicU64);

    impl KernelClock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH.after(Duration::from_millis(self.0.load(Ordering::Relaxed)))
        }
    }

    #[test]
    fn the_sixty_first_in_one_second_is_refused() {
        let hands = Arc::new(Hands::default());
        let bursts = Bursts::new(60, Arc::clone(&hands) as _);
        let left: Vec<_> = (0..60).map(|_| bursts.take(1).unwrap()).collect();
        assert_eq!((left[0], left[59]), (59, 0));
        let wait = bursts.take(1).unwrap_err();
        assert!(!wait.is_zero() && wait < Duration::from_secs(1), "{wait:?}");
        assert_eq!(bursts.take(2), Ok(59), "somebody else");
        hands.0.store(1_001, Ordering::Relaxed);
        assert_eq!(bursts.take(1), Ok(59));
        hands.0.store(60_000, Ordering::Relaxed);
        assert_eq!(bursts.take(3), Ok(59));
        assert_eq!(bursts.limiter.len(), 1, "idle ones are forgotten");
    }
}
