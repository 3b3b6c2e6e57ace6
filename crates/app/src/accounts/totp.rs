use cardium_accounts::{Account, AccountError, RecoveryCodes, SealedSecret};
use cardium_kernel::AccountId;
use cardium_vault::Aad;

use super::{Names, Proof, StepUp, proof::refuse_code, step_up::refuse_agents, wrong_code};
use crate::{
    Actor, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase,
    unit::owned,
};

/// What the seal of an authenticator's secret is bound to.
#[must_use]
pub fn totp_secret_aad(account: AccountId) -> Aad {
    let id = account.value().to_be_bytes();
    Aad::new(id, &id, "totp.secret")
}

fn hints(context: &Context) -> Hints {
    match context.actor {
        Actor::Credential { account, .. } => Hints::rows([RowKey::Account(account)]),
        Actor::Public | Actor::Network | Actor::System => Hints::default(),
    }
}

fn caller(unit: &mut Unit<'_>) -> Result<Account, crate::CommandError> {
    let id = unit.account()?;
    owned(unit.tx.find_account(id)?, |found| found.id, id, "account")
}

/// Hands out the secret of a new authenticator. Nothing changes for signing in until a code of it
/// is shown.
#[derive(Debug, Clone)]
pub struct BeginTotp {
    /// The secret, sealed for the account.
    pub secret: SealedSecret,
    /// That the owner is there: whoever has the secret signs in with it one day.
    pub step_up: StepUp,
}

impl UseCase for BeginTotp {
    type Output = ();

    fn hints(&self, context: &Context) -> Hints {
        hints(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let mut account = caller(unit)?;
        self.step_up.settle(unit, &mut account, &Names::TOTP)?;
        account.begin_totp(self.secret.clone(), unit.now())?;
        let id = account.id;
        unit.tx.save_account(account)?;
        unit.audit(id, "account.totp_begun", &id)?;
        Ok(Ending::Done(()))
    }
}

/// Turns two-factor authentication on.
#[derive(Debug, Clone)]
pub struct ConfirmTotp {
    /// The secret that the code was compared under, and the code's step; none where there was
    /// nothing to confirm.
    pub shown: Option<(SealedSecret, i64)>,
    /// The recovery codes' hashes.
    pub recovery: RecoveryCodes,
    /// That the owner is there: it may lock them out.
    pub step_up: StepUp,
}

impl UseCase for ConfirmTotp {
    type Output = ();

    fn hints(&self, context: &Context) -> Hints {
        hints(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let mut account = caller(unit)?;
        let now = unit.now();
        self.step_up.settle(unit, &mut account, &Names::TOTP)?;
        if account.authenticator().is_some() {
            return Err(AccountError::TotpAlreadyEnabled.into());
        }
        let (secret, step) = self.shown.as_ref().ok_or_else(|| wrong_code(&Names::TOTP))?;
        account.check_attempt(cardium_accounts::Attempt::Code, now)?;
        let confirmed = account.confirm_totp((secret, *step), self.recovery.clone(), now);
        confirmed.map_err(|error| refuse_code(error, &Names::TOTP))?;
        account.succeed(cardium_accounts::Attempt::Code);
        let id = account.id;
        unit.tx.save_account(account.clone())?;
        unit.emit(EventType::AccountTotpEnabled, Snapshot::Account(account))?;
        unit.audit(id, "account.totp_enabled", &id)?;
        Ok(Ending::Done(()))
    }
}

/// Turns two-factor authentication off.
#[derive(Debug, Clone)]
pub struct DisableTotp {
    /// Password and code; empty where there is nothing to turn off.
    pub proof: Proof,
}

impl UseCase for DisableTotp {
    type Output = ();

    fn hints(&self, context: &Context) -> Hints {
        hints(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        refuse_agents(unit)?;
        let mut account = caller(unit)?;
        let now = unit.now();
        if account.authenticator().is_none() {
            return Err(AccountError::TotpNotEnabled.into());
        }
        if self.proof.password.is_none() || self.proof.code.is_none() {
            return Err(wrong_code(&Names::TOTP).into());
        }
        self.proof.settle(&mut account, &Names::TOTP, now)?;
        account.disable_totp(now)?;
        let id = account.id;
        unit.tx.save_account(account.clone())?;
        unit.emit(EventType::AccountTotpDisabled, Snapshot::Account(account))?;
        unit.audit(id, "account.totp_disabled", &id)?;
        Ok(Ending::Done(()))
    }
}

#[cfg(test)]
mod tests {
    use cardium_accounts::Attempt;
    use cardium_auth::TokenHash;
    use cardium_kernel::{CredentialId, ErrorCode, Timestamp};

    use super::*;
    use crate::{
        CommandError,
        accounts::{session, tests::throttled},
        testing::{MockTx, NOW, context},
    };

    #[test]
    fn a_session_that_signed_in_long_ago_sets_nothing_up() {
        let account = throttled(Attempt::SignIn);
        let then = Timestamp::from_unix_seconds(NOW.unix_seconds() - 601);
        let old = session(CredentialId::new(0x400), &account, TokenHash([0; 32]), then);
        let mut tx = MockTx::new();
        tx.expect_find_account().return_once(move |_| Ok(Some(account)));
        tx.expect_find_credential().return_once(move |_| Ok(Some(old)));
        let secret = SealedSecret::new(Vec::new());
        let begin = BeginTotp { secret, step_up: StepUp::FreshSession };
        // Nothing is saved: the mock expects it not.
        let refused = begin.run(&mut Unit::new(&mut tx, &context()));
        let Err(CommandError::Problem(problem)) = refused else {
            panic!("it is refused");
        };
        let names_it = problem.param.as_deref() == Some("password");
        assert!(problem.code == ErrorCode::StepUpRequired && names_it, "{problem:?}");
    }
}
