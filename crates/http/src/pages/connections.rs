use actix_web::http::StatusCode;
use askama::Template;
use cardium_kernel::{ErrorCode, Problem};
use serde_json::{Map, Value, json};

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Failed, Faults, Frame, page, see_other},
    connection::Connection,
    panic,
    proof::{Proof, add_proof},
    terms::{
        CardChoice, MandateFields, Terms, any_spends, cards, chosen_cards, faults_of, scope_groups,
        scopes_of, ticked_scopes,
    },
    visit::Visit,
    words::text,
};

#[derive(Template)]
#[template(path = "pages/connections.html")]
struct List {
    frame: Frame,
    connections: Vec<Connection>,
    past: Vec<Connection>,
    /// How many approvals wait.
    waiting: usize,
    /// What was just done.
    done: &'static str,
    /// Since when everything is stopped; empty where it is not.
    stopped: String,
}

#[derive(Template)]
#[template(path = "pages/connection.html")]
struct Change {
    frame: Frame,
    token: String,
    connection: Connection,
    terms: Terms,
    proof: Option<Proof>,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "pages/revoke.html")]
struct Revoke {
    frame: Frame,
    token: String,
    connection: Connection,
}

pub async fn list(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let (known, _) = cards(&visit).await?;
    let open = visit.read("list_grants", "", "status=active&limit=100").await?;
    let past = visit.read("list_grants", "", "status=revoked&limit=10").await?;
    let waiting = visit.read("list_approvals", "", "status=pending&limit=100").await?;
    let shown = |list: &Value| {
        let grants = list["data"].as_array().into_iter().flatten();
        grants.map(|grant| Connection::new(grant, &known)).collect::<Vec<_>>()
    };
    let done = match visit.arrival.query().text("done") {
        "revoked" => "The connection was revoked.",
        "changed" => "The connection was changed.",
        "stopped" => {
            "Done. All cards are frozen, all connections are revoked, withdrawals are held."
        }
        "lifted" => "The stop is lifted. Unfreeze your cards one by one.",
        _ => "",
    };
    let template = List {
        frame: visit.frame("Connections", "connections"),
        connections: shown(&open),
        past: shown(&past),
        waiting: waiting["data"].as_array().map_or(0, Vec::len),
        done,
        stopped: panic::stopped(&visit).await?,
    };
    Ok(page(StatusCode::OK, &template))
}

/// There is no form on the list itself.
pub async fn nothing(_: Arrival) -> Shown {
    Err(Failed::Refused(Problem::new(ErrorCode::MethodNotAllowed, "There is nothing to send.")))
}

async fn find(visit: &Visit) -> Result<Value, Problem> {
    visit.read("get_grant", visit.arrival.id(), "").await
}

pub async fn show(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let grant = find(&visit).await?;
    let known = cards(&visit).await?;
    let scopes = scopes_of(&grant["scopes"]);
    let ids = card_ids(&grant);
    let terms = Terms {
        groups: scope_groups(scopes, |_| true),
        cards: CardChoice::new(known.clone(), None, ids.as_deref()),
        reveal: text(&grant, "reveal").to_owned(),
        reveals: scopes.allows(cardium_auth::Scope::CardRevealPan),
        mandate: MandateFields::agreed(&grant["mandate"]),
        spends: any_spends(scopes),
    };
    let connection = Connection::new(&grant, &known.0);
    form(&visit, (StatusCode::OK, Faults::default()), connection, terms).await
}

fn card_ids(grant: &Value) -> Option<Vec<String>> {
    let ids = grant["cards"].as_array()?.iter().filter_map(Value::as_str);
    Some(ids.map(str::to_owned).collect())
}

async fn form(
    visit: &Visit,
    (status, faults): (StatusCode, Faults),
    connection: Connection,
    terms: Terms,
) -> Shown {
    let proof = Proof::needed(visit).await?;
    let frame = visit.frame(&connection.name, "connections");
    let token = visit.token("connection", &connection.id);
    Ok(page(status, &Change { frame, token, connection, terms, proof, faults }))
}

pub async fn change(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.id().to_owned();
    visit.check("connection", &id)?;
    let grant = find(&visit).await?;
    let input = Value::Object(input(&visit, &grant));
    let problem = match visit.command("update_grant", &id, &input).await {
        Ok(_) => return Ok(see_other("/connections?done=changed")),
        Err(problem) => problem,
    };
    let fields = &visit.arrival.fields;
    let (offered, ticked) = (scopes_of(&grant["scopes"]), ticked_scopes(fields));
    let known = cards(&visit).await?;
    let terms = Terms {
        groups: scope_groups(offered, |scope| ticked.allows(scope)),
        cards: CardChoice::new(known.clone(), None, chosen_cards(fields).as_deref()),
        reveal: fields.text("reveal").to_owned(),
        reveals: offered.allows(cardium_auth::Scope::CardRevealPan),
        mandate: MandateFields::typed(fields),
        spends: any_spends(offered),
    };
    let connection = Connection::new(&grant, &known.0);
    let outcome = (StatusCode::UNPROCESSABLE_ENTITY, faults_of(&problem));
    form(&visit, outcome, connection, terms).await
}

/// What the form changes, as the API takes it; what it does not show stays.
fn input(visit: &Visit, grant: &Value) -> Map<String, Value> {
    let fields = &visit.arrival.fields;
    let mut input = Map::new();
    let ticked: Vec<&str> = ticked_scopes(fields).iter().map(cardium_auth::Scope::as_str).collect();
    let chosen = chosen_cards(fields).map_or(Value::Null, |ids| json!(ids));
    input.insert("scopes".to_owned(), json!(ticked));
    input.insert("cards".to_owned(), chosen);
    if let Some(reveal) = fields.given("reveal") {
        input.insert("reveal".to_owned(), json!(reveal));
    }
    if fields.given("mandate").is_some() {
        let typed = MandateFields::typed(fields);
        let mut mandate = typed.input();
        // The form shows the day only: the same day is the same moment.
        if typed.expires_on == MandateFields::agreed(&grant["mandate"]).expires_on {
            mandate.remove("expires_at");
        }
        input.insert("mandate".to_owned(), Value::Object(mandate));
    }
    add_proof(&mut input, fields);
    input
}

pub async fn ask(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let grant = find(&visit).await?;
    let connection = Connection::new(&grant, &[]);
    let frame = visit.frame("Revoke this connection?", "connections");
    let token = visit.token("revoke", &connection.id);
    Ok(page(StatusCode::OK, &Revoke { frame, token, connection }))
}

pub async fn revoke(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.id().to_owned();
    visit.check("revoke", &id)?;
    visit.command("revoke_grant", &id, &json!({})).await?;
    Ok(see_other("/connections?done=revoked"))
}
