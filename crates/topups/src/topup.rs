use std::time::Duration;

use cardium_kernel::{
    AccountId, Book, Metadata, Money, MoneyError, StoreError, Timestamp, TopupId,
};

use crate::{Asset, LifecycleStatus, Network, TopupStatus};

/// How long a top-up waits for its coins.
pub const WINDOW: Duration = Duration::from_secs(60 * 60);

/// Why a top-up command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopupError {
    /// Coins are on their way or have arrived.
    #[error("a top-up can be cancelled only while it awaits its coins")]
    NotCancellable,
    /// The amounts do not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The stored facts of a top-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopupRecord {
    /// The top-up's id.
    pub id: TopupId,
    /// The tenant credited.
    pub account: AccountId,
    /// The ledger credited.
    pub book: Book,
    /// What is asked for.
    pub asset: Asset,
    /// Where it is asked for.
    pub network: Network,
    /// The address to pay, never used for anything else.
    pub address: String,
    /// What its owner announced.
    pub amount: Money,
    /// What was seen and is not final.
    pub confirming: Money,
    /// What was credited.
    pub received: Money,
    /// The state.
    pub status: TopupStatus,
    /// Whether the window passed before coins came.
    pub expired: bool,
    /// Whether coins came after the window or a cancellation.
    pub late: bool,
    /// The latest transfer's transaction id.
    pub txid: Option<String>,
    /// Confirmations of the latest transfer.
    pub confirmations: i64,
    /// Its owner's notes.
    pub metadata: Metadata,
    /// When the window ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to ask for a top-up.
#[derive(Debug, Clone)]
pub struct NewTopup {
    /// The top-up's id.
    pub id: TopupId,
    /// The tenant credited.
    pub account: AccountId,
    /// The ledger credited.
    pub book: Book,
    /// What is asked for.
    pub asset: Asset,
    /// Where it is asked for.
    pub network: Network,
    /// The address to pay.
    pub address: String,
    /// What its owner announces.
    pub amount: Money,
    /// Its owner's notes.
    pub metadata: Metadata,
}

/// A request for a crypto deposit. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topup(TopupRecord);

impl std::ops::Deref for Topup {
    type Target = TopupRecord;

    fn deref(&self) -> &TopupRecord {
        &self.0
    }
}

impl Topup {
    /// A top-up read back from storage.
    #[must_use]
    pub const fn restore(record: TopupRecord) -> Self {
        Self(record)
    }

    /// Asks for a deposit, open for [`WINDOW`].
    #[must_use]
    pub fn request(new: NewTopup, now: Timestamp) -> Self {
        let zero = Money::zero(new.amount.currency());
        Self(TopupRecord {
            id: new.id,
            account: new.account,
            book: new.book,
            asset: new.asset,
            network: new.network,
            address: new.address,
            amount: new.amount,
            confirming: zero,
            received: zero,
            status: TopupStatus::Awaiting,
            expired: false,
            late: false,
            txid: None,
            confirmations: 0,
            metadata: new.metadata,
            expires_at: now.after(WINDOW),
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// The state in the documentation's words.
    #[must_use]
    pub fn lifecycle(&self) -> LifecycleStatus {
        match (self.status, self.expired) {
            (TopupStatus::Awaiting | TopupStatus::Confirming, _) => LifecycleStatus::Pending,
            (TopupStatus::Completed, _) => LifecycleStatus::Completed,
            (TopupStatus::Cancelled, true) => LifecycleStatus::Expired,
            (TopupStatus::Cancelled, false) => LifecycleStatus::Cancelled,
            (TopupStatus::Error, _) => LifecycleStatus::Error,
        }
    }

    /// What is still missing from the announced amount, at least zero.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn remaining(&self) -> Result<Money, MoneyError> {
        let rest = self.amount.minus(self.received)?.minus(self.confirming)?;
        Ok(if rest.is_negative() { Money::zero(rest.currency()) } else { rest })
    }

    /// Gives the top-up up.
    ///
    /// # Errors
    /// [`TopupError::NotCancellable`] once coins were seen.
    pub fn cancel(&mut self, now: Timestamp) -> Result<(), TopupError> {
        if self.status != TopupStatus::Awaiting {
            return Err(TopupError::NotCancellable);
        }
        self.0.status = TopupStatus::Cancelled;
        self.touch(now);
        Ok(())
    }

    /// Ends the window; says whether anything changed.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        if self.status != TopupStatus::Awaiting || now < self.expires_at {
            return false;
        }
        self.0.status = TopupStatus::Cancelled;
        self.0.expired = true;
        self.touch(now);
        true
    }

