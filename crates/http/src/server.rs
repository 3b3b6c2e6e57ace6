//! The server: workers on a listener.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{App, HttpServer, dev::Server};

use crate::{AppState, configure};

/// Serves all routes on the listener. The returned server runs while it is awaited; its handle
/// stops it. Signals are left to the binary.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(
    listener: TcpListener,
    state: &Arc<AppState>,
    workers: usize,
    shutdown_timeout: Duration,
) -> io::Result<Server> {
    let routes = configure(state);
    let head_patience = state.wiring.settings.head_patience;
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .workers(workers)
        .shutdown_timeout(shutdown_timeout.as_secs())
        .client_request_timeout(head_patience)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(server)
}
