//! An owner is asked, and answers.

use std::collections::BTreeSet;

use cardium_auth::{
    Scope, ScopeSet,
    grants::NewGrant,
    oauth::{AuthorizationCode, CodeRecord, Consent, MOST_CARDS, ReturnAddress, ScopeRequest},
};
use cardium_kernel::{ConsentId, ErrorCode, Problem};

use super::touch_client;
use crate::{
    CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase,
    accounts::StepUp,
    grants::{AgreeGrant, Reopened, check_cards},
};

/// Scopes that an owner has to prove their presence for.
const RISKY: [Scope; 2] = [Scope::CardRevealPan, Scope::WithdrawalCreate];

/// The most open grants of an account: what an owner looks through in a list.
pub const OPEN_GRANTS: i64 = 100;

/// Keeps a client's request, for its owner to be asked.
#[derive(Debug, Clone)]
pub struct BeginAuthorization {
    /// The request.
    pub consent: Consent,
}

impl UseCase for BeginAuthorization {
    type Output = ConsentId;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<ConsentId> {
        unit.credential()?.check_session()?;
        unit.tx.save_consent(&self.consent)?;
        Ok(Ending::Done(self.consent.id))
    }
}

/// The owner says yes, to as much as is ticked.
#[derive(Debug, Clone)]
pub struct ApproveAuthorization {
    /// Which request.
    pub consent: ConsentId,
    /// What is given.
    pub terms: NewGrant,
    /// The open grant of the account and the client, where there is one.
    pub existing: Option<Reopened>,
    /// How the owner's presence is shown, where risky scopes are given or more than before.
    pub step_up: StepUp,
    /// The keyed hash of the code.
    pub code: [u8; 32],
}

impl UseCase for ApproveAuthorization {
    type Output = ReturnAddress;

    fn hints(&self, context: &Context) -> Hints {
        Hints { alone: true, ..self.agreement().hints(context) }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<ReturnAddress> {
        let mut consent = open(unit, self.consent)?;
        let scope = self.check(&consent)?;
        if !touch_client(unit, &consent.client)? {
            return Err(unknown().into());
        }
        check_cards(unit, self.terms.cards.iter().flatten())?;
        self.check_presence(unit)?;
        self.check_room(unit)?;
        let held = self.agreement().agree(unit)?;
        let now = unit.now();
        consent.end(now);
        unit.tx.save_consent(&consent)?;
        unit.tx.save_code(&AuthorizationCode::restore(CodeRecord {
            hash: self.code,
            grant: held.grant.id,
            client: consent.client.clone(),
            redirect_uri: consent.redirect_uri.clone(),
            challenge: consent.challenge,
            resource: consent.resource,
            scope: scope.text(),
            created_at: now,
            used_at: None,
        }))?;
        Ok(Ending::Done(consent.address()))
    }
}

impl ApproveAuthorization {
    fn agreement(&self) -> AgreeGrant {
        AgreeGrant { new: self.terms.clone(), existing: self.existing.clone() }
    }

    /// Passes whoever shows that the owner is there, where more is given than before.
    fn check_presence(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let risky = RISKY.iter().any(|risky| self.terms.scopes.allows(*risky));
        // Settled whether it is asked for or not: a code works once.
        let proven = matches!(self.step_up, StepUp::Proven(_));
        if risky || proven || self.agreement().widens(unit)? {
            self.step_up.check(unit)?;
        }
        Ok(())
    }

    /// Passes an account that has room for one more grant, where it is one more.
    fn check_room(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let more = self.existing.is_none();
        if more && unit.tx.count_open_grants(self.terms.account)? >= OPEN_GRANTS {
            let message = format!(
                "At most {OPEN_GRANTS} applications may have access at once. Revoke one first."
            );
            return Err(Problem::new(ErrorCode::InvalidField, message).into());
        }
        Ok(())
    }

    /// Passes terms that give no more than was asked, to whom asked.
    fn check(&self, consent: &Consent) -> Result<ScopeRequest, CommandError> {
        let asked = consent.scope().map_err(|error| CommandError::Internal(error.to_string()))?;
        let mine = consent.account == self.terms.account && consent.client == self.terms.client_id;
        if !mine {
            return Err(unknown().into());
        }
        let given = self.terms.scopes;
        if given == ScopeSet::default() || !asked.scopes().covers(given) {
            let message = "At least one scope, and none that was not asked for, may be given.";
            return Err(Problem::field(ErrorCode::InvalidField, "scopes", message).into());
        }
        let cards: BTreeSet<_> = self.terms.cards.iter().flatten().copied().collect();
        if cards.len() > MOST_CARDS {
            let message = format!("At most {MOST_CARDS} cards may be chosen; or else all of them.");
            return Err(Problem::field(ErrorCode::InvalidField, "cards", message).into());
        }
        let narrowed = asked.cards().is_empty() || self.terms.cards.is_some();
        let within = asked.cards().is_empty() || asked.cards().is_superset(&cards);
        if !narrowed || !within {
            let message = "Only cards that were asked for may be given.";
            return Err(Problem::field(ErrorCode::InvalidField, "cards", message).into());
        }
        Ok(asked.granted(given, &cards).without_cards())
    }
}

/// The owner says no.
#[derive(Debug, Clone)]
pub struct DenyAuthorization {
    /// Which request.
    pub consent: ConsentId,
}

impl UseCase for DenyAuthorization {
    type Output = ReturnAddress;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<ReturnAddress> {
        let mut consent = open(unit, self.consent)?;
        consent.end(unit.now());
        unit.tx.save_consent(&consent)?;
        Ok(Ending::Done(consent.address()))
    }
}

/// The request, if this session opened it and nobody answered it.
fn open(unit: &mut Unit<'_>, id: ConsentId) -> Result<Consent, CommandError> {
    let session = unit.credential()?;
    session.check_session()?;
    let (session, now) = (session.id, unit.now());
    let found = unit.tx.find_consent(id)?;
    let found = found.filter(|consent| consent.is_open_to(session, now));
    Ok(found.ok_or_else(unknown)?)
}

fn unknown() -> Problem {
    Problem::not_found("authorization request")
}
