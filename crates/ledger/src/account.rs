use cardium_kernel::{AccountId, Book, Money, Timestamp};

use crate::{LedgerAccountId, LedgerError, Role};

/// The stored facts of a customer's ledger account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Derived from the owner (see [`LedgerAccountId`]).
    pub id: LedgerAccountId,
    /// The tenant that owns the money.
    pub owner: AccountId,
    /// The ledger it belongs to.
    pub book: Book,
    /// What it is for.
    pub role: Role,
    /// The sum of its entries.
    pub posted: Money,
    /// The sum of its open holds, never negative.
    pub held: Money,
    /// Raised by one with every entry and every change of a hold.
    pub version: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A customer's ledger account. Its record can be read; only the ledger changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerAccount(AccountRecord);

impl std::ops::Deref for LedgerAccount {
    type Target = AccountRecord;

    fn deref(&self) -> &AccountRecord {
        &self.0
    }
}

impl LedgerAccount {
    /// An account read back from storage.
    #[must_use]
    pub const fn restore(record: AccountRecord) -> Self {
        Self(record)
    }

    /// An account that has never been used, empty.
    #[must_use]
    pub const fn open(
        id: LedgerAccountId,
        owner: AccountId,
        book: Book,
        role: Role,
        zero: Money,
    ) -> Self {
        let updated_at = Timestamp::EPOCH;
        Self(AccountRecord {
            id,
            owner,
            book,
            role,
            posted: zero,
            held: zero,
            version: 0,
            updated_at,
        })
    }

    /// What may be spent: posted less held.
    ///
    /// # Errors
    /// When the difference does not fit, which a stored account cannot reach.
    pub fn available(&self) -> Result<Money, LedgerError> {
        Ok(self.posted.minus(self.held)?)
    }

    /// Adds a signed amount to the posted balance and raises the version.
    ///
    /// # Errors
    /// [`LedgerError::Insufficient`] when a debit exceeds what is available,
    /// [`LedgerError::ReceivableOverpaid`] when a receivable would rise above zero.
    pub(crate) fn apply(&mut self, amount: Money, now: Timestamp) -> Result<(), LedgerError> {
        let posted = self.posted.plus(amount)?;
        self.check_posted(posted, amount)?;
        self.0.posted = posted;
        self.touch(now);
        Ok(())
    }

    /// Replaces what is held by `held` and raises the version.
    ///
    /// # Errors
    /// [`LedgerError::Insufficient`] when more would be held than is posted.
    pub(crate) fn set_held(&mut self, held: Money, now: Timestamp) -> Result<(), LedgerError> {
        let free = self.posted.minus(held)?;
        let grows = held.minor() > self.held.minor();
        if held.is_negative() || (grows && free.is_negative()) {
            let needed = held.minus(self.held)?;
            return Err(self.insufficient(needed)?);
        }
        self.0.held = held;
        self.touch(now);
        Ok(())
    }

    fn check_posted(&self, posted: Money, amount: Money) -> Result<(), LedgerError> {
        if self.role == Role::CardReceivable {
            let overpaid = posted.is_positive();
            return if overpaid { Err(LedgerError::ReceivableOverpaid(self.id)) } else { Ok(()) };
        }
        let free = posted.minus(self.held)?;
        if amount.is_negative() && free.is_negative() {
            return Err(self.insufficient(amount.negated()?)?);
        }
        Ok(())
    }

    fn insufficient(&self, needed: Money) -> Result<LedgerError, LedgerError> {
        let available = self.available()?;
        Ok(LedgerError::Insufficient { account: self.id, available, needed })
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.version = self.version.saturating_add(1);
        self.0.updated_at = now.max(self.updated_at);
    }
}
