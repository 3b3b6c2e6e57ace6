//! Accounts.

use cardium_accounts::Account;
use cardium_app::reads::Balance;
use cardium_kernel::{AccountId, Book, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::AmountOut, balance::reported, field::required, schema::EMAIL, text::Text, word::Word,
};

/// Who signs up or in.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct CredentialsIn {
    /// The e-mail address.
    #[schemars(required, length(max = 254), regex(pattern = EMAIL))]
    pub email: Option<String>,
    /// The password.
    #[schemars(required, length(min = 8, max = 256), extend("format" = "password"))]
    pub password: Option<String>,
}

impl CredentialsIn {
    /// Both fields.
    ///
    /// # Errors
    /// `missing_required_field`.
    pub fn parts(self) -> Result<(String, String), cardium_kernel::Problem> {
        let email = required(self.email, "email")?;
        Ok((email, required(self.password, "password")?))
    }
}

/// An account as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountOut {
    id: Text<AccountId>,
    #[schemars(extend("const" = "account"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AmountOut")]
    balance_usd: Option<AmountOut>,
    twofa_enabled: bool,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl AccountOut {
    /// The account with the balance of the book that it reports by default.
    #[must_use]
    pub fn with_balance(account: &Account, balances: &[Balance; 2]) -> Self {
        let balance = reported(balances, None);
        Self {
            mode: balance.book.as_str(),
            balance_usd: Some(AmountOut(balance.available)),
            ..Self::new(account)
        }
    }

    /// The account as events show it: a balance is no part of it.
    #[must_use]
    pub fn new(account: &Account) -> Self {
        Self {
            id: Text(account.id),
            object: "account",
            mode: Book::Live.as_str(),
            email: account.email.as_str().to_owned(),
            balance_usd: None,
            twofa_enabled: false,
            created_at: Text(account.created_at),
            updated_at: Text(account.updated_at),
        }
    }
}
