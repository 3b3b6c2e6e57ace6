//! The aggregate: what was authorized, and what became of it.
//!
//! Invariants: `held + advanced` is what is authorized and not cleared yet, and zero once the
//! authorization is closed; `refunded + credited <= cleared`, and what merchants give beyond that
//! is apart; the tallies sum to what counts towards the card's limits. Each command leaves the same
//! projection whatever order the network's messages arrive in, so none of them needs a special
//! transition.

mod clearing;
mod giving_back;
mod record;
mod tally;

pub use clearing::Clearing;
pub use record::{
    AuthorizationRecord, AuthorizationStatus, NewAuthorization, Origin, approval_code,
};
pub use tally::{Recount, Tally};

use cardium_kernel::{Money, MoneyError, Timestamp};

use crate::hold_period;

/// How often one authorization may be raised. Hotels raise a handful of times.
pub const MAX_INCREMENTS: usize = 50;

/// A card transaction's state. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization(AuthorizationRecord);

impl std::ops::Deref for Authorization {
    type Target = AuthorizationRecord;

    fn deref(&self) -> &AuthorizationRecord {
        &self.0
    }
}

/// What a command took off the authorization's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// What is no longer held on the card.
    pub held: Money,
    /// What was advanced beyond the card's balance and is not owed any more.
    pub advanced: Money,
}

impl Release {
    /// Both parts together.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.held.plus(self.advanced)
    }
}

impl Authorization {
    /// An authorization read back from storage.
    #[must_use]
    pub const fn restore(record: AuthorizationRecord) -> Self {
        Self(record)
    }

    /// Opens an authorization that holds its whole amount until it lapses (see [`hold_period`]).
    #[must_use]
    pub fn approve(new: NewAuthorization, now: Timestamp) -> Self {
        let mut record = AuthorizationRecord::begin(new, Origin::Request, now);
        record.held = record.authorized;
        Self(record)
    }

    /// Records what the network approved in our place: `held` of it the card covers, the rest is
    /// advanced, since it has happened already.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn advise(new: NewAuthorization, held: Money, now: Timestamp) -> Result<Self, MoneyError> {
        let mut record = AuthorizationRecord::begin(new, Origin::Advice, now);
        record.advanced = record.authorized.minus(held)?;
        record.held = held;
        Ok(Self(record))
    }

    /// A request that is decided and posted by one message; it holds nothing.
    #[must_use]
    pub fn single_message(new: NewAuthorization, now: Timestamp) -> Self {
        Self(AuthorizationRecord::begin(new, Origin::SingleMessage, now))
    }

    /// A clearing that no authorization preceded.
    #[must_use]
    pub fn force_post(new: NewAuthorization, now: Timestamp) -> Self {
        Self(AuthorizationRecord::unauthorized(new, Origin::ForcePost, now))
    }

    /// A refund of no purchase that is known.
    #[must_use]
    pub fn unlinked_refund(new: NewAuthorization, now: Timestamp) -> Self {
        Self(AuthorizationRecord::unauthorized(new, Origin::Refund, now))
    }

    /// What is authorized and not cleared yet.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn open_amount(&self) -> Result<Money, MoneyError> {
        self.held.plus(self.advanced)
    }

    /// Raises what is authorized by an increment, and holds it for another period: `held` of it
    /// on the card, the rest, which only an advice has, is advanced.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn increment(
        &mut self,
        amount: Money,
        held: Money,
        now: Timestamp,
    ) -> Result<(), MoneyError> {
        self.0.authorized = self.authorized.plus(amount)?;
        self.0.held = self.held.plus(held)?;
        self.0.advanced = self.advanced.plus(amount.minus(held)?)?;
        self.0.expires_at = self.expires_at.max(now.after(hold_period(&self.merchant.mcc)));
        self.touch(now);
        Ok(())
    }

    /// Whether an increment may join it.
    #[must_use]
    pub fn takes_increment(&self) -> bool {
        self.status == AuthorizationStatus::Open && self.tallies.len() <= MAX_INCREMENTS
    }

    /// Brings what is authorized down to `remaining` (DE 95: the new total). What was cleared
    /// stays: only the reversal of a clearing gives it back.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn reverse_to(&mut self, remaining: Money, now: Timestamp) -> Result<Release, MoneyError> {
        self.0.authorized = self.authorized.min(positive(remaining))?;
        let release = self.shrink(self.uncleared()?)?;
        self.settle_status();
        self.touch(now);
        Ok(release)
    }

    /// Lets the hold lapse; a clearing may still come and is then late.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn expire(&mut self, now: Timestamp) -> Result<Release, MoneyError> {
        let release = self.shrink(Money::zero(self.held.currency()))?;
        if self.status == AuthorizationStatus::Open {
            let cleared = self.cleared.is_positive();
            self.0.status =
                if cleared { AuthorizationStatus::Cleared } else { AuthorizationStatus::Expired };
        }
        self.touch(now);
        Ok(release)
    }

    /// Brings the tallies in line with what counts now and says what the card's windows gain and
    /// lose. Commands of one transaction are recounted once, at their end.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn recount(&mut self, now: Timestamp) -> Result<Recount, MoneyError> {
        let counts = self.open_amount()?.plus(self.cleared)?;
        tally::recount(&mut self.0.tallies, counts, now)
    }

    /// What is authorized beyond what was cleared, were it open.
    fn uncleared(&self) -> Result<Money, MoneyError> {
        if self.status != AuthorizationStatus::Open {
            return Ok(Money::zero(self.held.currency()));
        }
        Ok(positive(self.authorized.minus(self.cleared)?))
    }

    /// Lowers what is open to `target`, what is owed for it first.
    fn shrink(&mut self, target: Money) -> Result<Release, MoneyError> {
        let excess = positive(self.open_amount()?.minus(target)?);
        let advanced = excess.min(self.advanced)?;
        let held = excess.minus(advanced)?;
        self.0.advanced = self.advanced.minus(advanced)?;
        self.0.held = self.held.minus(held)?;
        Ok(Release { held, advanced })
    }

    /// Closes an authorization of which nothing is left to happen.
    fn settle_status(&mut self) {
        let open = self.held.is_positive() || self.advanced.is_positive();
        if self.status == AuthorizationStatus::Expired && !self.cleared.is_positive() {
            return;
        }
        let spent = self.cleared.is_positive() || self.excess.is_positive();
        self.0.status = match (open, spent) {
            (true, _) => AuthorizationStatus::Open,
            (false, true) => AuthorizationStatus::Cleared,
            (false, false) => AuthorizationStatus::Reversed,
        };
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.updated_at = now.max(self.updated_at);
        self.0.version = self.version.saturating_add(1);
    }
}

fn positive(amount: Money) -> Money {
    if amount.is_negative() { Money::zero(amount.currency()) } else { amount }
}

#[cfg(test)]
mod tests;
