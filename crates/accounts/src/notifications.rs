/// What an account's owner wants to be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notifications {
    /// News of the account by e-mail.
    pub email: bool,
    /// Endpoints that stopped taking webhooks.
    pub webhook_failures: bool,
    /// Sign-ins and changed credentials.
    pub security: bool,
}

impl Notifications {
    /// Everything, until the owner says otherwise.
    pub const ALL: Self = Self { email: true, webhook_failures: true, security: true };

    /// The wishes as a number, for storage.
    #[must_use]
    pub const fn bits(self) -> i64 {
        self.email as i64 | (self.webhook_failures as i64) << 1 | (self.security as i64) << 2
    }

    /// Wishes read back from storage.
    #[must_use]
    pub const fn from_bits(bits: i64) -> Self {
        Self { email: bits & 1 != 0, webhook_failures: bits & 2 != 0, security: bits & 4 != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Notifications;

    #[test]
    fn wishes_round_trip() {
        for bits in 0..8 {
            assert_eq!(Notifications::from_bits(bits).bits(), bits);
        }
        assert_eq!(Notifications::ALL.bits(), 7);
    }
}
