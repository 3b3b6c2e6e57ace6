//! Who sits at the browser, and pages for those who cannot be sent back.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use cardium_app::CommandError;
use cardium_auth::{Credential, CredentialKind, oauth::OAuthError};
use cardium_kernel::ErrorCode;

use crate::{AppState, address::origin, guard, rate_limits::Seen};

/// The session of the browser, if it has one.
///
/// # Errors
/// When it cannot be looked up, or too much is asked.
pub async fn session(
    state: &AppState,
    request: &HttpRequest,
) -> Result<Option<Arc<Credential>>, CommandError> {
    let from = origin(request);
    let name = if from.secure { "__Host-cardium" } else { "cardium" };
    let Some(token) = cookie(request, name) else { return Ok(None) };
    let seen = Seen::default();
    match guard::recognize(state, Some(&token), (from.address, &seen)).await {
        Ok(found) => Ok(Some(found).filter(|found| found.kind == CredentialKind::Session)),
        Err(CommandError::Problem(problem))
            if matches!(
                problem.code,
                ErrorCode::InvalidCredentials | ErrorCode::SessionExpired
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    let lines = request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut own = pairs.filter(|(known, _)| known.trim() == name);
    let (_, value) = own.next().filter(|_| own.next().is_none())?;
    Some(value.trim().to_owned())
}

#[derive(Template)]
#[template(path = "oauth_refused.html")]
struct RefusedPage<'a> {
    code: &'a str,
    description: &'a str,
}

/// A page that says what is wrong with a request whose sender is not known.
pub fn refused_page(status: StatusCode, error: &OAuthError) -> HttpResponse {
    let page = RefusedPage { code: error.code.as_str(), description: &error.description };
    show(status, (page.render(), error))
}

#[derive(Template)]
#[template(path = "oauth_back.html")]
struct BackPage<'a> {
    code: &'a str,
    description: &'a str,
    host: &'a str,
    url: &'a str,
}

/// A page that says what is wrong with a request, and where its sender is told so.
pub fn back_page(error: &OAuthError, (host, url): (&str, &str)) -> HttpResponse {
    let (code, description) = (error.code.as_str(), error.description.as_ref());
    let page = BackPage { code, description, host, url };
    show(StatusCode::BAD_REQUEST, (page.render(), error))
}

fn show(status: StatusCode, (page, error): (askama::Result<String>, &OAuthError)) -> HttpResponse {
    let html = page.unwrap_or_else(|_| error.code.as_str().to_owned());
    unkept(HttpResponse::build(status))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

/// Sends the browser on.
pub fn send_to(url: &str) -> HttpResponse {
    unkept(HttpResponse::SeeOther()).insert_header((header::LOCATION, url)).finish()
}

fn unkept(mut response: actix_web::HttpResponseBuilder) -> actix_web::HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::REFERRER_POLICY, "no-referrer"));
    response
}
