//! Pages for people: signing in, agreeing to what an agent asks for, and looking after agents.
//!
//! A page shows what an operation answers and sends what a form says to one: it decides nothing
//! itself. Invariants: no page needs a script, may be framed, or is kept by a cache; a form does
//! nothing unless it was given out to the very session that sends it; nobody is led away from here
//! but to where a client is answered. Deliberately absent: what may be done, and by whom (the
//! operations).

mod approvals;
mod arrival;
pub mod chrome;
mod connection;
mod connections;
mod consent;
pub mod cookie;
mod fields;
mod form_token;
mod next;
mod number;
mod panic;
mod proof;
mod same_origin;
mod sealed;
mod sign_in;
mod terms;
mod visit;
mod words;

use std::{future::Future, pin::Pin};

use actix_web::{HttpRequest, HttpResponse, Resource, web};
use cardium_kernel::{ApprovalId, CardId};

use crate::{AppState, routes::refuse_method};

use arrival::Arrival;
use chrome::Failed;

/// What becomes of a visit.
type Shown = Result<HttpResponse, Failed>;
/// The work on a visit.
type Work = Pin<Box<dyn Future<Output = Shown>>>;
/// What a page does.
type Page = fn(Arrival) -> Work;

macro_rules! pages {
    ($($path:literal => $show:path, $submit:path;)+) => {
        /// Each page's address, how it is shown, and what its form does.
        const PAGES: &[(&str, Page, Page)] = &[
            $((
                $path,
                |arrival| Box::pin($show(arrival)),
                |arrival| Box::pin($submit(arrival)),
            ),)+
        ];
    };
}

pages! {
    "/signin" => sign_in::show, sign_in::submit;
    "/signout" => sign_in::ask_out, sign_in::leave;
    "/oauth/consent" => consent::show, consent::submit;
    "/connections" => connections::list, connections::nothing;
    "/connections/{id}" => connections::show, connections::change;
    "/connections/{id}/revoke" => connections::ask, connections::revoke;
    "/approvals" => approvals::list, connections::nothing;
    "/approvals/{id}" => approvals::show, approvals::decide;
    "/panic" => panic::ask, panic::press;
    "/cards/{id}/number" => number::ask, number::show;
}

/// The path of the page where an approval is answered.
pub fn approval(id: ApprovalId) -> String {
    format!("/approvals/{id}")
}

/// The path of the page where a card's number is opened.
pub fn number(id: CardId) -> String {
    format!("/cards/{id}/number")
}

/// The routes of the pages.
pub fn resources() -> Vec<Resource> {
    let style = web::resource("/pages/style.css")
        .route(web::get().to(chrome::style))
        .default_service(web::to(|request| refuse_method(request, "GET".to_owned())));
    let mut resources = vec![style];
    resources.extend(PAGES.iter().map(|(path, show, submit)| resource(path, *show, *submit)));
    resources
}

fn resource(path: &str, show: Page, submit: Page) -> Resource {
    let get = move |state, request| look(state, request, show);
    let post = move |state, request, payload| act(state, request, payload, submit);
    web::resource(path.to_owned())
        .route(web::get().to(get))
        .route(web::post().to(post))
        .default_service(web::to(|request| refuse_method(request, "GET, POST".to_owned())))
}

async fn look(state: web::Data<AppState>, request: HttpRequest, page: Page) -> HttpResponse {
    let arrival = Arrival::new(state.into_inner(), request);
    let failure = arrival.failure();
    let shown = page(arrival).await;
    failure.answer(shown)
}

async fn act(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
    page: Page,
) -> HttpResponse {
    let mut arrival = Arrival::new(state.into_inner(), request);
    let failure = arrival.failure();
    let done = match arrival.read(payload).await {
        Ok(()) => page(arrival).await,
        Err(failed) => Err(failed),
    };
    failure.answer(done)
}
