use cardium_api_v1::{body::Body, grant::GrantPatch};
use cardium_app::{CommandError, accounts::StepUp};
use cardium_auth::{
    Scope, ScopeSet,
    grants::{GrantChange, Mandate, MandateChange, Reveal},
    oauth::MOST_CARDS,
};
use cardium_kernel::{CardId, CredentialId, ErrorCode, Problem, Timestamp};
use serde_json::{Value, json};

use crate::{
    base,
    call::Call,
    oauth::consent::{self, Answered, Choice},
    pages::{
        chrome::Faults,
        terms::{MandateFields, any_spends, chosen_cards, day, faults_of, ticked_scopes},
        visit::Visit,
    },
    step_up::{Claim, step_up},
};

use super::{any_risky, request::Request};

/// Why an answer is none.
pub enum Refused {
    /// The request was answered before, or its time is over.
    Gone,
    /// What the form was made for is no longer so.
    Changed,
    /// The form is to be corrected.
    Faults(Faults),
    /// Anything else.
    Problem(Problem),
}

/// What is ticked, once it is found sound.
struct Agreed {
    scopes: ScopeSet,
    cards: Option<Vec<CardId>>,
    /// None where nothing was asked.
    reveal: Option<Reveal>,
    mandate: MandateChange,
}

/// The owner says yes; gives the address that they go on to.
pub async fn allow(visit: &Visit, request: &Request) -> Result<String, Refused> {
    let agreed = read(visit, request)?;
    let claim = claim(visit, any_risky(agreed.scopes))?;
    let proven = step_up_if_given(&visit.call("update_grant")?, claim).await;
    let choice = Choice {
        scopes: agreed.scopes,
        cards: agreed.cards,
        reveal: agreed.reveal,
        mandate: agreed.mandate,
        step_up: proven.map_err(|error| refused(visit, error))?,
    };
    let (owner, issuer) = (visit.owner(), issuer(visit)?);
    let state = &visit.arrival.state;
    let given = (request.shown.clone(), choice);
    let approved = consent::approve(state, owner, (request.consent, &issuer), given).await;
    let location = match approved.map_err(|error| refused(visit, error))? {
        Answered::Leads(location) => location,
        Answered::Changed => return Err(Refused::Changed),
    };
    if let Some(id) = request.shown.grant {
        state.credentials.forget(CredentialId::new(id.value()));
    }
    Ok(location)
}

/// The owner says no; gives the address that they go on to.
pub async fn deny(visit: &Visit, request: &Request) -> Result<String, Refused> {
    let issuer = issuer(visit)?;
    let state = &visit.arrival.state;
    let denied = consent::deny(state, visit.owner(), (request.consent, &issuer)).await;
    denied.map_err(|error| refused(visit, error))
}

fn issuer(visit: &Visit) -> Result<String, Problem> {
    let issuer = base::issuer(&visit.arrival.state, &visit.arrival.request);
    issuer.map_err(|error| Problem::new(ErrorCode::InvalidField, error.description))
}

fn refused(visit: &Visit, error: CommandError) -> Refused {
    let problem = visit.arrival.explain(error);
    match problem.code {
        ErrorCode::ResourceNotFound => Refused::Gone,
        _ => Refused::Problem(problem),
    }
}

/// What was typed as proof; what is risky takes one, however fresh the session is.
fn claim(visit: &Visit, risky: bool) -> Result<Claim, Refused> {
    let fields = &visit.arrival.fields;
    let password = Some(fields.raw("password")).filter(|text| !text.is_empty());
    let claim = Claim {
        password: password.map(str::to_owned),
        code: fields.given("totp_code").map(str::to_owned),
    };
    if risky && claim.password.is_none() && claim.code.is_none() {
        let message = "Enter your password: card numbers and withdrawals take it.";
        return Err(Refused::Faults(Faults::one("password", message)));
    }
    Ok(claim)
}

async fn step_up_if_given(call: &Call, claim: Claim) -> Result<StepUp, CommandError> {
    match claim {
        Claim { password: None, code: None } => Ok(StepUp::FreshSession),
        claim => step_up(call, claim).await,
    }
}

/// Reads what is ticked, and finds all that is wrong with it at once.
fn read(visit: &Visit, request: &Request) -> Result<Agreed, Refused> {
    let fields = &visit.arrival.fields;
    let mut faults = Faults::default();
    let scopes = ticked_scopes(fields).common(request.scopes);
    if scopes == ScopeSet::default() {
        faults.add("scopes", "Tick what it may do, or deny.");
    }
    let cards = read_cards(visit, request, &mut faults);
    // Without the scopes that they bound, terms are not asked for.
    let mandate = match any_spends(scopes) {
        true => read_mandate(visit, request, &mut faults),
        false => MandateChange::default(),
    };
    let reveals = scopes.allows(Scope::CardRevealPan);
    let reveal = reveals.then(|| Reveal::parse(fields.text("reveal")).unwrap_or(Reveal::Ask));
    if faults.is_empty() {
        return Ok(Agreed { scopes, cards, reveal, mandate });
    }
    Err(Refused::Faults(faults))
}

fn read_cards(visit: &Visit, request: &Request, faults: &mut Faults) -> Option<Vec<CardId>> {
    let chosen = chosen_cards(&visit.arrival.fields);
    // Where it asked for some only, there is no choosing all.
    let ids = chosen.or_else(|| request.cards.as_ref().map(|_| Vec::new()))?;
    let asked = |id: &String| request.cards.as_ref().is_none_or(|cards| cards.contains(id));
    let cards: Vec<CardId> =
        ids.iter().filter(|id| asked(id)).filter_map(|id| CardId::parse(id).ok()).collect();
    if cards.is_empty() {
        faults.add("cards", "Choose at least one card.");
    }
    if cards.len() > MOST_CARDS {
        faults.add("cards", format!("Choose at most {MOST_CARDS} cards, or all of them."));
    }
    Some(cards)
}

/// Each field by itself, by the rules of the API, and all that the owner saw: nothing of it hangs
/// on a grant that may be gone. A day that is left as it was agreed ends at the agreed time still,
/// not with the day.
fn read_mandate(visit: &Visit, request: &Request, faults: &mut Faults) -> MandateChange {
    let now = visit.now();
    let typed = MandateFields::typed(&visit.arrival.fields);
    let mut mandate = Mandate::default();
    for (name, value) in typed.input() {
        match parse(&json!({"mandate": {name: value}}), now) {
            Ok(change) => mandate = change.mandate.apply(&mandate),
            Err(problem) => faults.0.extend(faults_of(&problem).0),
        }
    }
    let agreed = request.ends.filter(|end| *end > now && day(*end) == typed.expires_on);
    Mandate { expires_at: agreed.or(mandate.expires_at), ..mandate }.into()
}

fn parse(input: &Value, now: Timestamp) -> Result<GrantChange, Problem> {
    Body::parse(input.to_string().as_bytes())?.read::<GrantPatch>()?.parse(now)
}
