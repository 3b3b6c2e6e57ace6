//! How slowly a form may arrive.
//!
//! Waiting uses time up and what arrives earns it back, so that neither a slow line nor a pause is
//! held against anybody, and a few bytes now and then do not keep a place for long. Deliberately
//! absent: a clock; what counts is the time that was spent waiting, not what was done meanwhile.

use std::time::Duration;

/// So many bytes earn [`EARNED`]: 1.6 KiB a second is slower than any line of today.
const PIECE: usize = 16 * 1_024;
const EARNED: Duration = Duration::from_secs(10);

/// The time that may still be waited; none before it is said how much.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    left: Duration,
    most: Duration,
}

impl Pace {
    /// A form that may pause for so long.
    pub const fn new(most: Duration) -> Self {
        Self { left: most, most }
    }

    /// How long the next bytes may take.
    pub const fn left(&self) -> Duration {
        self.left
    }

    /// The same after waiting for so long and getting so many bytes.
    #[must_use]
    pub fn after(self, waited: Duration, arrived: usize) -> Self {
        let piece = u32::try_from(PIECE).unwrap_or(u32::MAX);
        let arrived = u32::try_from(arrived).unwrap_or(u32::MAX);
        let earned = (EARNED / piece).saturating_mul(arrived);
        let left = self.left.saturating_sub(waited).saturating_add(earned).min(self.most);
        Self { left, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(30);

    /// How often bytes may come at this pace; at most a thousand times.
    fn times(seconds: u64, bytes: usize) -> usize {
        let (mut pace, waited) = (Pace::new(GRACE), Duration::from_secs(seconds));
        let came = (0..1_000).take_while(|_| {
            let in_time = waited <= pace.left();
            pace = pace.after(waited, bytes);
            in_time
        });
        came.count()
    }

    #[test]
    fn drips_end_soon_and_slow_lines_go_on() {
        assert_eq!(times(1, 1), 30, "a byte a second");
        assert_eq!(times(10, PIECE / 2 + 16), 5, "half the pace");
        assert_eq!(times(10, PIECE + 16), 1_000, "the pace itself");
        assert_eq!(times(30, 3 * PIECE + 16), 1_000, "with long pauses");
        assert_eq!(times(31, 100 * PIECE), 0, "with longer ones");
    }

    #[test]
    fn nothing_is_saved_up() {
        let pace = Pace::new(GRACE).after(Duration::from_secs(1), 1 << 30);
        assert_eq!(pace.left(), GRACE);
    }
}
