use std::time::Duration;

use cardium_kernel::{AccountId, Book, Network, StoreError, Timestamp, digest128};

use crate::{Address, WithdrawalStore};

/// The id of a payee, derived from whose payee it is, of which book, and its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayeeId(u128);

impl PayeeId {
    /// An id read back from storage.
    #[must_use]
    pub const fn new(value: u128) -> Self {
        Self(value)
    }

    /// The payee behind an account's address in a book: sandbox payments prove nothing to live
    /// money.
    #[must_use]
    pub fn of((account, book): (AccountId, Book), network: Network, address: &Address) -> Self {
        let account = account.value().to_be_bytes();
        let (network, address) = (network.as_str().as_bytes(), address.as_str().as_bytes());
        Self(digest128(&[b"payee", &account, book.as_str().as_bytes(), network, address]))
    }

    /// The 128-bit value.
    #[must_use]
    pub const fn value(self) -> u128 {
        self.0
    }
}

/// An address that an account has withdrawn to out of one of its books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Derived from the account, the book and the address.
    pub id: PayeeId,
    /// Whose payee.
    pub account: AccountId,
    /// Out of which ledger it is paid.
    pub book: Book,
    /// On which chain.
    pub network: Network,
    /// The address.
    pub address: String,
    /// From when on it is paid.
    pub trusted_at: Timestamp,
    /// When it was first named.
    pub created_at: Timestamp,
}

/// Why a payee is not paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayeeError {
    /// It is new, and one withdrawal waits for it already.
    #[error("the address is new and takes further withdrawals from {0} on")]
    CoolingDown(Timestamp),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// From when on a withdrawal to this address may leave. A new address waits for `cooling`, which
/// gives its owner time to notice a thief; until then it gets one withdrawal and no more.
///
/// # Errors
/// [`PayeeError`].
pub fn admit(
    store: &mut (impl WithdrawalStore + ?Sized),
    (account, book): (AccountId, Book),
    (network, address): (Network, &Address),
    (now, cooling): (Timestamp, Duration),
) -> Result<Timestamp, PayeeError> {
    let id = PayeeId::of((account, book), network, address);
    if let Some(payee) = store.find_payee(id)? {
        let cold = payee.trusted_at > now;
        return if cold { Err(PayeeError::CoolingDown(payee.trusted_at)) } else { Ok(now) };
    }
    let trusted_at = now.after(cooling);
    let address = address.to_string();
    let payee = Payee { id, account, book, network, address, trusted_at, created_at: now };
    store.insert_payee(payee)?;
    Ok(trusted_at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mockall::predicate::eq;

    use super::*;
    use crate::store::MockWithdrawalStore;

    const OWNER: AccountId = AccountId::new(0x100);
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn address() -> Address {
        Address::parse(Network::Tron, "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G").unwrap()
    }

    fn ask(store: &mut MockWithdrawalStore, now: Timestamp) -> Result<Timestamp, PayeeError> {
        admit(store, (OWNER, Book::Live), (Network::Tron, &address()), (now, DAY))
    }

    fn known(trusted_at: Timestamp) -> MockWithdrawalStore {
        let id = PayeeId::of((OWNER, Book::Live), Network::Tron, &address());
        let (account, book, network) = (OWNER, Book::Live, Network::Tron);
        let address = address().to_string();
        let payee = Payee { id, account, book, network, address, trusted_at, created_at: NOW };
        let mut store = MockWithdrawalStore::new();
        store.expect_find_payee().with(eq(id)).times(1).returning(move |_| Ok(Some(payee.clone())));
        store
    }

    #[test]
    fn a_new_address_waits_and_is_remembered() {
        let mut store = MockWithdrawalStore::new();
        store.expect_find_payee().times(1).returning(|_| Ok(None));
        store
            .expect_insert_payee()
            .withf(|payee| payee.trusted_at == NOW.after(DAY) && payee.account == OWNER)
            .times(1)
            .returning(|_| Ok(()));
        assert_eq!(ask(&mut store, NOW), Ok(NOW.after(DAY)));
    }

    #[test]
    fn an_address_is_paid_at_once_when_it_is_trusted() {
        let trusted = NOW.after(DAY);
        assert_eq!(ask(&mut known(trusted), NOW), Err(PayeeError::CoolingDown(trusted)));
        assert_eq!(ask(&mut known(trusted), trusted), Ok(trusted));
    }

    #[test]
    fn a_failing_store_is_told_of() {
        let mut store = MockWithdrawalStore::new();
        store.expect_find_payee().returning(|_| Err(StoreError::Miss));
        assert_eq!(ask(&mut store, NOW), Err(PayeeError::Store(StoreError::Miss)));
    }

    #[test]
    fn payees_of_two_accounts_books_and_chains_differ() {
        let other = AccountId::new(0x200);
        let ids: BTreeSet<PayeeId> = [
            PayeeId::of((OWNER, Book::Live), Network::Tron, &address()),
            PayeeId::of((OWNER, Book::Sandbox), Network::Tron, &address()),
            PayeeId::of((OWNER, Book::Live), Network::Bsc, &address()),
            PayeeId::of((other, Book::Live), Network::Tron, &address()),
        ]
        .into();
        assert_eq!(ids.len(), 4);
    }
}
