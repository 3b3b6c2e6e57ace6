//! Grants: what owners give OAuth clients, change and take back.

mod agree;
mod change;
mod decide;
pub(crate) mod leave;
mod note;
mod revoke;

pub use agree::{AgreeGrant, Reopened};
pub use change::UpdateGrant;
pub use decide::{Answered, DecideApproval};
pub use note::NoteStepUp;
pub use revoke::RevokeGrant;

pub(crate) use revoke::end;

use cardium_auth::{Credential, grants::Grant};
use cardium_kernel::GrantId;

use crate::{CommandError, Unit, unit::owned};

/// A grant with the credential that acts for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The grant.
    pub grant: Grant,
    /// Its credential, with the scopes.
    pub credential: Credential,
}

/// The caller's grant with its credential, or `resource_not_found`.
pub(crate) fn get_grant(unit: &mut Unit<'_>, id: GrantId) -> Result<Held, CommandError> {
    let account = unit.account()?;
    let found = unit.tx.find_grant(id)?;
    let grant = owned(found, |grant: &Grant| grant.account, account, "grant")?;
    let found = unit.tx.find_credential(grant.credential())?;
    let credential = owned(found, |found| found.account, account, "grant")?;
    Ok(Held { grant, credential })
}

#[cfg(test)]
mod tests;
