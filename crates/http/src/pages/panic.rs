use actix_web::http::StatusCode;
use askama::Template;
use cardium_kernel::Problem;
use serde_json::{Map, Value, json};

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Faults, Frame, page, see_other},
    proof::{Proof, add_proof},
    terms::faults_of,
    visit::Visit,
    words::{moment, text},
};

#[derive(Template)]
#[template(path = "pages/panic.html")]
struct Panic {
    frame: Frame,
    token: String,
    /// Since when everything is stopped; empty where it is not.
    stopped: String,
    proof: Option<Proof>,
    faults: Faults,
}

/// Since when everything is stopped; empty where it is not.
pub async fn stopped(visit: &Visit) -> Result<String, Problem> {
    let account = visit.read("get_account", "", "").await?;
    Ok(moment(text(&account, "locked_at")))
}

pub async fn ask(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    show(&visit, StatusCode::OK, Faults::default()).await
}

async fn show(visit: &Visit, status: StatusCode, faults: Faults) -> Shown {
    let stopped = stopped(visit).await?;
    let title = if stopped.is_empty() { "Stop everything?" } else { "Everything is stopped" };
    let proof = if stopped.is_empty() { None } else { Proof::needed(visit).await? };
    let (frame, token) = (visit.frame(title, ""), visit.token("panic", ""));
    Ok(page(status, &Panic { frame, token, stopped, proof, faults }))
}

pub async fn press(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    visit.check("panic", "")?;
    if visit.arrival.fields.text("decision") == "lift" {
        return lift(&visit).await;
    }
    // Without a password: whoever is in a hurry must not be kept.
    visit.command("panic", "", &json!({})).await?;
    Ok(see_other("/connections?done=stopped"))
}

async fn lift(visit: &Visit) -> Shown {
    let mut input = Map::new();
    add_proof(&mut input, &visit.arrival.fields);
    match visit.command("lift_panic", "", &Value::Object(input)).await {
        Ok(_) => Ok(see_other("/connections?done=lifted")),
        Err(problem) => show(visit, StatusCode::UNPROCESSABLE_ENTITY, faults_of(&problem)).await,
    }
}
