use cardium_auth::{CredentialKind, Scope};
use cardium_kernel::{Change, CredentialId, GrantId, Problem};

use super::{Held, get_grant};
use crate::{CommandError, CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Takes a grant back: at once, for reads of other processes within a second. A session may, an
/// API key with `account:write`, and the client itself.
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
        self.check(unit)?;
        let mut held = get_grant(unit, self.grant)?;
        end(unit, &mut held)?;
        Ok(Ending::Done(held))
    }
}

impl RevokeGrant {
    /// Passes whoever may; to a client, other grants look unknown.
    fn check(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let acting = unit.credential()?;
        match acting.kind {
            CredentialKind::Session => Ok(()),
            CredentialKind::ApiKey => Ok(acting.check_scope(Scope::AccountWrite)?),
            CredentialKind::Grant if acting.id.value() == self.grant.value() => Ok(()),
            CredentialKind::Grant => Err(Problem::not_found("grant").into()),
        }
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
