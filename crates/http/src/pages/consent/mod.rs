//! Where an owner is asked what a client may do.
//!
//! Invariants: a request is answered by the session that opened it, once; nothing is agreed to that
//! was not ticked on this very page; what is risky is never ticked beforehand, and takes a password
//! or a code. Deliberately absent: what may be asked for, and the rules of answering (use cases).

mod answer;
mod request;

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use cardium_auth::{Scope, ScopeSet};
use cardium_kernel::Problem;
use serde_json::Value;

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Failed, Faults, Frame, page, tell},
    connection::Connection,
    proof::Proof,
    terms::{
        CardChoice, MandateFields, Terms, any_spends, cards, chosen_cards, faults_of, scope_groups,
        scopes_of, ticked_scopes,
    },
    visit::Visit,
    words::{is_risky, text},
};

use answer::Refused;
use request::Request;

#[derive(Template)]
#[template(path = "pages/consent.html")]
struct Ask {
    frame: Frame,
    token: String,
    id: String,
    /// What the form was made for.
    mark: String,
    name: String,
    /// Whether the client is who it says.
    proven: bool,
    host: String,
    /// Whether the answer goes to a program on the owner's own machine.
    local: bool,
    account: String,
    terms: Terms,
    confirm: Confirm,
    existing: Option<Connection>,
    proof: Proof,
    faults: Faults,
}

/// When the owner has to prove their presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirm {
    /// Whatever is ticked, having signed in is enough.
    Never,
    /// Only where something risky is ticked.
    Risky,
    /// They signed in a while ago: for more than looking.
    Acting,
    /// They signed in a while ago: for more than the client has.
    More,
}

#[derive(Template)]
#[template(path = "pages/onward.html")]
struct Onward {
    frame: Frame,
    name: String,
    location: String,
}

pub async fn show(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.query().text("request").to_owned();
    let Some(request) = Request::find(&visit, &id).await? else { return Ok(gone(&visit)) };
    let terms = offered(&visit, &request).await?;
    ask(&visit, &request, terms, Faults::default()).await
}

pub async fn submit(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.fields.text("request").to_owned();
    visit.check("consent", &id)?;
    let Some(request) = Request::find(&visit, &id).await? else { return Ok(gone(&visit)) };
    let answered = match visit.arrival.fields.text("decision") {
        "allow" if visit.arrival.fields.text("shown") != request.mark(&visit) => {
            Err(Refused::Changed)
        }
        "allow" => answer::allow(&visit, &request).await,
        _ => answer::deny(&visit, &request).await,
    };
    match answered {
        Ok(location) => Ok(lead_on(&visit, &request, &location)),
        Err(Refused::Gone) => Ok(gone(&visit)),
        Err(Refused::Changed) => ask_anew(&visit, &id).await,
        Err(Refused::Faults(faults)) => {
            let terms = typed(&visit, &request).await?;
            ask(&visit, &request, terms, faults).await
        }
        Err(Refused::Problem(problem)) => {
            let terms = typed(&visit, &request).await?;
            ask(&visit, &request, terms, faults_of(&problem)).await
        }
    }
}

/// A request that was answered, by a second click or from another tab, or that waited too long.
fn gone(visit: &Visit) -> HttpResponse {
    let message = "It was answered already, or it waited too long. Go back to the app; if it is \
                   not connected, let it ask once more.";
    let frame = visit.frame("This request is over", "");
    tell(frame, StatusCode::GONE, message, ("/connections", "See your connections"))
}

/// Asks once more what was answered on other grounds: the client has another name now, or was
/// connected or revoked meanwhile.
async fn ask_anew(visit: &Visit, id: &str) -> Shown {
    let Some(request) = Request::find(visit, id).await? else { return Ok(gone(visit)) };
    let terms = offered(visit, &request).await?;
    let message = "Nothing was allowed yet: who asks, or what it has already, changed while you \
                   looked. Read this once more.";
    ask(visit, &request, terms, Faults::one("", message)).await
}

