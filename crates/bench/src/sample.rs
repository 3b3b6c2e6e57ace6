//! Figures: latencies of one cell in one round, and medians over rounds.

use std::time::{Duration, Instant};

use cardium_store::StatsSnapshot;

/// When a cell is measured.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    from: Instant,
    until: Instant,
}

/// Time for connections, caches and the first batches before anything counts.
const WARM_UP: Duration = Duration::from_millis(300);

impl Window {
    /// A window that opens after the warm-up.
    #[must_use]
    pub fn next(seconds: u64) -> Self {
        let from = Instant::now() + WARM_UP;
        Self { from, until: from + Duration::from_secs(seconds) }
    }

    /// Whether work that starts now can still count.
    #[must_use]
    pub fn takes(&self, start: Instant) -> bool {
        start < self.until
    }

    fn length(&self) -> Duration {
        self.until.duration_since(self.from)
    }
}

/// Latencies of the operations that ended within a window, in microseconds.
#[derive(Debug, Clone, Default)]
pub struct Latencies(pub Vec<u32>);

impl Latencies {
    /// Notes an operation, if it counts.
    pub fn note(&mut self, window: &Window, start: Instant, end: Instant) {
        if window.from <= end && end < window.until {
            let micros = end.duration_since(start).as_micros();
            self.0.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }

    /// What they add up to.
    #[must_use]
    pub fn sample(self, window: &Window) -> Sample {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        Sample::new(f64::from(count) / window.length().as_secs_f64(), self)
    }
}

/// One cell in one round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Operations in a second.
    pub rate: f64,
    /// The median latency, in milliseconds.
    pub p50_ms: f64,
    /// The latency that 99 of 100 stay below, in milliseconds.
    pub p99_ms: f64,
    /// Commands and statements of a batch, where the write path was measured.
    pub batch: Option<(f64, f64)>,
}

impl Sample {
    /// The sample with this rate and these latencies.
    #[must_use]
    pub fn new(rate: f64, Latencies(mut micros): Latencies) -> Self {
        micros.sort_unstable();
        let at = |hundredth: usize| {
            let index = micros.len().saturating_mul(hundredth) / 100;
            let found = micros.get(index).or(micros.last()).copied();
            f64::from(found.unwrap_or(0)) / 1_000.0
        };
        Self { rate, p50_ms: at(50), p99_ms: at(99), batch: None }
    }

    /// The sample with what the write path counted between two moments.
    #[must_use]
    pub fn with_batches(mut self, before: &StatsSnapshot, after: &StatsSnapshot) -> Self {
        let grown = |read: fn(&StatsSnapshot) -> u64| {
            let count = read(after).saturating_sub(read(before));
            f64::from(u32::try_from(count).unwrap_or(u32::MAX))
        };
        let batches = grown(|stats| stats.batches);
        if batches > 0.0 {
            let commands = grown(|stats| stats.commands) / batches;
            self.batch = Some((commands, grown(|stats| stats.statements) / batches));
        }
        self
    }
}

/// The median; none of nothing.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get(values.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_lie_in_the_middle() {
        assert_eq!(median([]), None);
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0]), Some(2.5));
    }

    #[test]
    fn percentiles_are_read_from_sorted_latencies() {
        let sample = Sample::new(1.0, Latencies((1..=100).rev().map(|n| n * 1_000).collect()));
        assert_eq!((sample.p50_ms, sample.p99_ms), (51.0, 100.0));
        assert_eq!(Sample::new(0.0, Latencies::default()).p99_ms, 0.0);
    }

    #[test]
    fn only_what_ends_within_the_window_counts() {
        let window = Window::next(2);
        let mut latencies = Latencies::default();
        let second = Duration::from_secs(1);
        for end in [window.from + second, window.from, window.until, window.from - second] {
            latencies.note(&window, end - second, end);
        }
        assert_eq!(latencies.0, [1_000_000; 2]);
        assert_eq!(latencies.sample(&window).rate, 1.0);
    }
}
