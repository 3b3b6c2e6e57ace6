use cardium_kernel::{AccountId, AuthorizationId, Book, CardId, Money, MoneyError, Timestamp};

use crate::{HOLD_PERIOD, Merchant};

/// Where an authorization is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationStatus {
    /// Holds money.
    Open,
    /// Was cleared.
    Cleared,
    /// Was reversed in full.
    Reversed,
}

impl AuthorizationStatus {
    const ALL: [Self; 3] = [Self::Open, Self::Cleared, Self::Reversed];

    /// The status's word in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Cleared => "cleared",
            Self::Reversed => "reversed",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The stored facts of an authorization: a projection of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRecord {
    /// The authorization's id, which is also that of its hold.
    pub id: AuthorizationId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card that spends.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// DE 38: what we answered, and what the clearing quotes.
    pub approval_code: String,
    /// DE 37: the acquirer's retrieval reference number.
    pub retrieval_reference: String,
    /// What was approved.
    pub authorized: Money,
    /// What is still held.
    pub held: Money,
    /// What was cleared.
    pub cleared: Money,
    /// What was given back after clearing.
    pub refunded: Money,
    /// Where it is in its life.
    pub status: AuthorizationStatus,
    /// Who asked.
    pub merchant: Merchant,
    /// When the hold lapses.
    pub expires_at: Timestamp,
    /// When it was approved.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to open an authorization.
#[derive(Debug, Clone)]
pub struct NewAuthorization {
    /// The authorization's id.
    pub id: AuthorizationId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card that spends.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// DE 37.
    pub retrieval_reference: String,
    /// What was approved.
    pub amount: Money,
    /// Who asked.
    pub merchant: Merchant,
}

/// What a reversal has to undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reversal {
    /// What remains held.
    pub held: Money,
    /// What was cleared and goes back to the card.
    pub refund: Money,
    /// The sum that the reversal takes off the authorization.
    pub total: Money,
}

/// An approved request of the network. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization(AuthorizationRecord);

impl std::ops::Deref for Authorization {
    type Target = AuthorizationRecord;

    fn deref(&self) -> &AuthorizationRecord {
        &self.0
    }
}

impl Authorization {
    /// An authorization read back from storage.
    #[must_use]
    pub const fn restore(record: AuthorizationRecord) -> Self {
        Self(record)
    }

