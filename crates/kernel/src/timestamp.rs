use std::{fmt, time::Duration};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A moment in UTC, in whole microseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 date and time such as 2026-05-19T07:30:00Z")]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch (saturating at the ends of time).
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Seconds since the epoch, rounded down.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The moment this long after.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// The moment this long before.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339.
    ///
    /// # Errors
    /// When the text is anything else, or lies outside the years 0 to 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimestampError> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimestampError)?;
        let micros = moment.unix_timestamp_nanos().div_euclid(1_000);
        i64::try_from(micros).map(Self).map_err(|_| TimestampError)
    }

    /// Year and month in UTC, for card expiry dates.
    #[must_use]
    pub fn year_month(self) -> (i32, u8) {
        let moment = self.calendar();
        (moment.year(), moment.month().into())
    }

    fn calendar(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.unix_seconds())
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    /// `YYYY-MM-DDTHH:MM:SSZ`, to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.calendar();
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        let month = u8::from(month);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_seconds_in_utc() {
        let at = Timestamp::parse_rfc3339("2026-05-19T09:30:00.25+02:00").unwrap();
        assert_eq!(at.to_string(), "2026-05-19T07:30:00Z");
        assert_eq!(at.year_month(), (2026, 5));
    }

    #[test]
    fn arithmetic_goes_both_ways() {
        let at = Timestamp::from_unix_seconds(100);
        let later = at.after(Duration::from_secs(5));
        assert_eq!(later.since(at), Duration::from_secs(5));
        assert_eq!(at.since(later), Duration::ZERO);
        assert_eq!(later.before(Duration::from_secs(5)), at);
    }
}
