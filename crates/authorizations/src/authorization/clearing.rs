use cardium_kernel::{Money, MoneyError, Timestamp};

use super::{Authorization, AuthorizationStatus, Release};
use crate::{Finality, Origin};

/// What a clearing of some amount takes from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clearing {
    /// What was advanced for it already and need not be taken again.
    pub advanced: Money,
    /// What else the authorization no longer expects.
    pub release: Release,
}

impl Authorization {
    /// Takes a clearing of any amount. The last one releases the rest of the hold.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn clear(
        &mut self,
        amount: Money,
        finality: Finality,
        now: Timestamp,
    ) -> Result<Clearing, MoneyError> {
        let open = self.status == AuthorizationStatus::Open;
        self.0.late_presentment |= !open && self.status != AuthorizationStatus::Cleared;
        let held = self.held.min(amount)?;
        let advanced = self.advanced.min(amount.minus(held)?)?;
        self.0.held = self.held.minus(held)?;
        self.0.advanced = self.advanced.minus(advanced)?;
        self.0.cleared = self.cleared.plus(amount)?;
        let rest = match finality {
            Finality::Last => Money::zero(amount.currency()),
            Finality::MoreToCome => self.uncleared()?,
        };
        let release = self.shrink(rest)?;
        self.settle_status();
        self.touch(now);
        Ok(Clearing { advanced, release })
    }

    /// Takes back a clearing, or `amount` of it, once; says how much. It stays closed, and of an
    /// open one the part is not expected again.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn unclear(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let given = self.refunded.plus(self.credited)?;
        let back = super::positive(amount).min(super::positive(self.cleared.minus(given)?))?;
        self.0.cleared = self.cleared.minus(back)?;
        if self.origin != Origin::ForcePost {
            let authorized = self.authorized.minus(back)?;
            self.0.authorized = super::positive(authorized);
        }
        self.settle_status();
        self.touch(now);
        Ok(back)
    }
}
