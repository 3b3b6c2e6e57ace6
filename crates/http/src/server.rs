//! The server: workers on a listener.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{App, HttpServer, dev::Server, http::KeepAlive};
use tokio_rustls::rustls::ServerConfig;

use crate::{AppState, configure};

/// How a listener is served.
#[derive(Debug)]
pub struct Listening {
    /// Threads that take requests.
    pub workers: usize,
    /// How long a connection stays open between two requests.
    pub keep_alive: Duration,
    /// How long requests in flight may take at the end.
    pub shutdown_timeout: Duration,
    /// With it the listener speaks TLS and nothing else.
    pub tls: Option<ServerConfig>,
}

/// Serves all routes on the listener. The returned server runs while it is awaited; its handle
/// stops it. Signals are left to the binary.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(
    listener: TcpListener,
    state: &Arc<AppState>,
    listening: Listening,
) -> io::Result<Server> {
    let routes = configure(state);
    let head_patience = state.wiring.settings.head_patience;
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .workers(listening.workers)
        .keep_alive(KeepAlive::Timeout(listening.keep_alive))
        .shutdown_timeout(listening.shutdown_timeout.as_secs())
        .client_request_timeout(head_patience)
        .tls_handshake_timeout(head_patience)
        .disable_signals();
    let server = match listening.tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}
