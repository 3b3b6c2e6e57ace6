use actix_web::http::StatusCode;
use askama::Template;
use cardium_kernel::{Problem, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Faults, Frame, page, see_other},
    proof::{Proof, add_proof},
    terms::faults_of,
    visit::Visit,
    words::{moment, text, usd},
};

/// What an agent asked, as its owner sees it.
struct Asked {
    id: String,
    agent: String,
    summary: String,
    amount: Option<String>,
    sandbox: bool,
    status: &'static str,
    pending: bool,
    asked: String,
    left: String,
}

#[derive(Template)]
#[template(path = "pages/approvals.html")]
struct List {
    frame: Frame,
    pending: Vec<Asked>,
    decided: Vec<Asked>,
    done: &'static str,
}

#[derive(Template)]
#[template(path = "pages/approval.html")]
struct One {
    frame: Frame,
    token: String,
    asked: Asked,
    proof: Option<Proof>,
    faults: Faults,
}

impl Asked {
    fn new(approval: &Value, grants: &[Value], now: Timestamp) -> Self {
        let grant = text(approval, "grant_id");
        let agent = grants.iter().find(|one| text(one, "id") == grant);
        let agent = agent.map_or("An agent", |one| text(&one["client"], "name"));
        let status = match text(approval, "status") {
            "pending" => "Waits for you",
            "approved" => "Approved",
            "rejected" => "Rejected",
            "used" => "Approved and done",
            _ => "Expired",
        };
        Self {
            id: text(approval, "id").to_owned(),
            agent: agent.to_owned(),
            summary: readable(approval),
            amount: usd(&approval["amount_usd"]),
            sandbox: approval["mode"] == "sandbox",
            status,
            pending: approval["status"] == "pending",
            asked: moment(text(approval, "created_at")),
            left: left(text(approval, "expires_at"), now),
        }
    }
}

/// What is asked without the card's id, which is for agents: product and last digits stand there.
fn readable(approval: &Value) -> String {
    let summary = text(approval, "summary");
    match text(approval, "card_id") {
        "" => summary.to_owned(),
        id => summary.replace(&format!(" ({id})"), ""),
    }
}

/// The time until a moment, in words.
fn left(end: &str, now: Timestamp) -> String {
    let Ok(end) = Timestamp::parse_rfc3339(end) else { return String::new() };
    let minutes = end.since(now).as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "less than a minute".to_owned(),
        (0, 1) => "1 minute".to_owned(),
        (0, minutes) => format!("{minutes} minutes"),
        (1, minutes) => format!("1 hour {minutes} min"),
        (hours, _) => format!("{hours} hours"),
    }
}

/// The grants, for the names of the agents.
async fn grants(visit: &Visit) -> Result<Vec<Value>, Problem> {
    let list = visit.read("list_grants", "", "limit=100").await?;
    Ok(list["data"].as_array().cloned().unwrap_or_default())
}

pub async fn list(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let pending = visit.read("list_approvals", "", "status=pending&limit=100").await?;
    let all = visit.read("list_approvals", "", "limit=30").await?;
    let (grants, now) = (grants(&visit).await?, visit.now());
    let shown = |list: &Value| {
        let asked = list["data"].as_array().into_iter().flatten();
        asked.map(|one| Asked::new(one, &grants, now)).collect::<Vec<_>>()
    };
    let done = match visit.arrival.query().text("done") {
        "approved" => "Approved. The agent may do it now, once.",
        "rejected" => "Rejected. Nothing was done.",
        _ => "",
    };
    let decided = shown(&all).into_iter().filter(|one| !one.pending).collect();
    let frame = visit.frame("Approvals", "approvals");
    Ok(page(StatusCode::OK, &List { frame, pending: shown(&pending), decided, done }))
}

pub async fn show(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    one(&visit, StatusCode::OK, Faults::default()).await
}

async fn one(visit: &Visit, status: StatusCode, faults: Faults) -> Shown {
    let approval = visit.read("get_approval", visit.arrival.id(), "").await?;
    let asked = Asked::new(&approval, &grants(visit).await?, visit.now());
    let proof = if asked.pending { Proof::needed(visit).await? } else { None };
    let frame = visit.frame("Approval", "approvals");
    let token = visit.token("approval", &asked.id);
    Ok(page(status, &One { frame, token, asked, proof, faults }))
}

pub async fn decide(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.id().to_owned();
    visit.check("approval", &id)?;
    let decision = visit.arrival.fields.text("decision").to_owned();
    let mut input = Map::from_iter([("decision".to_owned(), json!(decision))]);
    add_proof(&mut input, &visit.arrival.fields);
    match visit.command("decide_approval", &id, &Value::Object(input)).await {
        Ok(_) if decision == "approve" => Ok(see_other("/approvals?done=approved")),
        Ok(_) => Ok(see_other("/approvals?done=rejected")),
        Err(problem) => one(&visit, StatusCode::UNPROCESSABLE_ENTITY, faults_of(&problem)).await,
    }
}
