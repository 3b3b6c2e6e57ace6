use cardium_webhooks::REPLAYABLE;

use super::{Dollars, Settings, SettingsError};

/// With fewer, a hundred silent receivers would not leave the others enough.
const WEBHOOK_CONNECTIONS_MIN: u32 = 256;
/// Attempts begin up to 15 s after their lane is leased for 30 s; they and the writing of their
/// results must fit the rest.
const WEBHOOK_TIMEOUT_MAX: u64 = 10;
/// Argon2id needs this much in KiB (RFC 9106, section 3.1: eight for each lane, of which one).
const ARGON2_MEMORY_MIN: u32 = 8;

/// Longer than a year is a slip of the pen.
const COOLING_MAX: u64 = 366 * 86_400;

/// Hours of a year: longer is a slip of the pen.
const PATIENCE_MAX: u32 = 366 * 24;

type Rule = (bool, &'static str, &'static str);

impl Settings {
    /// Refuses values that no type can refuse.
    ///
    /// # Errors
    /// [`SettingsError::Value`] with the first key at fault.
    pub fn check(&self) -> Result<(), SettingsError> {
        let counts = self.counts().map(|(value, key)| (value > 0, key, "must be at least 1"));
        let rules = [self.amounts().as_slice(), &self.withdrawals(), &self.bounds()].concat();
        let rules = [rules.as_slice(), &self.patience()].concat();
        let broken = counts.into_iter().chain(rules).find(|(holds, _, _)| !holds);
        broken.map_or(Ok(()), |(_, key, problem)| Err(SettingsError::Value { key, problem }))?;
        self.server.check()?;
        self.rate_limits.check()?;
        self.decision_hook.check(self.environment)?;
        self.iso8583.check()
    }

    fn counts(&self) -> [(usize, &'static str); 9] {
        let wide = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let long = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let (database, iso8583, auth) = (&self.database, &self.iso8583, &self.auth);
        [
            (wide(database.pool_size), "database.pool_size"),
            (wide(database.writers), "database.writers"),
            (database.queue_network, "database.queue_network"),
            (database.queue_api, "database.queue_api"),
            (database.queue_background, "database.queue_background"),
            (iso8583.max_connections, "iso8583.max_connections"),
            (iso8583.max_in_flight, "iso8583.max_in_flight"),
            (long(iso8583.idle_seconds), "iso8583.idle_seconds"),
            (auth.concurrency, "auth.concurrency"),
        ]
    }

    fn amounts(&self) -> [Rule; 3] {
        let limits = &self.limits;
        let [least, most, load] =
            [limits.topup_minimum, limits.topup_maximum, limits.load_maximum].map(|limit| limit.0);
        [
            (least.is_positive(), "limits.topup_minimum", "must be above zero"),
            (
                most.minor() >= least.minor(),
                "limits.topup_maximum",
                "must not be below limits.topup_minimum",
            ),
            (load.is_positive(), "limits.load_maximum", "must be above zero"),
        ]
    }

    fn withdrawals(&self) -> [Rule; 5] {
        let (limits, fees) = (&self.limits, &self.fees.withdrawal_usd);
        let least = limits.withdrawal_minimum.0;
        let rule = "must not be negative, and below limits.withdrawal_minimum";
        // What is negative or takes all would pay nobody.
        let fits = |fee: Dollars| !fee.0.is_negative() && fee.0.minor() < least.minor();
        [
            (least.is_positive(), "limits.withdrawal_minimum", "must be above zero"),
            (
                limits.withdrawal_cooling_seconds <= COOLING_MAX,
                "limits.withdrawal_cooling_seconds",
                "must be at most a year",
            ),
            (fits(fees.tron), "fees.withdrawal_usd.tron", rule),
            (fits(fees.ethereum), "fees.withdrawal_usd.ethereum", rule),
            (fits(fees.bsc), "fees.withdrawal_usd.bsc", rule),
        ]
    }

    fn patience(&self) -> [Rule; 2] {
        let (warn, disable) = (self.webhooks.warn_after_hours, self.webhooks.disable_after_hours);
        [
            (warn > 0, "webhooks.warn_after_hours", "must be at least 1"),
            (
                disable > warn && disable <= PATIENCE_MAX,
                "webhooks.disable_after_hours",
                "must be above webhooks.warn_after_hours, and at most a year",
            ),
        ]
    }

    fn bounds(&self) -> [Rule; 5] {
        let (webhooks, auth) = (&self.webhooks, &self.auth);
        [
            (
                webhooks.concurrency >= WEBHOOK_CONNECTIONS_MIN,
                "webhooks.concurrency",
                "must be at least 256",
            ),
            (
                (1..=WEBHOOK_TIMEOUT_MAX).contains(&webhooks.timeout_seconds),
                "webhooks.timeout_seconds",
                "must be 1 to 10",
            ),
            (
                webhooks.retention() >= REPLAYABLE,
                "webhooks.retention_days",
                "must be at least 90, which subscribers are promised",
            ),
            (
                auth.argon2_memory_kib >= ARGON2_MEMORY_MIN,
                "auth.argon2_memory_kib",
                "must be at least 8",
            ),
            (auth.argon2_iterations > 0, "auth.argon2_iterations", "must be at least 1"),
        ]
    }
}
