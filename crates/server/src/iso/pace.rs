use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How much of an unused pace may be caught up with at once.
const BURST: Duration = Duration::from_secs(1);

/// How fast a peer's messages are taken: a token bucket, kept as the instant from which the next
/// message is due. It holds a second's worth of messages.
pub(super) struct Pace {
    interval: Duration,
    due: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most `per_second` messages in a second, after as many at once.
    pub(super) fn new(per_second: u32) -> Self {
        Self { interval: BURST / per_second.max(1), due: Mutex::new(None) }
    }

    /// Takes the next place; the message must wait until the instant that comes back. Who takes
    /// a place waits before it takes another, so no more places are ahead than connections.
    pub(super) fn reserve(&self, now: Instant) -> Instant {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        // The last of a full bucket is due right now, hence one interval less.
        let earliest = now.checked_sub(BURST.saturating_sub(self.interval)).unwrap_or(now);
        let place = due.map_or(earliest, |due| due.max(earliest));
        *due = Some(place + self.interval);
        place
    }

    /// Whether it is as if nothing had ever been taken.
    pub(super) fn is_rested(&self, now: Instant) -> bool {
        let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(BURST.saturating_sub(self.interval)).unwrap_or(now);
        due.is_none_or(|due| due <= earliest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_goes_at_once_and_the_rest_waits_its_turn() {
        let (pace, now) = (Pace::new(10), Instant::now() + Duration::from_secs(60));
        assert!((0..10).all(|_| pace.reserve(now) <= now));
        assert_eq!(pace.reserve(now), now + Duration::from_millis(100));
        assert_eq!(pace.reserve(now), now + Duration::from_millis(200));
    }

    #[test]
    fn silence_earns_a_second_s_worth_and_no_more() {
        let (pace, now) = (Pace::new(2), Instant::now() + Duration::from_secs(60));
        let _first = pace.reserve(now);
        let later = now + Duration::from_secs(3_600);
        assert!((0..2).all(|_| pace.reserve(later) <= later));
        assert!(pace.reserve(later) > later);
    }

    #[test]
    fn a_second_after_the_last_it_is_as_new() {
        let (pace, now) = (Pace::new(2), Instant::now() + Duration::from_secs(60));
        assert!(pace.is_rested(now));
        let _first = pace.reserve(now);
        assert!(!pace.is_rested(now));
        assert!(pace.is_rested(now + Duration::from_secs(1)));
    }

    #[test]
    fn the_slowest_pace_takes_one_message_at_once() {
        let (pace, now) = (Pace::new(1), Instant::now() + Duration::from_secs(60));
        assert!(pace.reserve(now) <= now);
        assert_eq!(pace.reserve(now), now + Duration::from_secs(1));
    }
}
