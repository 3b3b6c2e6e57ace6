use actix_web::http::StatusCode;
use askama::Template;
use serde_json::json;

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Frame, page, see_other},
};

#[derive(Template)]
#[template(path = "pages/panic.html")]
struct Panic {
    frame: Frame,
    token: String,
}

pub async fn ask(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let frame = visit.frame("Stop everything?", "");
    let token = visit.token("panic", "");
    Ok(page(StatusCode::OK, &Panic { frame, token }))
}

/// Without a password: whoever is in a hurry must not be kept.
pub async fn press(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    visit.check("panic", "")?;
    visit.command("panic", "", &json!({})).await?;
    Ok(see_other("/connections?done=stopped"))
}
