use cardium_kernel::{AuthorizationId, Money, WithdrawalId};

use crate::LedgerAccountId;

/// The id of a hold: that of the authorization, withdrawal or order it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldId(u128);

impl HoldId {
    /// An id read back from storage.
    #[must_use]
    pub const fn new(value: u128) -> Self {
        Self(value)
    }

    /// The 128-bit value.
    #[must_use]
    pub const fn value(self) -> u128 {
        self.0
    }
}

impl From<AuthorizationId> for HoldId {
    fn from(owner: AuthorizationId) -> Self {
        Self(owner.value())
    }
}

impl From<WithdrawalId> for HoldId {
    fn from(owner: WithdrawalId) -> Self {
        Self(owner.value())
    }
}

/// Money set aside on an account until its owner clears or releases it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// That of its owner.
    pub id: HoldId,
    /// Where the money is.
    pub account: LedgerAccountId,
    /// What is still held; zero once released.
    pub amount: Money,
    /// Raised by one with every change.
    pub version: i64,
}
