use cardium_kernel::{Book, Money, MoneyError, Timestamp};

use super::Spent;

/// What a grant may spend. An absent bound bounds nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mandate {
    /// The most of one load, withdrawal or purchase.
    pub per_transaction: Option<Money>,
    /// The most of a day (UTC).
    pub daily: Option<Money>,
    /// The most in all.
    pub total: Option<Money>,
    /// Above this the owner is asked first; zero for always.
    pub approval_above: Option<Money>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// The only merchants (card acceptor ids, ISO 8583 field 42); empty for all.
    pub merchants: Vec<String>,
    /// The only merchant categories (ISO 18245), as `5411` or `3000-3299`; empty for all.
    pub mccs: Vec<String>,
}

/// Why a mandate does not cover something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MandateError {
    /// Its time is over.
    #[error("the agent's mandate has ended")]
    Ended,
    /// More than one transaction may come to.
    #[error("the agent may spend {0} at once")]
    PerTransaction(Money),
    /// More than is left of the day.
    #[error("the agent has {0} left today")]
    Daily(Money),
    /// More than is left at all.
    #[error("the agent has {0} left in all")]
    Total(Money),
    /// The sums do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Mandate {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it names merchants or their categories. Then money may leave only on cards that
    /// keep to them.
    #[must_use]
    pub const fn names_merchants(&self) -> bool {
        !self.merchants.is_empty() || !self.mccs.is_empty()
    }

    /// Whether it takes a merchant (ISO 8583 field 42, padded or not).
    #[must_use]
    pub fn allows_merchant(&self, merchant: &str) -> bool {
        let merchant = merchant.trim();
        self.merchants.is_empty() || self.merchants.iter().any(|named| named.trim() == merchant)
    }

    /// Whether the owner has to be asked before this much is spent.
    #[must_use]
    pub fn asks_for(&self, amount: Money) -> bool {
        self.approval_above.is_some_and(|most| amount.minor() > most.minor())
    }

    /// What is spent once this much is spent as well, if the mandate covers it.
    ///
    /// # Errors
    /// The first bound that does not hold.
    pub fn cover(
        &self,
        spent: Spent,
        (book, amount): (Book, Money),
        now: Timestamp,
    ) -> Result<Spent, MandateError> {
        if self.is_over(now) {
            return Err(MandateError::Ended);
        }
        if let Some(most) = self.per_transaction.filter(|most| amount.minor() > most.minor()) {
            return Err(MandateError::PerTransaction(most));
        }
        let left = |most: Option<Money>, used: Money| most.map(|most| most.minus(used)).transpose();
        let today = left(self.daily, spent.today(book, now))?;
        if let Some(left) = today.filter(|left| amount.minor() > left.minor()) {
            return Err(MandateError::Daily(left));
        }
        let in_all = left(self.total, spent.total(book))?;
        if let Some(left) = in_all.filter(|left| amount.minor() > left.minor()) {
            return Err(MandateError::Total(left));
        }
        Ok(spent.plus(book, amount, now)?)
    }
}
