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

    /// Notes a merchant's refund: of what was cleared as far as there is any left, and beyond.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn refund(&mut self, amount: Money, now: Timestamp) -> Result<(), MoneyError> {
        let linked = amount.min(self.refundable()?)?;
        self.0.refunded = self.refunded.plus(linked)?;
        self.0.excess = self.excess.plus(amount.minus(linked)?)?;
        self.settle_status();
        self.touch(now);
        Ok(())
    }

    /// Takes a refund back, or `amount` of it, what was beyond the purchase first; says how much
    /// the card gives back. What the network withheld before makes up for its part.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn unrefund(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let beyond = positive(amount).min(self.excess)?;
        let linked = positive(amount).minus(beyond)?.min(self.refunded)?;
        let made_up = linked.min(self.withheld)?;
        self.0.excess = self.excess.minus(beyond)?;
        self.0.refunded = self.refunded.minus(linked)?;
        self.0.withheld = self.withheld.minus(made_up)?;
        self.forget_cleared(made_up)?;
        self.settle_status();
        self.touch(now);
        beyond.plus(linked)?.minus(made_up)
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
