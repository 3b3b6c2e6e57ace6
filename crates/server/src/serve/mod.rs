//! A serving process, from its settings to its last byte.

mod core;
mod doors;
mod health;
mod iso8583;
mod rail;
mod ready;
mod refusals;
mod signals;
mod start;
mod storage;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use actix_web::dev::ServerHandle;
use cardium_http::AppState;
use cardium_store::Store;
use tokio::task::JoinHandle;

use crate::{
    settings::{Server, Settings, SettingsError},
    tls::TlsError,
    workers::{Backend, Workers},
};

pub use cardium_http::{BoxFuture, NameLookup};
pub use health::ProcessHealth;
pub use rail::Rail;
pub use ready::Addresses;
pub use refusals::Refused;
pub use signals::Signals;
pub use storage::{StorageError, make_directory, open_beside, url};

/// What is no setting, because no deployment may keep it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether tests may move the time.
    pub test_clock: bool,
    /// Where to write the bound addresses once requests are taken.
    pub ready_file: Option<PathBuf>,
    /// What names mean in place of what the system says, for tests.
    pub names: Option<Arc<dyn NameLookup>>,
}

/// Why a process does not serve.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Production refuses the settings.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A setting cannot work.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database or its keys cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A bound listener cannot be served.
    #[error("cannot serve on a listener")]
    Serve(#[source] io::Error),
    /// The card network's listener cannot take TLS.
    #[error("cannot set up TLS for the card network")]
    NetworkTls(#[from] TlsError),
    /// The HTTP listener cannot take TLS.
    #[error("cannot set up TLS for HTTP")]
    HttpTls(#[source] TlsError),
    /// The client that sends webhooks cannot be set up.
    #[error("cannot set up TLS for webhooks")]
    Tls(#[from] reqwest::Error),
    /// The client that asks the decision endpoint cannot be set up.
    #[error("cannot set up TLS for the decision endpoint")]
    HookTls(#[source] reqwest::Error),
    /// The file that tells the addresses cannot be written.
    #[error("cannot write {path}")]
    ReadyFile {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The thread that opens the database broke off.
    #[error("the start broke off: {0}")]
    Broken(String),
}

/// A process that serves.
pub struct Running {
    settings: Server,
    addresses: Addresses,
    health: Arc<ProcessHealth>,
    state: Arc<AppState>,
    http: ServerHandle,
    http_ended: JoinHandle<io::Result<()>>,
    iso8583: Option<iso8583::Serving>,
    workers: Workers,
    store: Store,
    backend: Backend,
}

impl Running {
    /// Opens the database, listens and starts the workers.
    ///
    /// # Errors
    /// [`StartError`]; nothing is left running then.
    pub async fn start(settings: Settings, options: Options) -> Result<Self, StartError> {
        start::start(settings, options).await
    }

    /// Where it listens.
    #[must_use]
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// What its workers work with.
    #[must_use]
    pub const fn backend(&self) -> &Backend {
        &self.backend
    }

    /// What its HTTP doors stand on, for tests that answer in an owner's place.
    #[must_use]
    pub const fn doors(&self) -> &Arc<AppState> {
        &self.state
    }

    /// Waits until the HTTP server ends, which it does only when it fails or is stopped.
    ///
    /// # Errors
    /// Why it failed.
    pub async fn ended(&mut self) -> io::Result<()> {
        let ended = (&mut self.http_ended).await;
        ended.map_err(io::Error::other)?
    }

    /// Stops without dropping what it has accepted: says that it is not ready, closes the ports,
    /// finishes the requests in flight, then the workers, and closes the database.
    pub async fn stop(self) {
        self.health.drain();
        tokio::time::sleep(self.settings.drain()).await;
        // Requests that wait for an event are answered now, or the end would wait with them.
        self.state.events().close();
        let iso8583 = async {
            if let Some((stop, ended)) = self.iso8583 {
                stop.send_replace(true);
                log_end("the ISO 8583 listener", ended.await.err());
            }
        };
        tokio::join!(self.http.stop(true), iso8583);
        self.workers.stop().await;
        let store = self.store;
        let closed = tokio::task::spawn_blocking(move || store.shutdown());
        log_end("the database", closed.await.err());
        tracing::info!("stopped");
    }
}

fn log_end(what: &str, error: Option<tokio::task::JoinError>) {
    if let Some(error) = error {
        tracing::error!(%error, "{what} ended badly");
    }
}

#[cfg(test)]
mod https_tests;
#[cfg(test)]
mod tests;
