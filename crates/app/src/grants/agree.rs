use cardium_auth::{
    Scope,
    grants::{GrantChange, NewGrant, open_grant},
};
use cardium_kernel::{CredentialId, GrantId};

use super::{Held, end_outgrown, get_grant, tell};
use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Unit, UseCase,
};

/// The owner agrees that a client may act: for the first time, or anew on other terms. An account
/// has one open grant of a client; what was spent of it stays spent.
#[derive(Debug, Clone)]
pub struct AgreeGrant {
    /// The terms, with the id that a first grant gets.
    pub new: NewGrant,
    /// The open grant of the account and the client, where there is one.
    pub existing: Option<Reopened>,
}

/// An open grant that its owner is asked about again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopened {
    /// Which one.
    pub id: GrantId,
    /// What the owner says anew. What the owner was not asked about stays as it was agreed, for
    /// the cards that the client issued live on under it.
    pub change: GrantChange,
}

impl UseCase for AgreeGrant {
    type Output = Held;

    fn hints(&self, _: &Context) -> Hints {
        let id = self.existing.as_ref().map_or(self.new.id, |open| open.id);
        let hints = Hints::rows([
            RowKey::Account(self.new.account),
            RowKey::Grant(id),
            RowKey::Credential(CredentialId::new(id.value())),
        ]);
        let cards = self.new.cards.iter().flatten();
        let hints = cards.fold(hints, |hints, card| hints.with(RowKey::Card(*card)));
        Hints { alone: true, ..hints }
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
        let (held, kind) = match &self.existing {
            Some(open) => (self.change(unit, open)?, EventType::GrantUpdated),
            None => {
                let (credential, grant) = open_grant(self.new.clone(), unit.now());
                (Held { grant, credential }, EventType::GrantCreated)
            }
        };
        unit.tx.save_credential(held.credential.clone())?;
        unit.tx.save_grant(held.grant.clone())?;
        tell(unit, kind, &held)?;
        unit.audit(held.grant.account, "grant.agreed", &held.grant.id)?;
        end_outgrown(unit, &held)?;
        Ok(held)
    }

    /// Whether the client may do anything afterwards that its open grant does not let it do. A
    /// first grant does, unless it only looks: it lives on long after a session that was stolen.
    ///
    /// # Errors
    /// When the store fails, or the open grant is not the caller's.
    pub fn widens(&self, unit: &mut Unit<'_>) -> Result<bool, CommandError> {
        let Some(open) = &self.existing else {
            return Ok(!self.new.scopes.iter().all(Scope::is_read));
        };
        let held = get_grant(unit, open.id)?;
        let terms = held.grant.terms_with(open.change.clone());
        let scopes = open.change.scopes.unwrap_or(held.credential.scopes);
        Ok(!held.credential.scopes.covers(scopes) || held.grant.is_widened_by(&terms))
    }

    fn change(&self, unit: &mut Unit<'_>, open: &Reopened) -> Result<Held, CommandError> {
        let mut held = get_grant(unit, open.id)?;
        held.credential.check(unit.now())?;
        let scopes = open.change.scopes.unwrap_or(held.credential.scopes);
        let terms = held.grant.terms_with(open.change.clone());
        let shown = (self.new.client_name.clone(), self.new.redirect_host.clone());
        held.credential.hold(scopes, unit.now());
        held.grant.agree_anew(shown, terms, unit.now());
        Ok(held)
    }
}
