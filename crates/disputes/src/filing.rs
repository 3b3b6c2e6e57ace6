use std::time::Duration;

use cardium_kernel::Timestamp;

use crate::DisputeError;

const DAY: u64 = 24 * 3_600;

/// How long after its capture a transaction may be disputed: 120 calendar days, the time limit of
/// most dispute conditions of Visa (Core Rules, chapter 11) and Mastercard (Chargeback Guide).
pub const FILING_WINDOW: Duration = Duration::from_secs(120 * DAY);

/// How long the cardholder has for evidence after each move: 30 calendar days, the time that
/// Visa's rules give each side to answer.
pub const EVIDENCE_PERIOD: Duration = Duration::from_secs(30 * DAY);

/// Checks that a transaction captured then may still be disputed now. The last moment counts.
///
/// # Errors
/// [`DisputeError::WindowClosed`].
pub fn check_window(captured_at: Timestamp, now: Timestamp) -> Result<(), DisputeError> {
    if now.since(captured_at) > FILING_WINDOW {
        return Err(DisputeError::WindowClosed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_has_120_days_to_the_microsecond() {
        let captured = Timestamp::from_unix_seconds(1_780_000_000);
        let last = captured.after(FILING_WINDOW);
        assert_eq!(last.unix_seconds() - captured.unix_seconds(), 10_368_000);
        assert_eq!(check_window(captured, last), Ok(()));
        let late = last.after(Duration::from_micros(1));
        assert_eq!(check_window(captured, late), Err(DisputeError::WindowClosed));
        // A clock that lags behind another process's is no reason to refuse.
        assert_eq!(check_window(last, captured), Ok(()));
    }
}
