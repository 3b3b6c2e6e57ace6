use std::time::Duration;

use cardium_kernel::{
    AccountId, Asset, Book, Change, Metadata, Money, MoneyError, Network, Timestamp, WithdrawalId,
};

use crate::{Address, Failure, FailureCode, WithdrawalStatus};

/// Why a withdrawal command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WithdrawalError {
    /// The fee leaves nothing to pay.
    #[error("the fee of {0} leaves nothing of the amount")]
    NothingLeft(Money),
    /// The withdrawal is not in a state that allows this.
    #[error("the withdrawal is {}", .0.as_str())]
    WrongState(WithdrawalStatus),
    /// The payment has another transaction id already.
    #[error("the withdrawal was broadcast as another transaction")]
    OtherTransaction,
    /// The amounts do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The stored facts of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalRecord {
    /// The withdrawal's id.
    pub id: WithdrawalId,
    /// Whose money.
    pub account: AccountId,
    /// Out of which ledger.
    pub book: Book,
    /// What is paid.
    pub asset: Asset,
    /// Where it is paid.
    pub network: Network,
    /// Who is paid, as the chain writes it.
    pub address: String,
    /// What goes with the payment, for those whose address is shared.
    pub memo: Option<String>,
    /// What leaves the treasury, the fee included.
    pub amount: Money,
    /// Our fee, out of the amount.
    pub fee: Money,
    /// The state.
    pub status: WithdrawalStatus,
    /// Whether the payment was handed to the chain, which may have it without our knowing.
    pub handed_over: bool,
    /// The chain's transaction id.
    pub txid: Option<String>,
    /// Why it was not paid.
    pub failure: Option<Failure>,
    /// From when on it may leave.
    pub releases_at: Timestamp,
    /// When whoever has hands free takes it up next, as long as it is created.
    pub due_at: Timestamp,
    /// The client's notes.
    pub metadata: Metadata,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to ask for a withdrawal.
#[derive(Debug, Clone)]
pub struct NewWithdrawal {
    /// The withdrawal's id.
    pub id: WithdrawalId,
    /// Whose money.
    pub account: AccountId,
    /// Out of which ledger.
    pub book: Book,
    /// What is paid.
    pub asset: Asset,
    /// Where it is paid.
    pub network: Network,
    /// Who is paid.
    pub address: Address,
    /// What goes with the payment.
    pub memo: Option<String>,
    /// What leaves the treasury, the fee included.
    pub amount: Money,
    /// Our fee, out of the amount.
    pub fee: Money,
    /// From when on it may leave.
    pub releases_at: Timestamp,
    /// The client's notes.
    pub metadata: Metadata,
}

/// A payment of treasury money to an address. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal(WithdrawalRecord);

impl std::ops::Deref for Withdrawal {
    type Target = WithdrawalRecord;

    fn deref(&self) -> &WithdrawalRecord {
        &self.0
    }
}

impl Withdrawal {
    /// How long one who took a withdrawal up has for it before another does. A payment is handed
    /// over within seconds; whoever comes second repeats the very same payment.
    pub const LEASE: Duration = Duration::from_secs(60);

    /// A withdrawal read back from storage.
    #[must_use]
    pub const fn restore(record: WithdrawalRecord) -> Self {
        Self(record)
    }

    /// Asks for a payment.
    ///
    /// # Errors
    /// [`WithdrawalError::NothingLeft`] where the fee takes all of it.
    pub fn request(new: NewWithdrawal, now: Timestamp) -> Result<Self, WithdrawalError> {
        let net = new.amount.minus(new.fee)?;
        if new.fee.is_negative() || !net.is_positive() {
            return Err(WithdrawalError::NothingLeft(new.fee));
        }
        Ok(Self(WithdrawalRecord {
            id: new.id,
            account: new.account,
            book: new.book,
            asset: new.asset,
            network: new.network,
            address: new.address.to_string(),
            memo: new.memo,
            amount: new.amount,
            fee: new.fee,
            status: WithdrawalStatus::Created,
            handed_over: false,
            txid: None,
            failure: None,
            releases_at: new.releases_at,
            due_at: new.releases_at,
            metadata: new.metadata,
            created_at: now,
            updated_at: now,
            version: 1,
        }))
    }

