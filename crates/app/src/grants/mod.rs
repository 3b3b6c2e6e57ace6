//! Grants: what owners give OAuth clients, change and take back.

mod agree;
mod change;
mod decide;
mod lapse;
pub(crate) mod leave;
mod note;
mod revoke;

pub use agree::{AgreeGrant, Reopened};
pub use change::UpdateGrant;
pub use decide::{Answered, DecideApproval};
pub use lapse::{EndLapsed, LapseStore, UNREFRESHED};
pub use note::NoteStepUp;
pub use revoke::RevokeGrant;

pub(crate) use revoke::{end, end_all};

use cardium_auth::{Credential, Scope, grants::Grant};
use cardium_kernel::{CardId, ErrorCode, GrantId, Problem, StoreError};

use crate::{CommandError, EventType, Snapshot, Unit, unit::owned, webhooks::end_endpoints};

/// A grant with the credential that acts for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The grant.
    pub grant: Grant,
    /// Its credential, with the scopes.
    pub credential: Credential,
}

impl Held {
    /// Rises with every change of the grant or its credential: both versions only rise, so their
    /// sum does.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.grant.version.saturating_add(self.credential.version)
    }

    /// Whether it could subscribe to events now, which are about all cards.
    fn subscribes(&self) -> bool {
        self.credential.scopes.allows(Scope::WebhookWrite) && self.grant.cards.is_none()
    }
}

/// Tells the owner's programme what became of a grant.
fn tell(unit: &mut Unit<'_>, kind: EventType, held: &Held) -> Result<(), StoreError> {
    unit.emit(kind, Snapshot::Grant(Box::new(held.clone())))
}

/// Ends what a grant set up that it could not set up any more, now that it was changed.
fn end_outgrown(unit: &mut Unit<'_>, held: &Held) -> Result<(), CommandError> {
    if held.subscribes() {
        return Ok(());
    }
    end_endpoints(unit, held.grant.account, &[held.grant.id])
}

/// Passes cards of the account's own, which the command announces; others are as good as unknown.
pub(crate) fn check_cards<'a>(
    unit: &mut Unit<'_>,
    cards: impl IntoIterator<Item = &'a CardId>,
) -> Result<(), CommandError> {
    let account = unit.account()?;
    for (place, id) in cards.into_iter().enumerate() {
        let found = unit.tx.find_card(*id)?;
        if found.is_none_or(|card| card.account != account) {
            let param = format!("cards[{place}]");
            let message = format!("Field '{param}' must be a card of the account.");
            return Err(Problem::field(ErrorCode::InvalidField, param, message).into());
        }
    }
    Ok(())
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
