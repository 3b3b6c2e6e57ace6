//! How often anybody may ask.

use cardium_http::RateSettings;
use serde::Deserialize;

use super::SettingsError;

/// More than any caller sends; a day of it is still far from what can be counted.
const MOST: u32 = 1_000_000_000;
/// A second is counted in nanoseconds.
const PER_SECOND_MAX: u32 = 1_000_000;

/// How often anybody may ask.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Whether there are bounds at all.
    pub enabled: bool,
    /// Requests of a credential in a second, in one process.
    pub per_second: u32,
    /// Requests of a credential in a minute.
    pub per_minute: u32,
    /// Requests of a credential in a day.
    pub per_day: u32,
    /// Requests of an address in a minute that no valid credential came with.
    pub unauthenticated_per_minute: u32,
    /// Sign-ins from an address in a minute.
    pub sign_in_per_minute: u32,
    /// New accounts from an address in an hour.
    pub accounts_per_hour: u32,
    /// New OAuth clients from an address in an hour.
    pub registrations_per_hour: u32,
    /// Card numbers shown to a credential, and to an address, in a minute.
    pub reveals_per_minute: u32,
    /// Requests of an account in a minute in which a password is checked again.
    pub password_checks_per_minute: u32,
}

impl RateLimits {
    /// The bounds, where there are any.
    #[must_use]
    pub fn bounds(&self) -> Option<RateSettings> {
        self.enabled.then_some(RateSettings {
            per_second: self.per_second,
            per_minute: self.per_minute,
            per_day: self.per_day,
            unauthenticated_per_minute: self.unauthenticated_per_minute,
            sign_in_per_minute: self.sign_in_per_minute,
            accounts_per_hour: self.accounts_per_hour,
            registrations_per_hour: self.registrations_per_hour,
            reveals_per_minute: self.reveals_per_minute,
            password_checks_per_minute: self.password_checks_per_minute,
        })
    }

    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let rules = [
            (self.per_second, "rate_limits.per_second", PER_SECOND_MAX),
            (self.per_minute, "rate_limits.per_minute", MOST),
            (self.per_day, "rate_limits.per_day", MOST),
            (self.unauthenticated_per_minute, "rate_limits.unauthenticated_per_minute", MOST),
            (self.sign_in_per_minute, "rate_limits.sign_in_per_minute", MOST),
            (self.accounts_per_hour, "rate_limits.accounts_per_hour", MOST),
            (self.registrations_per_hour, "rate_limits.registrations_per_hour", MOST),
            (self.reveals_per_minute, "rate_limits.reveals_per_minute", MOST),
            (self.password_checks_per_minute, "rate_limits.password_checks_per_minute", MOST),
        ];
        let broken = rules.into_iter().find(|(value, _, most)| !(1..=*most).contains(value));
        broken.map_or(Ok(()), |(_, key, _)| {
            let problem = "must be at least 1, and at most a million a second";
            Err(SettingsError::Value { key, problem })
        })
    }
}
