//! API keys: made, widened and rolled where the owner is there, narrowed by any session, shown
//! once, revoked at once.

use std::time::Duration;

use cardium_auth::{
    AllowList, Credential, CredentialKind, CredentialRecord, KeyChange, Presence, ScopeSet,
    Successor, TokenHash, change_key, revoke_key, roll_key,
};
use cardium_kernel::{
    AccountId, Book, Change, CredentialId, ErrorCode, Metadata, Problem, StoreError, Timestamp,
};

use crate::{
    CommandError, CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, accounts::StepUp,
};

/// Makes an API key for the account of a session whose owner is there.
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
    /// Where it may be used from.
    pub allowed: AllowList,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
    /// Its owner's own notes.
    pub metadata: Metadata,
    /// How the owner's presence is shown.
    pub step_up: StepUp,
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
        let (account, now) = (unit.account()?, unit.now());
        self.step_up.check(unit)?;
        // The account's sequence row is locked, so no other command adds a key meanwhile.
        let active = unit.tx.count_api_keys(account, now)?;
        check_limit(unit, active)?;
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
            allowed: self.allowed.clone(),
            metadata: self.metadata.clone(),
            generation: 0,
            created_at: now,
            expires_at: self.expires_at,
            revoked_at: None,
            updated_at: now,
            version: 1,
        });
        unit.tx.save_credential(key.clone())?;
        unit.audit(account, "api_key.created", &self.id)?;
        Ok(Ending::Done(key))
    }
}

/// Settles what came along as proof; a session without any has to be fresh where it matters.
fn presence(step_up: &StepUp, unit: &mut Unit<'_>) -> Result<Presence, CommandError> {
    match step_up {
        StepUp::FreshSession => Ok(Presence::Session),
        StepUp::Proven(_) => {
            step_up.check(unit)?;
            Ok(Presence::Proven)
        }
    }
}

fn check_limit(unit: &Unit<'_>, active: i64) -> Result<(), Problem> {
    if active < unit.policy().api_keys_maximum {
        return Ok(());
    }
    let message = "The account holds the most API keys it may; revoke one first.";
    Err(Problem::new(ErrorCode::KeyLimitReached, message))
}

/// Changes an API key's settings on behalf of a session.
#[derive(Debug, Clone)]
pub struct UpdateApiKey {
    /// Which key.
    pub id: CredentialId,
    /// What changes.
    pub change: KeyChange,
    /// How the owner's presence is shown, if the change asks for it.
    pub step_up: StepUp,
}

impl UseCase for UpdateApiKey {
    type Output = Credential;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Credential(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Credential> {
        let presence = presence(&self.step_up, unit)?;
        let (acting, now) = (unit.credential()?, unit.now());
        let by = (&acting, presence);
        let (key, done) = change_key(unit.tx, by, self.id, self.change.clone(), now)?;
        if done == Change::Applied {
            unit.audit(acting.account, "api_key.updated", &self.id)?;
        }
        Ok(Ending::Done(key))
    }
}

/// Puts a new API key with the same settings into the place of one that ends soon.
#[derive(Debug, Clone)]
pub struct RollApiKey {
    /// Which key.
    pub id: CredentialId,
    /// What is new about its successor.
    pub successor: Successor,
    /// How long both work.
    pub overlap: Duration,
    /// How the owner's presence is shown.
    pub step_up: StepUp,
}

impl UseCase for RollApiKey {
    type Output = Credential;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold().with(RowKey::Credential(self.id)).with(RowKey::Credential(self.successor.id))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Credential> {
        let presence = presence(&self.step_up, unit)?;
        let (acting, now) = (unit.credential()?, unit.now());
        let with = (self.successor.clone(), self.overlap);
        let new = roll_key(unit.tx, (&acting, presence), self.id, with, now)?;
        // The key that ends makes room for its successor, so an account with all its keys can
        // still roll one; those that overlap count, so it cannot roll one after the other.
        let others = unit.tx.count_api_keys(acting.account, now)?.saturating_sub(1);
        check_limit(unit, others)?;
        unit.audit(acting.account, "api_key.rolled", &self.id)?;
        unit.audit(acting.account, "api_key.created", &self.successor.id)?;
        Ok(Ending::Done(new))
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
        let (acting, now) = (unit.credential()?, unit.now());
        if revoke_key(unit.tx, &acting, self.id, now)? == Change::Applied {
            unit.audit(acting.account, "api_key.revoked", &self.id)?;
        }
        Ok(Ending::Done(()))
    }
}

#[cfg(test)]
mod tests {
    use cardium_accounts::PasswordHash;

    use super::*;
    use crate::{
        accounts::Proof,
        testing::{MockTx, account, context, credential, refusal},
    };

    /// Asks for a key on behalf of this credential.
    fn run(tx: &mut MockTx, acting: Credential, step_up: StepUp) -> CommandResult<Credential> {
        tx.expect_find_credential().times(1).return_once(|_| Ok(Some(acting)));
        let create = CreateApiKey {
            id: CredentialId::new(0x500),
            token: TokenHash([1; 32]),
            name: "server".to_owned(),
            prefix: "ccm_live_a1b2".to_owned(),
            last4: "ffff".to_owned(),
            scopes: ScopeSet::default(),
            mode: None,
            allowed: AllowList::default(),
            expires_at: None,
            metadata: Metadata::default(),
            step_up,
        };
        create.run(&mut Unit::new(tx, &context()))
    }

    #[test]
    fn a_fresh_session_makes_a_key() {
        let mut tx = MockTx::new();
        tx.expect_count_api_keys().times(1).return_once(|_, _| Ok(99));
        tx.expect_save_credential().times(1).return_once(|_| Ok(()));
        tx.expect_append_audit().times(1).return_once(|_| Ok(()));
        let made = run(&mut tx, credential(CredentialKind::Session, 600), StepUp::FreshSession);
        let Ok(Ending::Done(key)) = made else { panic!("the key is kept") };
        assert_eq!((key.kind, key.id), (CredentialKind::ApiKey, CredentialId::new(0x500)));
    }

    #[test]
    fn without_a_step_up_no_key_is_made_or_counted() {
        for (kind, code) in [
            (CredentialKind::Session, ErrorCode::StepUpRequired),
            (CredentialKind::ApiKey, ErrorCode::SessionRequired),
        ] {
            let acting = credential(kind, 601);
            let refused = run(&mut MockTx::new(), acting, StepUp::FreshSession);
            assert_eq!(refusal(refused), code);
        }
    }

    #[test]
    fn a_password_that_was_changed_meanwhile_proves_nothing() {
        let mut tx = MockTx::new();
        tx.expect_find_account().times(1).return_once(|_| Ok(Some(account("new"))));
        let password = Some(PasswordHash::from_phc("old".to_owned()));
        let proven = StepUp::Proven(Proof { password, code: None });
        let refused = run(&mut tx, credential(CredentialKind::Session, 601), proven);
        assert_eq!(refusal(refused), ErrorCode::InvalidCredentials);
    }

    #[test]
    fn an_account_with_all_its_keys_gets_no_other() {
        let mut tx = MockTx::new();
        tx.expect_count_api_keys().times(1).return_once(|_, _| Ok(100));
        let refused = run(&mut tx, credential(CredentialKind::Session, 0), StepUp::FreshSession);
        assert_eq!(refusal(refused), ErrorCode::KeyLimitReached);
    }
}
