//! How long whoever keeps coming too often is told to wait.

use std::time::Duration;

use cardium_kernel::Timestamp;

/// Refusals within this time are one offence: requests that were sent together are.
const OFFENCE: Duration = Duration::from_secs(1);
/// One offence is forgotten for every so long without a refusal.
const QUIET: Duration = Duration::from_secs(60);
/// The most that offences add up to; a window that ends later is still waited for.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// More doublings than it takes from a second to the longest wait.
const MOST: u32 = 10;

/// Offences that are not forgotten.
#[derive(Debug, Clone, Copy, Default)]
pub struct Penalty {
    offences: u32,
    counted: Option<Timestamp>,
    refused: Option<Timestamp>,
}

impl Penalty {
    /// Counts a refusal; gives the time after which another try is worth it, from the one that
    /// the rule asks for.
    pub fn refuse(&mut self, now: Timestamp, wait: Duration) -> Duration {
        self.fade(now);
        if self.counted.is_none_or(|counted| now.since(counted) >= OFFENCE) {
            self.offences = self.offences.saturating_add(1).min(MOST + 1);
            self.counted = Some(now);
        }
        self.refused = Some(now);
        let doublings = self.offences.saturating_sub(1);
        let longer = wait.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
        longer.min(LONGEST).max(wait)
    }

    fn fade(&mut self, now: Timestamp) {
        let quiet = self.refused.map_or(Duration::ZERO, |refused| now.since(refused));
        let faded = u32::try_from(quiet.as_secs() / QUIET.as_secs()).unwrap_or(u32::MAX);
        self.offences = self.offences.saturating_sub(faded);
    }

    /// Whether nothing is remembered any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let mut later = *self;
        later.fade(now);
        later.offences == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(second)
    }

    #[test]
    fn waits_grow_are_capped_and_decay() {
        let (mut penalty, second) = (Penalty::default(), Duration::from_secs(1));
        let mut told = |now: i64, wait| penalty.refuse(at(now), wait).as_secs();
        assert_eq!((0..3).map(|_| told(0, second)).max(), Some(1), "sent together");
        let waits: Vec<_> = (1..12).map(|now| told(now, second)).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(told(12, Duration::from_secs(40_000)), 40_000, "a day's window");
        assert_eq!(told(12 + 5 * 60, second), 64, "eleven offences, five forgotten, one more");
        assert!(!penalty.is_over(at(12 + 6 * 60)));
        assert!(penalty.is_over(at(3_600)));
    }
}
