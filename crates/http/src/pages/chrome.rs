//! What all pages share: their frame, their headers, and how a failure is shown.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use askama::Template;
use cardium_api_v1::problem::{retry_after, status_and_type};
use cardium_kernel::{ErrorCode, Problem};

use crate::limits::request_id;

use super::{cookie, next::Next};

const OPENER_POLICY: header::HeaderName =
    header::HeaderName::from_static("cross-origin-opener-policy");
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const STYLE: &str = include_str!("../../templates/pages/style.css");

/// The frame of a page.
pub struct Frame {
    pub title: String,
    /// Where the page stands among those of whoever is signed in.
    pub here: &'static str,
    /// That of the form that signs out; none where nobody is signed in.
    pub sign_out: Option<String>,
}

impl Frame {
    pub fn public(title: &str) -> Self {
        Self { title: title.to_owned(), here: "", sign_out: None }
    }

    pub fn signed_in(title: &str, here: &'static str, sign_out: String) -> Self {
        Self { title: title.to_owned(), here, sign_out: Some(sign_out) }
    }
}

/// What is wrong with a field, or with all of a form where the field has no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: String,
    pub message: String,
}

impl Fault {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

/// What is wrong with a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![Fault::new(field, message)])
    }

    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(Fault::new(field, message));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with this field; empty where nothing is.
    pub fn of(&self, field: &str) -> &str {
        let found = self.0.iter().find(|fault| fault.field == field);
        found.map_or("", |fault| &fault.message)
    }
}

/// Why a visit ends other than it was meant to.
#[derive(Debug)]
pub enum Failed {
    /// Nobody is signed in.
    SignIn(Next),
    /// The form came from somewhere else.
    Foreign,
    /// The form was not given out to this session.
    Stale,
    /// What an operation says.
    Refused(Problem),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// What is needed to show how a visit failed.
pub struct Failure {
    pub request: HttpRequest,
    pub secure: bool,
}

#[derive(Template)]
#[template(path = "pages/notice.html")]
struct Notice {
    frame: Frame,
    message: String,
    reference: String,
    onward: (&'static str, &'static str),
}

/// Pages on the way from a client and back to it. Clients open them in a window of their own and
/// watch it, which a policy for openers would cut off.
const IN_WINDOWS: [&str; 2] = ["/signin", "/oauth/consent"];

impl Failure {
    /// The answer to a visit.
    pub fn answer(&self, shown: Result<HttpResponse, Failed>) -> HttpResponse {
        let response = shown.unwrap_or_else(|failed| self.show(failed));
        if IN_WINDOWS.contains(&self.request.path()) { for_window(response) } else { response }
    }

    fn show(&self, failed: Failed) -> HttpResponse {
        let (status, title, message) = match failed {
            Failed::SignIn(next) => {
                let gone = cookie::clear(self.secure);
                let mut response = see_other(&next.sign_in());
                if let Ok(gone) = header::HeaderValue::from_str(&gone) {
                    response.headers_mut().insert(header::SET_COOKIE, gone);
                }
                return response;
            }
            Failed::Foreign => (
                StatusCode::FORBIDDEN,
                "This form came from another site",
                "Nothing was done. Open the page here and send the form again.".to_owned(),
            ),
            Failed::Stale => (
                StatusCode::FORBIDDEN,
                "This form is out of date",
                "Nothing was done. You may have signed in again since the page was opened: open \
                 it again, and send it from there."
                    .to_owned(),
            ),
            Failed::Refused(problem) => return self.refuse(&problem),
        };
        self.notice(status, title, message)
    }

    fn refuse(&self, problem: &Problem) -> HttpResponse {
        let (status, _) = status_and_type(problem.code);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let title = match problem.code {
            ErrorCode::ResourceNotFound => "There is nothing here",
            ErrorCode::RateLimited => "Too many tries",
            ErrorCode::Internal | ErrorCode::ServiceUnavailable => "That did not work",
            _ => "That is not possible",
        };
        let mut response = self.notice(status, title, problem.message.clone());
        if let Some(seconds) = retry_after(problem) {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    fn notice(&self, status: StatusCode, title: &str, message: String) -> HttpResponse {
        let notice = Notice {
            frame: Frame::public(title),
            message,
            reference: request_id(&self.request).to_string(),
            onward: ("/connections", "Back to your connections"),
        };
        page(status, &notice)
    }
}

/// A page that says one thing.
pub fn tell(
    frame: Frame,
    status: StatusCode,
    message: &str,
    onward: (&'static str, &'static str),
) -> HttpResponse {
    let message = message.to_owned();
    page(status, &Notice { frame, message, reference: String::new(), onward })
}

/// A response that leaves a window to whoever opened it.
pub fn for_window(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().remove(OPENER_POLICY);
    response
}

/// A page with its headers.
pub fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    // Rendering into memory fails only where a field's Display does, and none of these can.
    let html = template.render().unwrap_or_default();
    let mut response = HttpResponse::build(status);
    guard(&mut response);
    response.content_type("text/html; charset=utf-8").body(html)
}

/// The way to another page.
pub fn see_other(location: &str) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    guard(&mut response);
    response.insert_header((header::LOCATION, location)).finish()
}

/// The headers of every page. The referrer stays on this host, where the check of forms needs the
/// origin; a page without any would have its forms come from `null`.
fn guard(response: &mut HttpResponseBuilder) {
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((OPENER_POLICY, "same-origin"))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
        .insert_header(("permissions-policy", "camera=(), geolocation=(), microphone=()"));
}

/// The style of all pages.
pub async fn style() -> HttpResponse {
    let mut response = HttpResponse::Ok();
    guard(&mut response);
    response
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}