    /// Opens an authorization that holds its whole amount for [`HOLD_PERIOD`].
    #[must_use]
    pub fn approve(new: NewAuthorization, now: Timestamp) -> Self {
        let zero = Money::zero(new.amount.currency());
        Self(AuthorizationRecord {
            id: new.id,
            account: new.account,
            card: new.card,
            book: new.book,
            approval_code: approval_code(new.id),
            retrieval_reference: new.retrieval_reference,
            authorized: new.amount,
            held: new.amount,
            cleared: zero,
            refunded: zero,
            status: AuthorizationStatus::Open,
            merchant: new.merchant,
            expires_at: now.after(HOLD_PERIOD),
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// A clearing that no authorization preceded: a force post.
    #[must_use]
    pub fn force_post(new: NewAuthorization, now: Timestamp) -> Self {
        let zero = Money::zero(new.amount.currency());
        let mut forced = Self::approve(new, now);
        forced.0.authorized = zero;
        forced.0.held = zero;
        forced
    }

    /// Takes a clearing of any amount; the rest of the hold is released.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn clear(&mut self, amount: Money, now: Timestamp) -> Result<(), MoneyError> {
        self.0.cleared = self.cleared.plus(amount)?;
        self.0.held = Money::zero(self.held.currency());
        self.0.status = AuthorizationStatus::Cleared;
        self.touch(now);
        Ok(())
    }

    /// Reverses down to `remaining` (DE 95: the new total), zero for a full reversal. Money
    /// that is still held is released first; what was cleared beyond it is given back.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn reverse(&mut self, remaining: Money, now: Timestamp) -> Result<Reversal, MoneyError> {
        let zero = Money::zero(self.held.currency());
        let keep = if remaining.is_negative() { zero } else { remaining };
        let spent = self.cleared.minus(self.refunded)?;
        let refund = positive(spent.minus(keep)?);
        let keep_held = positive(keep.minus(spent)?);
        let held = self.held.min(keep_held)?;
        let total = self.held.minus(held)?.plus(refund)?;
        self.0.held = held;
        self.0.refunded = self.refunded.plus(refund)?;
        if keep.is_zero() {
            self.0.status = AuthorizationStatus::Reversed;
        }
        self.touch(now);
        Ok(Reversal { held, refund, total })
    }

    /// Gives back cleared money, at most what is still spent; says how much.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn give_back(&mut self, amount: Money, now: Timestamp) -> Result<Money, MoneyError> {
        let spent = self.cleared.minus(self.refunded)?;
        let refund = positive(amount).min(spent)?;
        self.0.refunded = self.refunded.plus(refund)?;
        self.touch(now);
        Ok(refund)
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.updated_at = now.max(self.updated_at);
        self.0.version = self.version.saturating_add(1);
    }
}

fn positive(amount: Money) -> Money {
    if amount.is_negative() { Money::zero(amount.currency()) } else { amount }
}

/// DE 38, six digits, fixed by the authorization's id so that a rerun answers alike.
fn approval_code(id: AuthorizationId) -> String {
    let digits = (id.value() >> 8).checked_rem(1_000_000).unwrap_or(0);
    format!("{digits:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1);

    fn authorization(cents: i64) -> Authorization {
        let new = NewAuthorization {
            id: AuthorizationId::new(0x1234_5600),
            account: AccountId::new(0x100),
            card: CardId::new(0x200),
            book: Book::Live,
            retrieval_reference: "000000000001".into(),
            amount: Money::usd(cents),
            merchant: Merchant::default(),
        };
        Authorization::approve(new, NOW)
    }

    #[test]
    fn a_partial_reversal_leaves_the_new_total_held() {
        let mut auth = authorization(1_000);
        let reversal = auth.reverse(Money::usd(400), NOW).unwrap();
        assert_eq!((reversal.total, auth.held), (Money::usd(600), Money::usd(400)));
        assert_eq!(auth.status, AuthorizationStatus::Open);
    }

    #[test]
    fn giving_back_is_bounded_by_what_was_spent() {
        let mut auth = authorization(10_000);
        auth.clear(Money::usd(6_000), NOW).unwrap();
        auth.clear(Money::usd(4_000), NOW).unwrap();
        assert_eq!(auth.give_back(Money::usd(4_000), NOW), Ok(Money::usd(4_000)));
        assert_eq!(auth.give_back(Money::usd(9_000), NOW), Ok(Money::usd(6_000)));
        assert_eq!(auth.give_back(Money::usd(1), NOW), Ok(Money::usd(0)));
    }

    #[test]
    fn a_reversal_after_clearing_gives_back() {
        let mut auth = authorization(1_000);
        auth.clear(Money::usd(1_200), NOW).unwrap();
        let reversal = auth.reverse(Money::usd(0), NOW).unwrap();
        assert_eq!(reversal.refund, Money::usd(1_200));
        assert_eq!(auth.reverse(Money::usd(0), NOW).unwrap().total, Money::usd(0));
        assert_eq!(auth.status, AuthorizationStatus::Reversed);
    }

    proptest::proptest! {
        #[test]
        fn reversals_never_give_back_more_than_was_taken(
            amount in 1_i64..1_000,
            steps in proptest::collection::vec((proptest::bool::ANY, 0_i64..1_500), 0..8),
        ) {
            let mut auth = authorization(amount);
            for (clear, value) in steps {
                if clear {
                    auth.clear(Money::usd(value), NOW).unwrap();
                } else {
                    auth.reverse(Money::usd(value), NOW).unwrap();
                }
                proptest::prop_assert!(auth.refunded.minor() <= auth.cleared.minor());
                proptest::prop_assert!((0..=amount).contains(&auth.held.minor()));
            }
        }
    }
}
