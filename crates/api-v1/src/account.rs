//! Accounts.

use cardium_accounts::{Account, Email, Notifications, Password};
use cardium_app::{CommandError, accounts::NotificationsPatch, reads::Balance};
use cardium_kernel::{AccountId, Book, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::AmountOut, balance::reported, field::required, schema::EMAIL, text::Text, word::Word,
};

/// Who signs up.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct SignUpIn {
    /// The e-mail address.
    #[schemars(required, length(max = 254), regex(pattern = EMAIL))]
    #[schemars(extend("examples" = ["jane@example.com"]))]
    pub email: Option<String>,
    /// The password.
    #[schemars(required, length(min = 8, max = 256), extend("format" = "password"))]
    pub password: Option<String>,
}

impl SignUpIn {
    /// Address and password.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `weak_password`.
    pub fn parse(self) -> Result<(Email, Password), CommandError> {
        let email = required(self.email, "email")?;
        let password = required(self.password, "password")?;
        Ok((Email::parse(&email)?, Password::choose(password)?))
    }
}

/// Who signs in.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct SignInIn {
    /// The e-mail address.
    #[schemars(required, length(max = 254), regex(pattern = EMAIL))]
    #[schemars(extend("examples" = ["jane@example.com"]))]
    pub email: Option<String>,
    /// The password.
    #[schemars(required)]
    pub password: Option<String>,
    /// Six digits of the authenticator or a recovery code, where two-factor authentication is on.
    #[validate(length(max = 64))]
    #[schemars(length(max = 64))]
    pub totp_code: Option<String>,
}

/// A sign-in, understood.
pub struct SignInWish {
    /// The e-mail address.
    pub email: Email,
    /// The password to compare.
    pub password: Password,
    /// The code to compare, as it was typed.
    pub totp_code: Option<String>,
}

impl SignInIn {
    /// The sign-in with typed fields.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<SignInWish, CommandError> {
        let email = required(self.email, "email")?;
        let password = required(self.password, "password")?;
        Ok(SignInWish {
            email: Email::parse(&email)?,
            password: Password::candidate(&password),
            totp_code: self.totp_code,
        })
    }
}

/// What an owner changes; what is absent stays.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct AccountPatch {
    /// The new e-mail address.
    #[schemars(length(max = 254), regex(pattern = EMAIL))]
    pub email: Option<String>,
    /// The password so far: for a new one always, for a new address unless the session signed in
    /// within the last ten minutes.
    pub current_password: Option<String>,
    /// The new password.
    #[schemars(length(min = 8, max = 256))]
    pub new_password: Option<String>,
    /// What the owner wants to be told of.
    pub notifications: Option<NotificationsIn>,
}

/// Wishes to be told of something; what is absent stays.
#[derive(Deserialize, JsonSchema)]
pub struct NotificationsIn {
    /// News of the account by e-mail.
    pub email: Option<bool>,
    /// Webhook endpoints that fail.
    pub webhook_failures: Option<bool>,
    /// Sign-ins and changed credentials.
    pub security: Option<bool>,
}

/// What an owner changes, understood.
pub struct AccountWish {
    /// The new address.
    pub email: Option<Email>,
    /// The password so far, to compare.
    pub current_password: Option<Password>,
    /// The new password.
    pub new_password: Option<Password>,
    /// What the owner wants to be told of.
    pub notifications: NotificationsPatch,
}

impl AccountPatch {
    /// The change with typed fields.
    ///
    /// # Errors
    /// `invalid_field` or `weak_password`.
    pub fn parse(self) -> Result<AccountWish, CommandError> {
        let weak = |mut problem: Problem| {
            problem.param = Some("new_password".to_owned());
            problem
        };
        let new_password = self.new_password.map(Password::choose).transpose();
        let new_password = new_password.map_err(|error| match CommandError::from(error) {
            CommandError::Problem(problem) => weak(problem).into(),
            other @ (CommandError::Store(_)
            | CommandError::Traced(_)
            | CommandError::PanTaken
            | CommandError::Unknown(_)
            | CommandError::Internal(_)) => other,
        })?;
        let notifications = self.notifications.map_or_else(Default::default, |wishes| {
            let NotificationsIn { email, webhook_failures, security } = wishes;
            NotificationsPatch { email, webhook_failures, security }
        });
        Ok(AccountWish {
            email: self.email.map(|text| Email::parse(&text)).transpose()?,
            current_password: self.current_password.map(|text| Password::candidate(&text)),
            new_password,
            notifications,
        })
    }
}

/// What an owner is told of.
#[derive(Debug, Serialize, JsonSchema)]
struct NotificationsOut {
    /// News of the account by e-mail.
    email: bool,
    /// Webhook endpoints that fail.
    webhook_failures: bool,
    /// Sign-ins and changed credentials.
    security: bool,
}

impl From<Notifications> for NotificationsOut {
    fn from(wishes: Notifications) -> Self {
        let Notifications { email, webhook_failures, security } = wishes;
        Self { email, webhook_failures, security }
    }
}

/// An account as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountOut {
    /// The account's id.
    id: Text<AccountId>,
    /// Always `account`.
    #[schemars(extend("const" = "account"))]
    object: &'static str,
    /// The book of the balance.
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    /// The e-mail address.
    email: String,
    /// What the treasury has available.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AmountOut")]
    balance_usd: Option<AmountOut>,
    /// Whether signing in takes a code.
    twofa_enabled: bool,
    /// What the owner is told of.
    notifications: NotificationsOut,
    /// Since when everything is stopped; null while it is not.
    locked_at: Option<Text<Timestamp>>,
    /// When it was opened.
    created_at: Text<Timestamp>,
    /// When its owner last changed it.
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
            twofa_enabled: account.authenticator().is_some(),
            notifications: account.notifications.into(),
            locked_at: account.locked_at.map(Text),
            created_at: Text(account.created_at),
            updated_at: Text(account.updated_at),
        }
    }
}