/// What is offered at first: all that was asked for, but for what is risky.
async fn offered(visit: &Visit, request: &Request) -> Result<Terms, Problem> {
    let existing = request.existing.as_ref();
    let agreed = existing.map(|grant| &grant["mandate"]);
    let spent_before = existing.is_some_and(|grant| any_spends(scopes_of(&grant["scopes"])));
    // No bounds at all were agreed to only by whoever was asked about money.
    let agreed = agreed.map(MandateFields::agreed);
    let agreed = agreed.filter(|agreed| spent_before || *agreed != MandateFields::default());
    let mandate = agreed.unwrap_or_else(|| MandateFields::modest(visit.now()));
    let known = cards(visit).await?;
    let reveal = existing.map_or("ask", |grant| text(grant, "reveal"));
    let chosen = match (&request.cards, existing) {
        (Some(asked), _) => Some(asked.clone()),
        (None, Some(grant)) => ids(&grant["cards"]),
        (None, None) => None,
    };
    let choice = CardChoice::new(known, request.cards.as_deref(), chosen.as_deref());
    Ok(terms(request, |scope| !is_risky(scope), choice, reveal, mandate))
}

fn ids(value: &Value) -> Option<Vec<String>> {
    let ids = value.as_array()?.iter().filter_map(Value::as_str);
    Some(ids.map(str::to_owned).collect())
}

/// What was typed, to be corrected.
async fn typed(visit: &Visit, request: &Request) -> Result<Terms, Problem> {
    let fields = &visit.arrival.fields;
    let (ticked, chosen) = (ticked_scopes(fields), chosen_cards(fields));
    let choice = CardChoice::new(cards(visit).await?, request.cards.as_deref(), chosen.as_deref());
    let mandate = MandateFields::typed(fields);
    Ok(terms(request, |scope| ticked.allows(scope), choice, fields.text("reveal"), mandate))
}

fn terms(
    request: &Request,
    ticked: impl Fn(Scope) -> bool,
    cards: CardChoice,
    reveal: &str,
    mandate: MandateFields,
) -> Terms {
    Terms {
        groups: scope_groups(request.scopes, ticked),
        cards,
        reveal: reveal.to_owned(),
        reveals: request.scopes.allows(Scope::CardRevealPan),
        mandate,
        spends: any_spends(request.scopes),
    }
}

async fn ask(visit: &Visit, request: &Request, terms: Terms, faults: Faults) -> Shown {
    let account = visit.read("get_account", "", "").await?;
    let code = account["twofa_enabled"] == true;
    let existing = match &request.existing {
        Some(grant) => Some(Connection::new(grant, &cards(visit).await?.0)),
        None => None,
    };
    let template = Ask {
        frame: visit.frame(&format!("{} asks", request.name), ""),
        token: visit.token("consent", &request.id),
        id: request.id.clone(),
        mark: request.mark(visit),
        name: request.name.clone(),
        proven: request.proven,
        host: request.host.clone(),
        local: request.local,
        account: text(&account, "email").to_owned(),
        terms,
        confirm: Confirm::of(visit, request),
        existing,
        proof: Proof { code },
        faults,
    };
    let status =
        if template.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &template))
}

impl Confirm {
    fn of(visit: &Visit, request: &Request) -> Self {
        let fresh = visit.credential.check_step_up(visit.now()).is_ok();
        match &request.existing {
            _ if fresh && any_risky(request.scopes) => Self::Risky,
            _ if fresh => Self::Never,
            Some(_) => Self::More,
            None if request.scopes.iter().all(Scope::is_read) => Self::Never,
            None => Self::Acting,
        }
    }
}

fn any_risky(scopes: ScopeSet) -> bool {
    scopes.iter().any(is_risky)
}

/// Sends the owner back, by a page that leads on. Chromium holds redirects after a form to the
/// policy of the form's page, all those that follow too: a client that redirects once more would
/// be out of reach.
fn lead_on(visit: &Visit, request: &Request, location: &str) -> HttpResponse {
    let frame = visit.frame(&format!("Back to {}", request.name), "");
    let (name, location) = (request.name.clone(), location.to_owned());
    page(StatusCode::OK, &Onward { frame, name, location })
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Problem(problem) => Self::Refused(problem),
            Refused::Gone | Refused::Changed | Refused::Faults(_) => Self::Stale,
        }
    }
}
