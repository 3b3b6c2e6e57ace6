//! The MCP server (Model Context Protocol, Streamable HTTP) at `/mcp` and at exactly `/v1`.
//!
//! Each request stands alone: no session, one JSON answer. The guard knows the caller before the
//! protocol's library sees the request, since only it can set the status of the answer; the tool
//! call then goes the way of every operation, which checks everything again. Deliberately absent:
//! logic of its own, prompts, resources, sampling, and anything that a server asks a client.

mod calls;
mod errors;
mod guard;
mod origins;
mod results;
mod server;

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpMessage, Scope,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    guard::fn_guard,
    middleware::{Next, from_fn},
    web,
};
use cardium_api_v1::operation::{operations, test_operations};
use cardium_mcp::Catalogue;
use rmcp::ServerHandler;
use rmcp_actix_web::transport::{LocalSessionManager, StreamableHttpService};

use crate::{AppState, HttpSettings};

pub use guard::FIRST;

use calls::Visit;
use origins::{hosts, origins};
use server::Tools;

/// Where it is served; nothing below these paths is.
const PATHS: [&str; 2] = ["/mcp", "/v1"];

/// The tools of all operations, whether they are served or not: made once in a process.
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::new(operations().chain(test_operations())));

/// The doors for MCP, guarded.
pub fn services(state: &AppState) -> Vec<Scope<impl Service + use<>>> {
    let settings = &state.wiring.settings;
    let door = |path| {
        transport(path, Sessions::None, settings, || Tools).wrap(from_fn(
            move |state: web::Data<AppState>, request: ServiceRequest, next: Next<BoxBody>| {
                guard::admit(path, state, request, next)
            },
        ))
    };
    PATHS.into_iter().map(door).collect()
}

/// What a scope of actix-web is made of.
pub trait Service:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
    >
{
}

impl<T> Service for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        >
{
}

/// Whether revisions before 2026-07-28 have sessions, which a server needs that asks its clients
/// questions. Ours asks none, and a session would be bound to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sessions {
    /// Every request stands alone.
    None,
    /// Kept in memory.
    Kept,
}

/// The protocol at exactly this path, for any server of it. Who calls is the guard's to know: this
/// alone serves everybody whose `Host` and `Origin` pass.
pub fn transport<S, F>(
    path: &'static str,
    sessions: Sessions,
    settings: &HttpSettings,
    server: F,
) -> Scope<impl Service + use<S, F>>
where
    S: ServerHandler,
    F: Fn() -> S + Send + Sync + 'static,
{
    StreamableHttpService::builder()
        .service_factory(Arc::new(move || Ok(server())))
        .session_manager(Arc::new(LocalSessionManager::default()))
        .stateful_mode(sessions == Sessions::Kept)
        .json_response(true)
        .max_request_body_bytes(settings.body_limit)
        .allowed_hosts(hosts(settings))
        .allowed_origins(origins(settings))
        .on_request_fn(|request, extensions| {
            if let Some(visit) = request.extensions().get::<Arc<Visit>>() {
                extensions.insert(Arc::clone(visit));
            }
        })
        .build()
        .scope_with_path(path)
        .guard(fn_guard(move |context| {
            let found = context.head().uri.path();
            found.strip_suffix('/').unwrap_or(found) == path
        }))
}
