//! Who may call an operation, as far as their credential alone tells: what the doors ask before
//! they let anybody in, and what the list of tools is made by.

use cardium_auth::{Credential, CredentialError, CredentialKind};

use super::{Access, Operation};

/// Whether an agent may call an operation, with whatever scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agents {
    /// With the operation's scope.
    MayCall,
    /// Never: an agent that may try passwords and codes takes its owner's account over, or keeps
    /// them from using it.
    Never,
}

impl Operation {
    /// Passes a credential that may call it. What no scope would help comes first, so that nobody
    /// is told to ask for one.
    ///
    /// # Errors
    /// [`CredentialError::SessionRequired`], [`CredentialError::InsufficientScope`] or
    /// [`CredentialError::Narrowed`].
    pub fn admit(&self, caller: &Credential) -> Result<(), CredentialError> {
        if self.agents == Agents::Never && caller.kind == CredentialKind::Grant {
            return Err(CredentialError::SessionRequired);
        }
        match self.access {
            Access::Public => return Ok(()),
            Access::Session => caller.check_session()?,
            Access::Bearer(_) | Access::Own(_) => {
                let scope = self.access.scope_for(caller.kind);
                scope.map_or(Ok(()), |scope| caller.check_scope(scope))?;
            }
        }
        caller.check_reach(self.reach)
    }
}
