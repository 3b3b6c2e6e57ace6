use cardium_auth::grants::GrantChange;
use cardium_kernel::{Change, CredentialId, ErrorCode, GrantId, Problem};

use super::{Held, check_cards, end_outgrown, get_grant, tell};
use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Unit, UseCase,
    accounts::StepUp,
};

/// Changes a grant on behalf of a session. What widens it asks for its owner; scopes are only
/// narrowed: for more of them its client asks anew, and shows the owner a page.
#[derive(Debug, Clone)]
pub struct UpdateGrant {
    /// Which grant.
    pub id: GrantId,
    /// What changes.
    pub change: GrantChange,
    /// How the owner's presence is shown, if the change asks for it.
    pub step_up: StepUp,
}

impl UseCase for UpdateGrant {
    type Output = Held;

    fn hints(&self, _: &Context) -> Hints {
        let credential = CredentialId::new(self.id.value());
        let hints = Hints::cold();
        let hints = hints.with(RowKey::Grant(self.id)).with(RowKey::Credential(credential));
        let cards = self.change.cards.iter().flatten().flatten();
        cards.fold(hints, |hints, card| hints.with(RowKey::Card(*card)))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Held> {
        unit.credential()?.check_session()?;
        if matches!(self.step_up, StepUp::Proven(_)) {
            // Settled whether the change asks for it or not: a code works once.
            self.step_up.check(unit)?;
        }
        let mut held = get_grant(unit, self.id)?;
        if held.grant.ended_at.is_some() {
            let message = "The grant is revoked; its client has to ask for a new one.";
            return Err(Problem::new(ErrorCode::GrantNotActive, message).into());
        }
        self.check_scopes(&held)?;
        check_cards(unit, self.change.cards.iter().flatten().flatten())?;
        let terms = held.grant.terms_with(self.change.clone());
        if held.grant.is_widened_by(&terms) {
            self.check_presence(unit)?;
        }
        let now = unit.now();
        let scopes = self.change.scopes.unwrap_or(held.credential.scopes);
        let fewer = held.credential.hold(scopes, now);
        let changed = held.grant.agree(terms, now);
        if fewer == Change::Applied {
            unit.tx.save_credential(held.credential.clone())?;
        }
        if changed == Change::Applied {
            unit.tx.save_grant(held.grant.clone())?;
        }
        if fewer == Change::Applied || changed == Change::Applied {
            tell(unit, EventType::GrantUpdated, &held)?;
            unit.audit(held.grant.account, "grant.updated", &self.id)?;
            end_outgrown(unit, &held)?;
        }
        Ok(Ending::Done(held))
    }
}

impl UpdateGrant {
    fn check_presence(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        match self.step_up {
            StepUp::FreshSession => self.step_up.check(unit),
            StepUp::Proven(_) => Ok(()),
        }
    }

    fn check_scopes(&self, held: &Held) -> Result<(), Problem> {
        if self.change.scopes.is_none_or(|scopes| held.credential.scopes.covers(scopes)) {
            return Ok(());
        }
        let message = "Field 'scopes' must name scopes that the grant has; for more of them its \
                       client has to ask.";
        Err(Problem::field(ErrorCode::InvalidField, "scopes", message))
    }
}
