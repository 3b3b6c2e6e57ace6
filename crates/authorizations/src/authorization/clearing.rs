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

    /// Takes back a clearing, or `amount` of it, once; says how much goes back to the card. It
    /// stays closed, and of an open one the part is not expected again. What was given back
    /// before is withheld, so that the order of a refund and a reversal does not matter.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn unclear(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let left = self.cleared.minus(self.withheld)?;
        let taken = super::positive(amount).min(super::positive(left))?;
        let back = taken.min(self.refundable()?)?;
        self.0.withheld = self.withheld.plus(taken.minus(back)?)?;
        self.forget_cleared(back)?;
        self.settle_status();
        self.touch(now);
        Ok(back)
    }

    /// Takes an amount off what was cleared, and off what was authorized for it.
    pub(super) fn forget_cleared(&mut self, amount: Money) -> Result<(), MoneyError> {
        self.0.cleared = self.cleared.minus(amount)?;
        if self.origin != Origin::ForcePost {
            self.0.authorized = super::positive(self.authorized.minus(amount)?);
        }
        Ok(())
    }
}
