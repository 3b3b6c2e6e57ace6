//! Sign-up, sign-in and sign-out.

use cardium_accounts::{Account, Email, PasswordHash};
use cardium_auth::{
    AllowList, Credential, CredentialKind, CredentialRecord, SESSION_LIFETIME, ScopeSet, TokenHash,
};
use cardium_kernel::{AccountId, Change, CredentialId, ErrorCode, Metadata, Problem, Timestamp};

use crate::{
    Actor, CommandResult, Context, Ending, EventType, Hints, NaturalKey, RowKey, Snapshot, Unit,
    UseCase, unit::owned,
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
        if unit.tx.find_account_by_email(&self.email)?.is_some() {
            let message = "An account with this e-mail address exists.";
            return Err(Problem::field(ErrorCode::EmailTaken, "email", message).into());
        }
        let (email, password) = (self.email.clone(), self.password.clone());
        let account = Account::open(self.account, email, password, unit.now());
        unit.tx.save_account(account.clone())?;
        let session = session(self.session, self.account, self.token, unit.now());
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
    /// The hash the password was checked against; it must still be the account's.
    pub checked: PasswordHash,
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
        let account = found.filter(|account| account.password == self.checked);
        let account = account.ok_or_else(bad_credentials)?;
        let session = session(self.session, self.account, self.token, unit.now());
        unit.tx.save_credential(session.clone())?;
        unit.emit(EventType::AccountSignedIn, Snapshot::Account(account.clone()))?;
        unit.audit(self.account, "account.signed_in", &self.account)?;
        Ok(Ending::Done(SignedIn { account, session }))
    }
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

/// One answer for an unknown address and a wrong password.
#[must_use]
pub fn bad_credentials() -> Problem {
    Problem::new(ErrorCode::InvalidCredentials, "The e-mail address or the password is wrong.")
}

fn session(id: CredentialId, account: AccountId, token: TokenHash, now: Timestamp) -> Credential {
    Credential::restore(CredentialRecord {
        id,
        account,
        kind: CredentialKind::Session,
        token,
        name: String::new(),
        prefix: "sess_".to_owned(),
        last4: String::new(),
        scopes: ScopeSet::all(),
        mode: None,
        allowed: AllowList::default(),
        metadata: Metadata::default(),
        created_at: now,
        expires_at: Some(now.after(SESSION_LIFETIME)),
        revoked_at: None,
        updated_at: now,
        version: 1,
    })
}
