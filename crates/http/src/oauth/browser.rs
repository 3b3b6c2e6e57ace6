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

use crate::{
    AppState,
    address::origin,
    guard,
    pages::{
        chrome::{Frame, for_window, page},
        cookie,
    },
    rate_limits::Seen,
};

/// The session of the browser, if it has one.
///
/// # Errors
/// When it cannot be looked up, or too much is asked.
pub async fn session(
    state: &AppState,
    request: &HttpRequest,
) -> Result<Option<Arc<Credential>>, CommandError> {
    let from = origin(request);
    let Some(token) = cookie::find(request, from.secure) else { return Ok(None) };
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

#[derive(Template)]
#[template(path = "pages/oauth_refused.html")]
struct RefusedPage<'a> {
    frame: Frame,
    code: &'a str,
    description: &'a str,
}

/// A page that says what is wrong with a request whose sender is not known.
pub fn refused_page(status: StatusCode, error: &OAuthError) -> HttpResponse {
    let frame = Frame::public("This request cannot be answered");
    let (code, description) = (error.code.as_str(), &*error.description);
    for_window(page(status, &RefusedPage { frame, code, description }))
}

#[derive(Template)]
#[template(path = "pages/oauth_back.html")]
struct BackPage<'a> {
    frame: Frame,
    code: &'a str,
    description: &'a str,
    host: &'a str,
    url: &'a str,
}

/// A page that says what is wrong with a request, and where its sender is told so.
pub fn back_page(error: &OAuthError, (host, url): (&str, &str)) -> HttpResponse {
    let frame = Frame::public("This request cannot be answered");
    let (code, description) = (error.code.as_str(), &*error.description);
    let back = BackPage { frame, code, description, host, url };
    for_window(page(StatusCode::BAD_REQUEST, &back))
}

/// Sends the browser on.
pub fn send_to(url: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::LOCATION, url))
        .finish()
}
