//! Sign-up, sign-in and sign-out, and what an owner sets: address, password, second factor.
//!
//! Passwords and codes are compared at the edge, which takes time and keys. What was found right
//! comes along as a [`Proof`] and is checked again inside the transaction: against the account as
//! it is then, with the throttle on wrong guesses, and a code is used up there. So neither two
//! requests at once nor many guesses at once get past it.

mod attempt;
mod panic;
mod proof;
mod step_up;
mod totp;
mod update;

pub use attempt::{CheckAttempts, FailedAttempt};
pub use panic::{LockAccount, Running, StopRest, UnlockAccount};
pub use proof::{Names, Proof, password_required, wrong_code, wrong_password};
pub use step_up::StepUp;
pub use totp::{BeginTotp, ConfirmTotp, DisableTotp, totp_secret_aad};
pub use update::{Confirmed, NotificationsPatch, UpdateAccount};

use cardium_accounts::{Account, Attempt, CodeProof, Email, PasswordHash, is_address_free};
use cardium_auth::{
    AllowList, Credential, CredentialKind, CredentialRecord, SESSION_LIFETIME, ScopeSet, TokenHash,
};
use cardium_kernel::{AccountId, Change, CredentialId, ErrorCode, Metadata, Problem, Timestamp};

use self::proof::refuse_code;
use crate::{
    Actor, CommandError, CommandResult, Context, Ending, EventType, Hints, NaturalKey, RowKey,
    Snapshot, Unit, UseCase, unit::owned,
};

/// A signed-in account: what sign-up and sign-in answer.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The new session.
    pub session: Credential,
}

/// Opens an account and signs it in.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The new account's id.
    pub account: AccountId,
    /// The new session's id.
    pub session: CredentialId,
    /// The e-mail address.
    pub email: Email,
    /// The hash of the password.
    pub password: PasswordHash,
    /// The hash of the session's token.
    pub token: TokenHash,
}

impl UseCase for SignUp {
    type Output = SignedIn;

    fn hints(&self, _: &Context) -> Hints {
        let rows = [
            RowKey::Account(self.account),
            RowKey::Credential(self.session),
            RowKey::Sequence(self.account),
        ];
        Hints::rows(rows).with_name(NaturalKey::Email(self.email.clone()))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<SignedIn> {
        if !is_address_free(unit.tx, &self.email, self.account)? {
            return Err(email_taken().into());
        }
        let (email, password) = (self.email.clone(), self.password.clone());
        let account = Account::open(self.account, email, password, unit.now());
        unit.tx.save_account(account.clone())?;
        let session = session(self.session, &account, self.token, unit.now());
        unit.tx.save_credential(session.clone())?;
        unit.emit(EventType::AccountCreated, Snapshot::Account(account.clone()))?;
        unit.audit(self.account, "account.created", &self.account)?;
        Ok(Ending::Done(SignedIn { account, session }))
    }
}

/// Opens a session for an account whose password was checked at the edge.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The account.
    pub account: AccountId,
    /// The address it was found by; it must still be the account's.
    pub email: Email,
    /// The hash the password was checked against; it must still be the account's.
    pub checked: PasswordHash,
    /// The code, where one came along and is right.
    pub code: Option<CodeProof>,
    /// The new session's id.
    pub session: CredentialId,
    /// The hash of the session's token.
    pub token: TokenHash,
}

impl UseCase for SignIn {
    type Output = SignedIn;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([
            RowKey::Account(self.account),
            RowKey::Credential(self.session),
            RowKey::Sequence(self.account),
        ])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<SignedIn> {
        let found = unit.tx.find_account(self.account)?;
        let found = found.filter(|account| account.email == self.email);
        let mut account = found.ok_or_else(bad_credentials)?;
        self.check(&mut account, unit.now())?;
        unit.tx.save_account(account.clone())?;
        let session = session(self.session, &account, self.token, unit.now());
        unit.tx.save_credential(session.clone())?;
        unit.emit(EventType::AccountSignedIn, Snapshot::Account(account.clone()))?;
        unit.audit(self.account, "account.signed_in", &self.account)?;
        Ok(Ending::Done(SignedIn { account, session }))
    }
}

impl SignIn {
    fn check(&self, account: &mut Account, now: Timestamp) -> Result<(), CommandError> {
        account.check_attempt(Attempt::SignIn, now)?;
        if account.password != self.checked {
            return Err(bad_credentials().into());
        }
        if account.authenticator().is_some() {
            let code = self.code.as_ref().ok_or_else(totp_required)?;
            account.check_attempt(Attempt::Code, now)?;
            let spent = account.spend_code(code);
            spent.map_err(|error| refuse_code(error, &Names::SIGN_IN))?;
            account.succeed(Attempt::Code);
        }
        account.succeed(Attempt::SignIn);
        Ok(())
    }
}

/// The password is right, and a code is needed as well.
#[must_use]
pub fn totp_required() -> Problem {
    let message = "A code of the authenticator, or a recovery code, is needed as well.";
    Problem::field(ErrorCode::TotpRequired, Names::SIGN_IN.code, message)
}

/// Ends the session that asks.
#[derive(Debug, Clone)]
pub struct SignOut;

impl UseCase for SignOut {
    type Output = ();

    fn hints(&self, context: &Context) -> Hints {
        match context.actor {
            Actor::Credential { account, .. } => Hints::rows([RowKey::Account(account)]),
            Actor::Public | Actor::Network | Actor::System => Hints::default(),
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let account = unit.account()?;
        let id = unit.context.actor.credential().unwrap_or(CredentialId::new(0));
        let found = unit.tx.find_credential(id)?;
        let mut session = owned(found, |found| found.account, account, "session")?;
        if session.kind != CredentialKind::Session {
            return Err(cardium_auth::CredentialError::SessionRequired.into());
        }
        if session.revoke(unit.now()) == Change::Applied {
            unit.tx.save_credential(session)?;
            let found = unit.tx.find_account(account)?;
            let found = owned(found, |found| found.id, account, "account")?;
            unit.emit(EventType::AccountSignedOut, Snapshot::Account(found))?;
            unit.audit(account, "account.signed_out", &account)?;
        }
        Ok(Ending::Done(()))
    }
}

fn email_taken() -> Problem {
    let message = "An account with this e-mail address exists.";
    Problem::field(ErrorCode::EmailTaken, "email", message)
}

/// One answer for an unknown address and a wrong password.
#[must_use]
pub fn bad_credentials() -> Problem {
    Problem::new(ErrorCode::InvalidCredentials, "The e-mail address or the password is wrong.")
}

fn session(id: CredentialId, account: &Account, token: TokenHash, now: Timestamp) -> Credential {
    Credential::restore(CredentialRecord {
        id,
        account: account.id,
        kind: CredentialKind::Session,
        token,
        name: String::new(),
        prefix: "sess_".to_owned(),
        last4: String::new(),
        scopes: ScopeSet::all(),
        mode: None,
        allowed: AllowList::default(),
        metadata: Metadata::default(),
        generation: account.session_generation,
        created_at: now,
        expires_at: Some(now.after(SESSION_LIFETIME)),
        revoked_at: None,
        updated_at: now,
        version: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ACCOUNT, NOW};

    /// An account at which nobody may guess now.
    pub(super) fn throttled(attempt: Attempt) -> Account {
        let email = Email::parse("ada@example.com").unwrap();
        let password = PasswordHash::from_phc("$argon2id$".to_owned());
        let mut account = Account::open(ACCOUNT, email, password, NOW);
        (0..5).for_each(|_| account.fail(attempt, NOW));
        account
    }
}
