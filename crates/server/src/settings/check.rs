use super::{Dollars, Settings, SettingsError};

/// Deliveries leased together; all of them must start at once, so that none outlives its lease.
const LEASED_TOGETHER: u32 = 256;
/// An attempt and the writing of its result must fit the lease of 30 s.
const WEBHOOK_TIMEOUT_MAX: u64 = 15;
/// Argon2id needs this much in KiB (RFC 9106, section 3.1: eight for each lane, of which one).
const ARGON2_MEMORY_MIN: u32 = 8;

impl Settings {
    /// Refuses values that no type can refuse.
    ///
    /// # Errors
    /// [`SettingsError::Value`] with the first key at fault.
    pub fn check(&self) -> Result<(), SettingsError> {
        let (limits, webhooks, auth) = (&self.limits, &self.webhooks, &self.auth);
        let positive = |amount: Dollars| amount.0.is_positive();
        let most = |amount: Dollars| amount.0.minor();
        let rules = [
            (
                self.database.pool_size > 0,
                "database.pool_size",
                "must be at least 1",
            ),
            (
                self.database.writers > 0,
                "database.writers",
                "must be at least 1",
            ),
            (
                self.iso8583.max_connections > 0,
                "iso8583.max_connections",
                "must be at least 1",
            ),
            (
                self.iso8583.max_in_flight > 0,
                "iso8583.max_in_flight",
                "must be at least 1",
            ),
            (
                self.iso8583.idle_seconds > 0,
                "iso8583.idle_seconds",
                "must be at least 1",
            ),
            (
                positive(limits.topup_minimum),
                "limits.topup_minimum",
                "must be above zero",
            ),
            (
                most(limits.topup_maximum) >= most(limits.topup_minimum),
                "limits.topup_maximum",
                "must not be below limits.topup_minimum",
            ),
            (
                positive(limits.load_maximum),
                "limits.load_maximum",
                "must be above zero",
            ),
            (
                webhooks.concurrency >= LEASED_TOGETHER,
                "webhooks.concurrency",
                "must be at least 256",
            ),
            (
                (1..=WEBHOOK_TIMEOUT_MAX).contains(&webhooks.timeout_seconds),
                "webhooks.timeout_seconds",
                "must be 1 to 15",
            ),
            (
                auth.argon2_memory_kib >= ARGON2_MEMORY_MIN,
                "auth.argon2_memory_kib",
                "must be at least 8",
            ),
            (
                auth.argon2_iterations > 0,
                "auth.argon2_iterations",
                "must be at least 1",
            ),
            (
                auth.concurrency > 0,
                "auth.concurrency",
                "must be at least 1",
            ),
        ];
        let broken = rules.into_iter().find(|(holds, _, _)| !holds);
        broken.map_or(Ok(()), |(_, key, problem)| {
            Err(SettingsError::Value { key, problem })
        })
    }
}
