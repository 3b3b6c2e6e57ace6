//! The listeners and what stands behind each.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    num::NonZeroUsize,
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};

use actix_web::dev::Server;
use cardium_chains::SimulatedAddresses;
use cardium_http::{AppState, HttpSettings, Listening, NetworkRail, PasswordCost, Reach, Wiring};
use cardium_network::{Host, SimulatedRail};
use tokio_rustls::rustls::ServerConfig;

use super::{Rail, StartError, core::Core};
use crate::{
    documents::Documents,
    settings::{CardNetwork, Environment, Settings},
    tls::{self, TlsError},
};

/// Binds a listener and tells its real address, which matters for port 0.
pub(super) fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    });
    bound.map_err(|source| StartError::Bind { address, source })
}

/// What every HTTP request can reach.
pub(super) fn state(
    settings: &Settings,
    core: &Core,
    host: Arc<Host>,
) -> Result<AppState, reqwest::Error> {
    let documents = Documents::try_new(webhook_reach(settings), Arc::clone(&core.names.careful));
    let documents = Arc::new(documents?);
    Ok(AppState::new(Wiring {
        database: Arc::clone(&core.backend.database),
        reads: Arc::clone(&core.backend.reads),
        blobs: Arc::clone(&core.blobs),
        edge: core.backend.edge.clone(),
        keys: Arc::clone(&core.backend.keys),
        addresses: Arc::new(SimulatedAddresses),
        gateways: core.gateways.clone(),
        payouts: core.payouts.clone(),
        screening: Arc::clone(&core.screening),
        renderer: Arc::clone(&core.renderer),
        rail: Some(rail(settings.rails.card_network, core, host)),
        test_clock: core.test_clock.clone(),
        names: Arc::clone(&core.names.doors),
        documents,
        health: Arc::clone(&core.health) as _,
        settings: http_settings(settings),
    }))
}

/// Serves HTTP on a bound listener.
pub(super) fn serve_http(
    listener: TcpListener,
    settings: &Settings,
    state: &Arc<AppState>,
    tls: Option<ServerConfig>,
) -> io::Result<Server> {
    let workers = match settings.server.workers {
        0 => available_parallelism().map_or(1, NonZeroUsize::get),
        workers => workers,
    };
    let listening = Listening {
        workers,
        keep_alive: settings.server.keep_alive(),
        shutdown_timeout: settings.server.shutdown(),
        tls,
    };
    cardium_http::serve(listener, state, listening)
}

/// How HTTP is encrypted, where it is. The settings' check has found both files or none.
pub(super) fn http_tls(settings: &Settings) -> Result<Option<ServerConfig>, TlsError> {
    let server = &settings.server;
    let files = server.tls_certificate.as_deref().zip(server.tls_key.as_deref());
    files.map(|(certificate, key)| tls::https(certificate, key)).transpose()
}

fn rail(network: CardNetwork, core: &Core, host: Arc<Host>) -> Arc<dyn NetworkRail> {
    match network {
        CardNetwork::Simulated => {
            let reads = Arc::clone(&core.backend.reads);
            Arc::new(Rail::new(SimulatedRail::new(host, reads)))
        }
    }
}

fn http_settings(settings: &Settings) -> HttpSettings {
    HttpSettings {
        webhook_reach: webhook_reach(settings),
        test_helpers: settings.test_helpers.enabled,
        command_patience: Duration::from_millis(settings.server.patience_ms),
        password_cost: PasswordCost {
            memory_kib: settings.auth.argon2_memory_kib,
            passes: settings.auth.argon2_iterations,
            ..PasswordCost::STANDARD
        },
        password_concurrency: settings.auth.concurrency,
        password_waiting: settings.auth.waiting,
        body_patience: settings.server.body(),
        head_patience: settings.server.head(),
        rate_limits: settings.rate_limits.bounds(),
        trusted_proxies: settings.server.trusted_proxies.iter().map(|proxy| proxy.0).collect(),
        public_url: settings.server.public_url.clone(),
        https_only: settings.environment == Environment::Production,
        clients: settings.oauth.rules(),
        ..HttpSettings::default()
    }
}

/// How far webhooks may reach, when they are asked for and when they are sent.
pub(super) const fn webhook_reach(settings: &Settings) -> Reach {
    match (settings.environment, settings.webhooks.allow_loopback) {
        (Environment::Development, true) => Reach::LoopbackToo,
        (Environment::Development, false) | (Environment::Production, _) => Reach::PublicHttps,
    }
}
