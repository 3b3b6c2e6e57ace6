use cardium_auth::{CredentialKind, Scope};
use cardium_kernel::{AccountId, Change, CredentialId, GrantId, Problem};

use super::{Held, get_grant, tell};
use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Unit, UseCase,
    webhooks::end_endpoints,
};

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
        Hints::cold().with(RowKey::Grant(self.grant)).with(RowKey::Credential(credential))
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

/// Ends a grant with its credential and with what it set up; a repeat does nothing.
pub(crate) fn end(unit: &mut Unit<'_>, held: &mut Held) -> Result<(), CommandError> {
    let account = held.grant.account;
    end_all(unit, account, std::slice::from_mut(held))
}

/// Ends grants of an account (see [`end`]); what they set up goes at once.
pub(crate) fn end_all(
    unit: &mut Unit<'_>,
    account: AccountId,
    all: &mut [Held],
) -> Result<(), CommandError> {
    let now = unit.now();
    let mut ended = Vec::new();
    for held in all {
        if held.grant.end(now) == Change::Applied {
            held.credential.revoke(now);
            unit.tx.save_grant(held.grant.clone())?;
            unit.tx.save_credential(held.credential.clone())?;
            tell(unit, EventType::GrantRevoked, held)?;
            unit.audit(account, "grant.revoked", &held.grant.id)?;
            ended.push(held.grant.id);
        }
    }
    end_endpoints(unit, account, &ended)
}
