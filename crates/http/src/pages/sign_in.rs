use actix_web::http::{StatusCode, header};
use askama::Template;
use cardium_api_v1::{body::Body, problem::status_and_type};
use cardium_kernel::{ErrorCode, Problem};
use serde::Deserialize;
use serde_json::json;

use crate::{address, body::Arrived, invoke::Ask};

use super::{
    Shown,
    arrival::Arrival,
    chrome::{Failed, Faults, Frame, page, see_other},
    cookie,
    next::Next,
    sealed::FirstStep,
};

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignIn {
    frame: Frame,
    next: String,
    email: String,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "pages/sign_in_code.html")]
struct SecondStep {
    frame: Frame,
    next: String,
    sealed: String,
    again: String,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "pages/sign_out.html")]
struct SignOut {
    frame: Frame,
    token: String,
}

/// What of a sign-in's answer is needed.
#[derive(Deserialize)]
struct Session {
    token: String,
}

pub async fn show(arrival: Arrival) -> Shown {
    let query = arrival.query();
    let next = Next::parse(query.raw("next"));
    // Asked for once more, where something needs a session that is fresh.
    let again = query.raw("again") == "1";
    if !again && cookie::find(&arrival.request, arrival.is_secure()).is_some() {
        let entered = arrival.enter().await;
        return match entered {
            Ok(_) => Ok(see_other(next.as_str())),
            Err(_) => Ok(first(StatusCode::OK, &next, String::new(), Faults::default())),
        };
    }
    Ok(first(StatusCode::OK, &next, String::new(), Faults::default()))
}

fn first(
    status: StatusCode,
    next: &Next,
    email: String,
    faults: Faults,
) -> actix_web::HttpResponse {
    let frame = Frame::public("Sign in");
    page(status, &SignIn { frame, next: next.to_string(), email, faults })
}

pub async fn submit(arrival: Arrival) -> Shown {
    check_transport(&arrival)?;
    let fields = &arrival.fields;
    let next = Next::parse(fields.raw("next"));
    match fields.given("first_step").map(|text| FirstStep::open(text, &arrival.state)) {
        Some(Some(step)) => second_step(&arrival, &next, step).await,
        Some(None) => {
            let message = "That took too long. Enter your password again.";
            let faults = Faults::one("password", message);
            Ok(first(StatusCode::OK, &next, String::new(), faults))
        }
        None => first_step(&arrival, &next).await,
    }
}

/// Nobody's session is to travel in plain text.
fn check_transport(arrival: &Arrival) -> Result<(), Failed> {
    let origin = address::origin(&arrival.request);
    if origin.secure || origin.address.is_none_or(|address| address.is_loopback()) {
        return Ok(());
    }
    let message = "Signing in takes a connection by HTTPS.";
    Err(Problem::new(ErrorCode::HttpsRequired, message).into())
}

async fn first_step(arrival: &Arrival, next: &Next) -> Shown {
    let fields = &arrival.fields;
    let step = FirstStep {
        email: fields.text("email").to_owned(),
        password: fields.raw("password").to_owned(),
    };
    let mut faults = Faults::default();
    if step.email.is_empty() {
        faults.add("email", "Enter your e-mail address.");
    }
    if step.password.is_empty() {
        faults.add("password", "Enter your password.");
    }
    if !faults.is_empty() {
        return Ok(first(StatusCode::BAD_REQUEST, next, step.email, faults));
    }
    match sign_in(arrival, &step, None).await {
        Ok(session) => Ok(enter(arrival, next, &session).await),
        Err(problem) if problem.code == ErrorCode::TotpRequired => {
            Ok(second(arrival, StatusCode::OK, next, &step, Faults::default()))
        }
        Err(problem) => {
            let (status, faults) = explain(&problem, "email");
            Ok(first(status, next, step.email, faults))
        }
    }
}

async fn second_step(arrival: &Arrival, next: &Next, step: FirstStep) -> Shown {
    let code = arrival.fields.text("totp_code");
    if code.is_empty() {
        let faults = Faults::one("totp_code", "Enter the code.");
        return Ok(second(arrival, StatusCode::BAD_REQUEST, next, &step, faults));
    }
    match sign_in(arrival, &step, Some(code)).await {
        Ok(session) => Ok(enter(arrival, next, &session).await),
        Err(problem) if problem.param.as_deref() == Some("totp_code") => {
            let (status, faults) = explain(&problem, "totp_code");
            Ok(second(arrival, status, next, &step, faults))
        }
        Err(problem) => {
            let (status, faults) = explain(&problem, "email");
            Ok(first(status, next, step.email, faults))
        }
    }
}

fn second(
    arrival: &Arrival,
    status: StatusCode,
    next: &Next,
    step: &FirstStep,
    faults: Faults,
) -> actix_web::HttpResponse {
    let sealed = step.seal(&arrival.state).unwrap_or_default();
    let frame = Frame::public("Enter your code");
    let (again, next) = (next.sign_in(), next.to_string());
    page(status, &SecondStep { frame, next, sealed, again, faults })
}

/// The same words for an address that is not known and a password that is wrong.
fn explain(problem: &Problem, field: &str) -> (StatusCode, Faults) {
    let (status, _) = status_and_type(problem.code);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let message = match (problem.code, field) {
        (ErrorCode::RateLimited, _) => problem.message.clone(),
        (ErrorCode::InvalidCredentials | ErrorCode::InvalidTotpCode, "totp_code") => {
            "The code is wrong, or was used already.".to_owned()
        }
        (ErrorCode::InvalidCredentials | ErrorCode::InvalidField, _) => {
            "E-mail address and password do not match.".to_owned()
        }
        _ => problem.message.clone(),
    };
    (status, Faults::one(field, message))
}

async fn sign_in(
    arrival: &Arrival,
    step: &FirstStep,
    code: Option<&str>,
) -> Result<Session, Problem> {
    let mut input = json!({"email": step.email, "password": step.password});
    if let Some(code) = code {
        input["totp_code"] = json!(code);
    }
    let body = Arrived { body: Body::parse(input.to_string().as_bytes())?, ..Arrived::default() };
    let answer = arrival.run_public("sign_in", Ask { body, ..Ask::default() }).await?;
    let unreadable = |_| Problem::new(ErrorCode::Internal, "Signing in did not work.");
    serde_json::from_slice(&answer).map_err(unreadable)
}

async fn enter(arrival: &Arrival, next: &Next, session: &Session) -> actix_web::HttpResponse {
    arrival.end_session().await;
    with_cookie(see_other(next.as_str()), &cookie::set(&session.token, arrival.is_secure()))
}

fn with_cookie(mut response: actix_web::HttpResponse, cookie: &str) -> actix_web::HttpResponse {
    // Tokens of ours are letters and digits.
    if let Ok(value) = header::HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Signing out is a form, so that no link of somebody else does it.
pub async fn ask_out(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    let (frame, token) = (visit.frame("Sign out", ""), visit.token("signout", ""));
    Ok(page(StatusCode::OK, &SignOut { frame, token }))
}

pub async fn leave(arrival: Arrival) -> Shown {
    let visit = arrival.enter().await?;
    visit.check("signout", "")?;
    visit.command("sign_out", "", &json!({})).await?;
    let gone = cookie::clear(visit.arrival.is_secure());
    Ok(with_cookie(see_other("/signin"), &gone))
}