    /// Notes coins that are not final yet.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn see(&mut self, value: Money, txid: &str, now: Timestamp) -> Result<(), TopupError> {
        self.0.confirming = self.confirming.plus(value)?;
        self.0.txid = Some(txid.to_owned());
        self.0.confirmations = 1;
        self.0.late |= self.status == TopupStatus::Cancelled || now >= self.expires_at;
        if self.status != TopupStatus::Completed {
            self.0.status = TopupStatus::Confirming;
        }
        self.touch(now);
        Ok(())
    }

    /// Notes how deep the latest transfer is; says whether that is news.
    pub fn confirm(&mut self, confirmations: i64, now: Timestamp) -> bool {
        if confirmations <= self.confirmations {
            return false;
        }
        self.0.confirmations = confirmations;
        self.touch(now);
        true
    }

    /// Credits coins that became final.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn credit(&mut self, value: Money, now: Timestamp) -> Result<(), TopupError> {
        self.0.confirming = self.confirming.minus(value)?;
        self.0.received = self.received.plus(value)?;
        self.0.status = TopupStatus::Completed;
        self.touch(now);
        Ok(())
    }

    /// Takes back coins that the chain undid; says whether the top-up is in error now, for it waits
    /// for no others that are worth anything.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn revert(&mut self, value: Money, now: Timestamp) -> Result<bool, TopupError> {
        self.0.confirming = self.confirming.minus(value)?;
        let failed = self.status == TopupStatus::Confirming && self.confirming.minor() == 0;
        if failed {
            self.0.status = TopupStatus::Error;
        }
        self.touch(now);
        Ok(failed)
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.updated_at = now.max(self.updated_at);
        self.0.version = self.version.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

    fn topup() -> Topup {
        let new = NewTopup {
            id: TopupId::new(0x100),
            account: AccountId::new(0x200),
            book: Book::Live,
            asset: Asset::Usdt,
            network: Network::Tron,
            address: "sim".into(),
            amount: Money::usd(50_000),
            metadata: Metadata::default(),
        };
        Topup::request(new, NOW)
    }

    #[test]
    fn coins_confirm_then_credit() {
        let mut topup = topup();
        topup.see(Money::usd(20_000), "t1", NOW).unwrap();
        assert_eq!(topup.status, TopupStatus::Confirming);
        assert_eq!(topup.remaining(), Ok(Money::usd(30_000)));
        assert_eq!(topup.cancel(NOW), Err(TopupError::NotCancellable));
        topup.credit(Money::usd(20_000), NOW).unwrap();
        assert_eq!(topup.lifecycle(), LifecycleStatus::Completed);
        assert_eq!((topup.confirming, topup.received), (Money::usd(0), Money::usd(20_000)));
        assert!(!topup.late);
    }

    #[test]
    fn an_expired_window_still_takes_late_coins() {
        let mut topup = topup();
        let late = NOW.after(WINDOW);
        assert!(!topup.expire(NOW));
        assert!(topup.expire(late));
        assert_eq!(topup.lifecycle(), LifecycleStatus::Expired);
        topup.see(Money::usd(1), "t1", late).unwrap();
        topup.credit(Money::usd(1), late).unwrap();
        assert!(topup.late && topup.status == TopupStatus::Completed);
    }

    #[test]
    fn coins_that_the_chain_undid_are_an_error_unless_others_come() {
        let mut topup = topup();
        topup.see(Money::usd(2), "t1", NOW).unwrap();
        topup.see(Money::usd(3), "t2", NOW).unwrap();
        assert_eq!(topup.revert(Money::usd(2), NOW), Ok(false));
        assert_eq!((topup.status, topup.confirming), (TopupStatus::Confirming, Money::usd(3)));
        assert_eq!(topup.revert(Money::usd(3), NOW), Ok(true));
        assert_eq!(topup.lifecycle(), LifecycleStatus::Error);
        assert!(!topup.expire(NOW.after(WINDOW)));
        assert_eq!(topup.cancel(NOW), Err(TopupError::NotCancellable));
        topup.see(Money::usd(4), "t3", NOW).unwrap();
        topup.credit(Money::usd(4), NOW).unwrap();
        topup.see(Money::usd(5), "t4", NOW).unwrap();
        assert_eq!(topup.revert(Money::usd(5), NOW), Ok(false));
        assert_eq!((topup.status, topup.received), (TopupStatus::Completed, Money::usd(4)));
        assert_eq!(topup.confirming, Money::usd(0));
    }

    #[test]
    fn coins_after_a_cancellation_are_late() {
        let mut topup = topup();
        topup.cancel(NOW).unwrap();
        topup.see(Money::usd(1), "t1", NOW).unwrap();
        assert!(topup.late);
    }
}
