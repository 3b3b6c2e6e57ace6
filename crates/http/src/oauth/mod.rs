//! The OAuth 2.1 server: clients register, owners are asked, codes and refresh tokens are
//! exchanged.
//!
//! Invariants: what is refused has the form of RFC 6749 and nothing of what went wrong inside;
//! answers with tokens are never stored; browsers may call whatever takes no cookie, and nothing
//! else. Deliberately absent: the pages on which an owner signs in and answers.

mod answer;
mod authorize;
mod browser;
mod clients;
pub mod consent;
mod documents;
mod introspect;
mod metadata;
mod ports;
mod registration;
mod secrets;
mod token;

use actix_web::{HttpRequest, HttpResponse, Resource, Route, http::Method, web};

pub(crate) use answer::preflight;
pub(crate) use clients::note_step_up;
pub use ports::{ClientDocuments, DocumentFailure, FetchedDocument};

use answer::{Refusal, refuse_method, refuse_method_here};

/// What an endpoint gives: an answer, or why there is none.
type Outcome = Result<HttpResponse, Refusal>;

/// The routes of the server.
pub(crate) fn resources() -> Vec<Resource> {
    let server = || vec![web::get().to(metadata::server), web::head().to(metadata::server)];
    let resource = || vec![web::get().to(metadata::resource), web::head().to(metadata::resource)];
    let managed = vec![
        web::get().to(registration::read),
        web::put().to(registration::update),
        web::delete().to(registration::delete),
    ];
    let authorize = web::resource("/oauth/authorize")
        .route(web::get().to(authorize::get))
        .route(web::post().to(authorize::post))
        .default_service(web::to(|| refuse_method_here("GET, POST")));
    vec![
        open("/.well-known/oauth-authorization-server", "GET, HEAD", server()),
        open("/.well-known/openid-configuration", "GET, HEAD", server()),
        open("/.well-known/oauth-protected-resource", "GET, HEAD", resource()),
        open("/.well-known/oauth-protected-resource/mcp", "GET, HEAD", resource()),
        open("/.well-known/oauth-protected-resource/v1", "GET, HEAD", resource()),
        open("/oauth/register", "POST", vec![web::post().to(registration::create)]),
        open("/oauth/register/{client_id}", "GET, PUT, DELETE", managed),
        authorize,
        open("/oauth/token", "POST", vec![web::post().to(token::exchange)]),
        open("/oauth/revoke", "POST", vec![web::post().to(introspect::revoke)]),
        open("/oauth/introspect", "POST", vec![web::post().to(introspect::introspect)]),
    ]
}

/// An endpoint that browsers may call from any origin.
fn open(path: &str, allowed: &'static str, routes: Vec<Route>) -> Resource {
    let options = move |request: HttpRequest| preflight(request, allowed);
    let resource = web::resource(path);
    let resource = resource.route(web::route().method(Method::OPTIONS).to(options));
    let resource = routes.into_iter().fold(resource, Resource::route);
    resource.default_service(web::to(move || refuse_method(allowed)))
}
