use cardium_kernel::{AccountId, Timestamp};

use crate::{Email, PasswordHash};

/// The stored facts of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// The account's id.
    pub id: AccountId,
    /// Where its owner is reached and how they sign in.
    pub email: Email,
    /// The hash of the password.
    pub password: PasswordHash,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// A tenant of the programme. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account(AccountRecord);

impl std::ops::Deref for Account {
    type Target = AccountRecord;

    fn deref(&self) -> &AccountRecord {
        &self.0
    }
}

impl Account {
    /// Opens an account.
    #[must_use]
    pub const fn open(id: AccountId, email: Email, password: PasswordHash, now: Timestamp) -> Self {
        let record =
            AccountRecord { id, email, password, created_at: now, updated_at: now, version: 1 };
        Self(record)
    }

    /// An account read back from storage.
    #[must_use]
    pub const fn restore(record: AccountRecord) -> Self {
        Self(record)
    }
}
