//! API keys: made by a fresh session, shown once, revoked at once.

use cardium_auth::{Credential, CredentialKind, CredentialRecord, ScopeSet, TokenHash};
use cardium_kernel::{
    AccountId, Book, Change, CredentialId, ErrorCode, Problem, StoreError, Timestamp,
};

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, unit::owned};

/// Makes an API key for the account of a session that signed in recently.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    /// The new key's id.
    pub id: CredentialId,
    /// The hash of its token.
    pub token: TokenHash,
    /// What its owner calls it.
    pub name: String,
    /// The token's public prefix.
    pub prefix: String,
    /// The token's last four characters.
    pub last4: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// The book it is bound to, if any.
    pub mode: Option<Book>,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
}

/// What making API keys needs of the open transaction.
pub trait ApiKeyStore {
    /// API keys of an account that are neither revoked nor expired.
    ///
    /// # Errors
    /// When the database refuses.
    fn count_api_keys(&mut self, account: AccountId, now: Timestamp) -> Result<i64, StoreError>;
}

impl UseCase for CreateApiKey {
    type Output = Credential;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold().with(RowKey::Credential(self.id))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Credential> {
        let account = unit.account()?;
        let acting = unit.context.actor.credential().unwrap_or(CredentialId::new(0));
        let acting = unit.tx.find_credential(acting)?;
        let acting = acting.ok_or(cardium_auth::CredentialError::SessionRequired)?;
        acting.check_step_up(unit.now())?;
        let now = unit.now();
        // The account's sequence row is locked, so no other command adds a key meanwhile.
        if unit.tx.count_api_keys(account, now)? >= unit.policy().api_keys_maximum {
            let message = "The account holds the most API keys it may; revoke one first.";
            return Err(Problem::new(ErrorCode::KeyLimitReached, message).into());
        }
        let key = Credential::restore(CredentialRecord {
            id: self.id,
            account,
            kind: CredentialKind::ApiKey,
            token: self.token,
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            last4: self.last4.clone(),
            scopes: self.scopes,
            mode: self.mode,
            generation: 0,
            created_at: unit.now(),
            expires_at: self.expires_at,
            revoked_at: None,
            version: 1,
        });
        unit.tx.save_credential(key.clone())?;
        unit.audit(account, "api_key.created", &self.id)?;
        Ok(Ending::Done(key))
    }
}

/// Revokes an API key: on behalf of a session, or the key itself.
#[derive(Debug, Clone)]
pub struct RevokeApiKey {
    /// Which key.
    pub id: CredentialId,
}

impl UseCase for RevokeApiKey {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Credential(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let account = unit.account()?;
        let found = unit.tx.find_credential(self.id)?;
        let found = found.filter(|found| found.kind == CredentialKind::ApiKey);
        let mut key = owned(found, |key| key.account, account, "API key")?;
        self.check_actor(unit)?;
        if key.revoke(unit.now()) == Change::Applied {
            unit.tx.save_credential(key)?;
            unit.audit(account, "api_key.revoked", &self.id)?;
        }
        Ok(Ending::Done(()))
    }
}

impl RevokeApiKey {
    fn check_actor(&self, unit: &mut Unit<'_>) -> Result<(), crate::CommandError> {
        let acting = unit.context.actor.credential().unwrap_or(CredentialId::new(0));
        let acting = unit.tx.find_credential(acting)?;
        let may = acting
            .is_some_and(|acting| acting.kind == CredentialKind::Session || acting.id == self.id);
        if may { Ok(()) } else { Err(cardium_auth::CredentialError::SessionRequired.into()) }
    }
}
