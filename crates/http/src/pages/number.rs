//! A card's number, for its owner's eyes: what an agent that may not see it links to.

use actix_web::http::StatusCode;
use askama::Template;
use serde_json::Value;
use url::form_urlencoded;

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Frame, page, see_other},
    next::Next,
    terms::card_label,
    words::text,
};

#[derive(Template)]
#[template(path = "pages/number_ask.html")]
struct Ask {
    frame: Frame,
    token: String,
    id: String,
    card: String,
}

#[derive(Template)]
#[template(path = "pages/number.html")]
struct Number {
    frame: Frame,
    card: String,
    pan: String,
    expiry: String,
    cvv: String,
}

pub async fn ask(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.id().to_owned();
    let card = visit.read("get_card", &id, "").await?;
    let (frame, token) = (visit.frame("Card number", ""), visit.token("number", &id));
    Ok(page(StatusCode::OK, &Ask { frame, token, id, card: card_label(&card) }))
}

/// Shown to a session that signed in just now; another one signs in once more.
pub async fn show(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let id = visit.arrival.id().to_owned();
    visit.check("number", &id)?;
    if visit.credential.check_step_up(visit.now()).is_err() {
        let here = Next::of(&visit.arrival.request);
        let next: String = form_urlencoded::byte_serialize(here.as_str().as_bytes()).collect();
        return Ok(see_other(&format!("/signin?again=1&next={next}")));
    }
    let card = visit.read("get_card", &id, "").await?;
    let shown =
        visit.command("reveal_pan_by_post", &id, &Value::Object(Default::default())).await?;
    let frame = visit.frame("Card number", "");
    let template = Number {
        frame,
        card: card_label(&card),
        pan: text(&shown, "pan_formatted").to_owned(),
        expiry: expiry(text(&shown, "expires_at")),
        cvv: text(&shown, "cvv").to_owned(),
    };
    Ok(page(StatusCode::OK, &template))
}

/// As cards have it: month and year.
fn expiry(iso: &str) -> String {
    match iso.split_once('-') {
        Some((year, month)) => format!("{month}/{}", year.get(2..).unwrap_or("")),
        None => iso.to_owned(),
    }
}