    /// What the payee gets.
    ///
    /// # Errors
    /// When the amounts do not fit, which [`Self::request`] has ruled out.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.amount.minus(self.fee)
    }

    /// Takes the payment up: from now on the chain may have it. Says whether it was due; nobody
    /// else takes it up before [`Self::LEASE`] has passed.
    pub fn take_up(&mut self, now: Timestamp) -> bool {
        if self.status != WithdrawalStatus::Created || now < self.due_at {
            return false;
        }
        self.hand_over(now)
    }

    /// Takes the payment up before it is due.
    pub fn hurry(&mut self, now: Timestamp) -> bool {
        self.status == WithdrawalStatus::Created && self.hand_over(now)
    }

    /// Puts off a payment that cannot be handed over now, so that it keeps nobody from others. Says
    /// whether it was due.
    pub fn postpone(&mut self, now: Timestamp) -> bool {
        let due = self.status == WithdrawalStatus::Created && now >= self.due_at;
        if due {
            self.0.due_at = now.after(Self::LEASE);
            self.0.version = self.version.saturating_add(1);
        }
        due
    }

    fn hand_over(&mut self, now: Timestamp) -> bool {
        self.0.handed_over = true;
        self.0.due_at = now.after(Self::LEASE);
        self.0.version = self.version.saturating_add(1);
        true
    }

    /// Notes that the chain has the payment.
    ///
    /// # Errors
    /// [`WithdrawalError::WrongState`] before it was handed over or after it failed,
    /// [`WithdrawalError::OtherTransaction`] where the chain has another one.
    pub fn broadcast(&mut self, txid: &str, now: Timestamp) -> Result<Change, WithdrawalError> {
        match (self.status, &self.txid) {
            (WithdrawalStatus::Created, _) if self.handed_over => {
                self.0.txid = Some(txid.to_owned());
                Ok(self.enter(WithdrawalStatus::Broadcasted, now))
            }
            (WithdrawalStatus::Broadcasted | WithdrawalStatus::Confirmed, Some(known)) => {
                if known == txid {
                    Ok(Change::AlreadyApplied)
                } else {
                    Err(WithdrawalError::OtherTransaction)
                }
            }
            (status, _) => Err(WithdrawalError::WrongState(status)),
        }
    }

    /// Notes that the payment is final.
    ///
    /// # Errors
    /// [`WithdrawalError::WrongState`] unless it was broadcast.
    pub fn confirm(&mut self, now: Timestamp) -> Result<Change, WithdrawalError> {
        match self.status {
            WithdrawalStatus::Broadcasted => Ok(self.enter(WithdrawalStatus::Confirmed, now)),
            WithdrawalStatus::Confirmed => Ok(Change::AlreadyApplied),
            status => Err(WithdrawalError::WrongState(status)),
        }
    }

    /// Gives the payment up. What the chain may have fails only when the chain says so: a block
    /// of the operator's holds before the payment was handed over, a rejection after, and a
    /// reverted payment was broadcast.
    ///
    /// # Errors
    /// [`WithdrawalError::WrongState`].
    pub fn fail(&mut self, failure: Failure, now: Timestamp) -> Result<Change, WithdrawalError> {
        let fits = match (self.status, failure.code) {
            (WithdrawalStatus::Failed, _) => return Ok(Change::AlreadyApplied),
            (WithdrawalStatus::Created, FailureCode::Blocked) => !self.handed_over,
            (WithdrawalStatus::Created, FailureCode::Rejected) => self.handed_over,
            (WithdrawalStatus::Broadcasted, FailureCode::Reverted) => true,
            _ => false,
        };
        if !fits {
            return Err(WithdrawalError::WrongState(self.status));
        }
        self.0.failure = Some(failure);
        Ok(self.enter(WithdrawalStatus::Failed, now))
    }

    fn enter(&mut self, status: WithdrawalStatus, now: Timestamp) -> Change {
        self.0.status = status;
        self.0.updated_at = now.max(self.updated_at);
        self.0.version = self.version.saturating_add(1);
        Change::Applied
    }
}

#[cfg(test)]
mod tests;
