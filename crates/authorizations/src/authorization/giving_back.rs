use cardium_kernel::{Money, MoneyError, Timestamp};

use super::{Authorization, positive};

impl Authorization {
    /// What may still be given back: cleared, and neither refunded nor credited.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn refundable(&self) -> Result<Money, MoneyError> {
        let given = self.refunded.plus(self.credited)?;
        Ok(positive(self.cleared.minus(given)?))
    }

    /// Notes a merchant's refund. A linked one is at most [`Self::refundable`], which the caller
    /// checks; what is more belongs to no purchase.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn refund(&mut self, amount: Money, now: Timestamp) -> Result<(), MoneyError> {
        self.0.refunded = self.refunded.plus(amount)?;
        self.settle_status();
        self.touch(now);
        Ok(())
    }

    /// Takes a refund back, or `amount` of it; says how much.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn unrefund(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let back = positive(amount).min(self.refunded)?;
        self.0.refunded = self.refunded.minus(back)?;
        self.settle_status();
        self.touch(now);
        Ok(back)
    }

    /// Notes what a dispute gave back, at most [`Self::refundable`]; says how much.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn credit(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let credited = positive(amount).min(self.refundable()?)?;
        self.0.credited = self.credited.plus(credited)?;
        self.touch(now);
        Ok(credited)
    }

    /// Takes back what a dispute gave, at most all of it; says how much.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn uncredit(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let back = positive(amount).min(self.credited)?;
        self.0.credited = self.credited.minus(back)?;
        self.touch(now);
        Ok(back)
    }
}
