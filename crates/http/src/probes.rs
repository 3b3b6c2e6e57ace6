//! `/livez` and `/readyz`, for whatever keeps the process running.

use actix_web::{HttpResponse, web};

use crate::{AppState, block::block};

/// The process answers: nothing else is looked at.
pub async fn livez() -> HttpResponse {
    status(true)
}

/// Whether the process takes requests.
pub async fn readyz(state: web::Data<AppState>) -> HttpResponse {
    let health = state.wiring.health.clone();
    let ready = block(move || health.ready()).await;
    status(ready.unwrap_or(false))
}

fn status(fine: bool) -> HttpResponse {
    let (mut response, word) = if fine {
        (HttpResponse::Ok(), "ok")
    } else {
        (HttpResponse::ServiceUnavailable(), "unavailable")
    };
    let body = format!(r#"{{"status":"{word}"}}"#);
    response.content_type("application/json").body(body)
}
