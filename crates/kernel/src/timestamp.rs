use std::{fmt, time::Duration};

use time::{Date, Month, OffsetDateTime, format_description::well_known::Rfc3339};

const DAY: Duration = Duration::from_secs(86_400);
const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// 1970-01-05T00:00:00Z, the first Monday of Unix time.
const FIRST_MONDAY: Timestamp = Timestamp::from_unix_seconds(4 * 86_400);

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

    /// The midnight (UTC) that began the day.
    #[must_use]
    pub fn day_start(self) -> Self {
        self.period_start(Self::EPOCH, DAY)
    }

    /// The midnight (UTC) that ends the day.
    #[must_use]
    pub fn next_day_start(self) -> Self {
        self.day_start().after(DAY)
    }

    /// The midnight (UTC) that began the week, a Monday's (ISO 8601).
    #[must_use]
    pub fn week_start(self) -> Self {
        self.period_start(FIRST_MONDAY, WEEK)
    }

    /// The midnight (UTC) that ends the week.
    #[must_use]
    pub fn next_week_start(self) -> Self {
        self.week_start().after(WEEK)
    }

    /// The midnight (UTC) that began the calendar month.
    #[must_use]
    pub fn month_start(self) -> Self {
        let today = self.calendar();
        first_of(today.year(), today.month())
    }

    /// The midnight (UTC) that ends the calendar month.
    #[must_use]
    pub fn next_month_start(self) -> Self {
        let today = self.calendar();
        match today.month() {
            Month::December => first_of(today.year().saturating_add(1), Month::January),
            month => first_of(today.year(), month.next()),
        }
    }

    /// The start of the current one of the periods that follow each other from `first` on.
    fn period_start(self, first: Self, length: Duration) -> Self {
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let into = self.0.saturating_sub(first.0).checked_rem_euclid(length).unwrap_or(0);
        Self(self.0.saturating_sub(into))
    }

    fn calendar(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.unix_seconds())
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

fn first_of(year: i32, month: Month) -> Timestamp {
    let date = Date::from_calendar_date(year, month, 1).unwrap_or(Date::MAX);
    Timestamp::from_unix_seconds(date.midnight().assume_utc().unix_timestamp())
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

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn days_weeks_and_months_start_at_midnight() {
        // 2028 is a leap year; 2026-11-16 and 2024-12-30 are Mondays.
        for (now, day, week, month) in [
            ("2026-11-21T17:30:00.5Z", "2026-11-21", "2026-11-16", "2026-11-01"),
            ("2026-11-16T00:00:00Z", "2026-11-16", "2026-11-16", "2026-11-01"),
            ("2026-11-15T23:59:59.999999Z", "2026-11-15", "2026-11-09", "2026-11-01"),
            ("2028-02-29T12:00:00Z", "2028-02-29", "2028-02-28", "2028-02-01"),
            ("2025-01-01T00:00:00Z", "2025-01-01", "2024-12-30", "2025-01-01"),
            ("1970-01-01T00:00:01Z", "1970-01-01", "1969-12-29", "1970-01-01"),
        ] {
            let starts = [at(now).day_start(), at(now).week_start(), at(now).month_start()];
            let expected = [day, week, month].map(|date| at(&format!("{date}T00:00:00Z")));
            assert_eq!(starts, expected, "{now}");
        }
    }

    #[test]
    fn periods_end_where_the_next_ones_begin() {
        for (now, day, week, month) in [
            ("2028-02-29T23:59:59Z", "2028-03-01", "2028-03-06", "2028-03-01"),
            ("2027-02-28T00:00:00Z", "2027-03-01", "2027-03-01", "2027-03-01"),
            ("2026-12-31T23:59:59Z", "2027-01-01", "2027-01-04", "2027-01-01"),
        ] {
            let ends =
                [at(now).next_day_start(), at(now).next_week_start(), at(now).next_month_start()];
            let expected = [day, week, month].map(|date| at(&format!("{date}T00:00:00Z")));
            assert_eq!(ends, expected, "{now}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_moment_lies_in_its_periods(seconds in -1_000_000_000_i64..250_000_000_000) {
            let now = Timestamp::from_unix_seconds(seconds);
            for (start, end) in [
                (now.day_start(), now.next_day_start()),
                (now.week_start(), now.next_week_start()),
                (now.month_start(), now.next_month_start()),
            ] {
                proptest::prop_assert!(start <= now && now < end);
            }
        }
    }
}
