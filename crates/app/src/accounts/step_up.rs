use cardium_accounts::Account;
use cardium_auth::CredentialError;

use super::{Names, Proof, password_required};
use crate::{CommandError, Unit, unit::owned};

/// How a session shows that its owner is there, for what a stolen session must not do.
#[derive(Debug, Clone)]
pub enum StepUp {
    /// It signed in within the last ten minutes.
    FreshSession,
    /// The password or a code came along and was found right at the edge.
    Proven(Proof),
}

impl StepUp {
    /// Checks it inside the transaction, and uses a code up. A session's account is always
    /// announced, so this needs no hints.
    ///
    /// # Errors
    /// `session_required` for API keys, `step_up_required` for a session that signed in too long
    /// ago, `rate_limited`, or `invalid_credentials` for what is no longer right.
    pub fn check(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let acting = unit.credential()?;
        let proof = match self {
            Self::FreshSession => return Ok(acting.check_step_up(unit.now())?),
            Self::Proven(proof) => proof,
        };
        acting.check_session()?;
        let found = unit.tx.find_account(acting.account)?;
        let mut account = owned(found, |found| found.id, acting.account, "account")?;
        proof.settle(&mut account, &Names::SIGN_IN, unit.now())?;
        Ok(unit.tx.save_account(account)?)
    }

    /// As [`Self::check`], for what an API key may do as well, with the password; an agent never
    /// may. Saving the account is left to the caller.
    ///
    /// # Errors
    /// `session_required` for agents, `step_up_required` naming the password, `rate_limited`, or
    /// `invalid_credentials` for what is no longer right.
    pub fn settle(
        &self,
        unit: &mut Unit<'_>,
        account: &mut Account,
        names: &Names,
    ) -> Result<(), CommandError> {
        refuse_agents(unit)?;
        match self {
            Self::Proven(proof) => proof.settle(account, names, unit.now()),
            Self::FreshSession => {
                let fresh = unit.credential()?.check_step_up(unit.now());
                Ok(fresh.map_err(|_| password_required(names))?)
            }
        }
    }
}

/// Passes whoever is no agent: what its owner proves who they are with is not an agent's to try,
/// whatever it was granted. Guesses are counted for the account, so an agent's would keep the owner
/// from saying yes or no.
///
/// # Errors
/// `session_required`.
pub(super) fn refuse_agents(unit: &Unit<'_>) -> Result<(), CommandError> {
    match unit.grant() {
        Some(_) => Err(CredentialError::SessionRequired.into()),
        None => Ok(()),
    }
}
