use std::time::Duration;

use cardium_kernel::Timestamp;

use crate::AccountError;

/// So many failures in a row cost nothing: people mistype.
const FREE: i64 = 5;
/// The pause after the last free failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause: strangers who know an address can keep its owner waiting, so it is short.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// After four, sixteen minutes, the longest pause is reached.
const MOST_DOUBLINGS: i64 = 4;
/// Failures this old are no longer part of a row.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3_600);

/// What was guessed at. Each is counted by itself, so that strangers who fail to sign in stop
/// neither codes nor what a signed-in owner confirms by password, and a right password does not
/// pay for wrong codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The password, when signing in.
    SignIn,
    /// The password, given again by a caller who is signed in.
    Password,
    /// A code of the authenticator, or a recovery code.
    Code,
}

/// Wrong guesses in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// How many.
    pub failures: i64,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Streak {
    /// No wrong guess.
    pub const NONE: Self = Self { failures: 0, last_at: Timestamp::EPOCH };

    /// How long nobody may guess after the last failure.
    fn pause(self) -> Duration {
        if self.failures < FREE {
            return Duration::ZERO;
        }
        let doublings = self.failures.saturating_sub(FREE).min(MOST_DOUBLINGS);
        let doubled = FIRST_PAUSE.saturating_mul(1 << doublings);
        doubled.min(LONGEST_PAUSE)
    }

    /// Passes a guess that need not wait.
    ///
    /// # Errors
    /// [`AccountError::Throttled`].
    pub fn check(self, now: Timestamp) -> Result<(), AccountError> {
        let left = self.last_at.after(self.pause()).since(now);
        if left.is_zero() {
            return Ok(());
        }
        let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
        Err(AccountError::Throttled { seconds })
    }

    /// The row with one more failure.
    #[must_use]
    pub fn failed(self, now: Timestamp) -> Self {
        let old = now.since(self.last_at) >= FORGOTTEN;
        let before = if old { 0 } else { self.failures };
        Self { failures: before.saturating_add(1), last_at: now }
    }
}

/// Wrong guesses at an account, by what was guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// At the password, when signing in.
    pub sign_in: Streak,
    /// At the password, by signed-in callers.
    pub password: Streak,
    /// At codes.
    pub code: Streak,
}

impl Attempts {
    /// No wrong guess.
    pub const NONE: Self =
        Self { sign_in: Streak::NONE, password: Streak::NONE, code: Streak::NONE };

    /// The row of one kind.
    #[must_use]
    pub const fn streak(&self, attempt: Attempt) -> Streak {
        match attempt {
            Attempt::SignIn => self.sign_in,
            Attempt::Password => self.password,
            Attempt::Code => self.code,
        }
    }

    pub(crate) const fn streak_mut(&mut self, attempt: Attempt) -> &mut Streak {
        match attempt {
            Attempt::SignIn => &mut self.sign_in,
            Attempt::Password => &mut self.password,
            Attempt::Code => &mut self.code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(second)
    }

    #[test]
    fn pauses_double_from_a_minute_to_a_quarter_of_an_hour() {
        let mut streak = Streak::NONE;
        for (failures, pause) in
            [(1, 0), (2, 0), (3, 0), (4, 0), (5, 60), (6, 120), (7, 240), (8, 480), (9, 900)]
        {
            streak = streak.failed(at(1_000));
            assert_eq!(streak.failures, failures);
            let expected = match pause {
                0 => Ok(()),
                seconds => Err(AccountError::Throttled { seconds }),
            };
            assert_eq!(streak.check(at(1_000)), expected, "after {failures}");
        }
        let many = Streak { failures: i64::MAX, last_at: at(1_000) };
        let seconds = 900;
        assert_eq!(
            many.failed(at(1_000)).check(at(1_000)),
            Err(AccountError::Throttled { seconds })
        );
    }

    #[test]
    fn the_pause_ends_to_the_second_and_is_rounded_up() {
        let streak = Streak { failures: 5, last_at: at(1_000) };
        let almost = Timestamp::from_unix_micros(1_059_999_999);
        assert_eq!(streak.check(almost), Err(AccountError::Throttled { seconds: 1 }));
        assert_eq!(streak.check(at(1_060)), Ok(()));
    }

    #[test]
    fn a_day_later_the_row_begins_anew() {
        let streak = Streak { failures: 9, last_at: at(0) };
        assert_eq!(streak.failed(at(86_399)).failures, 10);
        assert_eq!(streak.failed(at(86_400)).failures, 1);
    }
}
