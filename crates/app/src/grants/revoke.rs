use cardium_kernel::{Change, CredentialId, GrantId};

use super::{Held, get_grant};
use crate::{CommandError, CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Takes a grant back: at once, for reads of other processes within a second.
#[derive(Debug, Clone)]
pub struct RevokeGrant {
    /// Which grant.
    pub grant: GrantId,
}

impl UseCase for RevokeGrant {
    type Output = Held;

    fn hints(&self, _: &Context) -> Hints {
        let credential = CredentialId::new(self.grant.value());
        Hints::rows([RowKey::Grant(self.grant), RowKey::Credential(credential)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Held> {
        let mut held = get_grant(unit, self.grant)?;
        end(unit, &mut held)?;
        Ok(Ending::Done(held))
    }
}

/// Ends a grant with its credential; a repeat does nothing.
pub(crate) fn end(unit: &mut Unit<'_>, held: &mut Held) -> Result<(), CommandError> {
    let now = unit.now();
    if held.grant.end(now) == Change::Applied {
        held.credential.revoke(now);
        unit.tx.save_grant(held.grant.clone())?;
        unit.tx.save_credential(held.credential.clone())?;
        unit.audit(held.grant.account, "grant.revoked", &held.grant.id)?;
    }
    Ok(())
}
