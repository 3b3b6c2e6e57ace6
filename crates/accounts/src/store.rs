use cardium_kernel::{AccountId, StoreError};

use crate::{Account, Email};

/// What account commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait AccountStore {
    /// The account with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// The account with this e-mail address.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_account_by_email(&mut self, email: &Email) -> Result<Option<AccountId>, StoreError>;

    /// Writes an account, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_account(&mut self, account: Account) -> Result<(), StoreError>;
}

/// Whether nobody but this account has the address.
///
/// # Errors
/// When the row cannot be read.
pub fn is_address_free(
    store: &mut (impl AccountStore + ?Sized),
    email: &Email,
    account: AccountId,
) -> Result<bool, StoreError> {
    let owner = store.find_account_by_email(email)?;
    Ok(owner.is_none_or(|owner| owner == account))
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;

    #[test]
    fn an_address_is_free_for_its_owner_and_where_nobody_has_it() {
        let (email, me) = (Email::parse("ada@example.com").unwrap(), AccountId::new(1));
        let somebody = AccountId::new(2);
        for (owner, free) in [(None, true), (Some(me), true), (Some(somebody), false)] {
            let mut store = MockAccountStore::new();
            let find = store.expect_find_account_by_email().with(eq(email.clone()));
            find.once().returning(move |_| Ok(owner));
            assert_eq!(is_address_free(&mut store, &email, me), Ok(free), "{owner:?}");
        }
    }

    #[test]
    fn a_miss_is_passed_on() {
        let email = Email::parse("ada@example.com").unwrap();
        let mut store = MockAccountStore::new();
        store.expect_find_account_by_email().returning(|_| Err(StoreError::Miss));
        let asked = is_address_free(&mut store, &email, AccountId::new(1));
        assert_eq!(asked, Err(StoreError::Miss));
    }
}
