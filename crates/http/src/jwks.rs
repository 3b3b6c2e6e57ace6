//! The public keys of access tokens (RFC 7517, section 5), for whoever verifies them apart from
//! us. Every document that names them names `/oauth/jwks`; `/.well-known/jwks.json` is where
//! people look. Plain `application/json`, because not every client takes the registered type.

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::{
        Method,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
    },
    web,
};

use crate::{
    AppState, failure,
    limits::request_id,
    oauth::preflight,
    routes::refuse_method,
    token_keys::{Need, token_keys},
};

const PATHS: [&str; 2] = ["/oauth/jwks", "/.well-known/jwks.json"];
const METHODS: &str = "GET, HEAD";
/// A key is published for months before it signs, so copies may be kept; but not for long, so that
/// one which is dropped at once is soon gone.
const CACHING: &str = "public, max-age=60";

/// The resources of this module.
pub fn resources() -> impl Iterator<Item = Resource> {
    PATHS.into_iter().map(|path| {
        let other = |request| refuse_method(request, METHODS.to_owned());
        let options = |request| preflight(request, METHODS);
        web::resource(path)
            .route(web::get().to(show))
            .route(web::head().to(show))
            .route(web::route().method(Method::OPTIONS).to(options))
            .default_service(web::to(other))
    })
}

async fn show(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    match token_keys(&state, Need::Known).await {
        Ok(keys) => HttpResponse::Ok()
            .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((CACHE_CONTROL, CACHING))
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(serde_json::json!({"keys": keys.published}).to_string()),
        Err(error) => failure::respond(error, request_id(&request)),
    }
}
