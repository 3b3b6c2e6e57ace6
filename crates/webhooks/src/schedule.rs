use std::time::Duration;

/// Attempts per delivery, the first included.
pub const MAX_ATTEMPTS: i64 = 7;

/// Seconds to wait before the second attempt, the third, and so on.
const DELAYS: [u64; 6] = [30, 5 * 60, 30 * 60, 2 * 3_600, 12 * 3_600, 24 * 3_600];

/// How long to wait after `ended` attempts failed, lengthened by a jitter of `jitter` of 1,000
/// tenths of a percent, at most 10 %; `None` when there is no further attempt.
#[must_use]
pub fn delay_before(ended: i64, jitter: u16) -> Option<Duration> {
    let index = usize::try_from(ended).ok()?.checked_sub(1)?;
    let seconds = DELAYS.get(index)?;
    let jitter = u64::from(jitter.min(1_000));
    let millis = seconds.saturating_mul(1_000);
    let extra = millis.saturating_mul(jitter).checked_div(10_000).unwrap_or(0);
    Some(Duration::from_millis(millis.saturating_add(extra)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_adds_up() {
        let total: u64 =
            (1..MAX_ATTEMPTS).filter_map(|n| delay_before(n, 0)).map(|d| d.as_secs()).sum();
        assert_eq!(total, 138_930);
        assert_eq!(delay_before(MAX_ATTEMPTS, 0), None);
        assert_eq!(delay_before(0, 0), None);
    }

    #[test]
    fn jitter_adds_at_most_a_tenth() {
        assert_eq!(delay_before(1, 1_000), Some(Duration::from_secs(33)));
        assert_eq!(delay_before(1, u16::MAX), Some(Duration::from_secs(33)));
    }
}
