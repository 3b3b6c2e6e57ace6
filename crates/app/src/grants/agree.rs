use cardium_auth::grants::{NewGrant, open_grant};
use cardium_kernel::{CredentialId, GrantId};

use super::{Held, get_grant};
use crate::{CommandError, CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// The owner agrees that a client may act: for the first time, or anew on other terms. An account
/// has one open grant of a client; what was spent of it stays spent.
#[derive(Debug, Clone)]
pub struct AgreeGrant {
    /// The terms, with the id that a first grant gets.
    pub new: NewGrant,
    /// The open grant of the account and the client, where there is one.
    pub existing: Option<GrantId>,
}

impl UseCase for AgreeGrant {
    type Output = Held;

    fn hints(&self, _: &Context) -> Hints {
        let id = self.existing.unwrap_or(self.new.id);
        Hints::rows([
            RowKey::Account(self.new.account),
            RowKey::Grant(id),
            RowKey::Credential(CredentialId::new(id.value())),
        ])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Held> {
        self.agree(unit).map(Ending::Done)
    }
}

impl AgreeGrant {
    /// Does it within another command.
    ///
    /// # Errors
    /// When the store fails, the open grant was revoked meanwhile, or everything is stopped.
    pub fn agree(&self, unit: &mut Unit<'_>) -> Result<Held, CommandError> {
        unit.check_unlocked(self.new.account)?;
        let held = match self.existing {
            Some(id) => self.change(unit, id)?,
            None => {
                let (credential, grant) = open_grant(self.new.clone(), unit.now());
                Held { grant, credential }
            }
        };
        unit.tx.save_credential(held.credential.clone())?;
        unit.tx.save_grant(held.grant.clone())?;
        unit.audit(held.grant.account, "grant.agreed", &held.grant.id)?;
        Ok(held)
    }

    fn change(&self, unit: &mut Unit<'_>, id: GrantId) -> Result<Held, CommandError> {
        let mut held = get_grant(unit, id)?;
        held.credential.check(unit.now())?;
        let new = self.new.clone();
        held.credential.hold(new.scopes, unit.now());
        held.grant.agree((new.cards, new.reveal, new.mandate), unit.now());
        Ok(held)
    }
}
