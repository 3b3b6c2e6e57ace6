use std::{io, sync::Arc, time::Duration};

use cardium_network::Host;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::connection;

/// How long connections may take to finish once the process stops. Above the longest wait of a
/// connection's own end, so that nothing is cut off before its own bound.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// The pause after a failed accept, which is out of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The bounds of the door.
#[derive(Debug, Clone, Copy)]
pub struct IsoLimits {
    /// Connections at a time; further ones are closed at once.
    pub max_connections: usize,
    /// Requests of one connection that may be under way; beyond it nothing is read, so that TCP
    /// slows the peer down.
    pub max_in_flight_per_connection: usize,
    /// How long a connection may go without a whole message before it is closed.
    pub idle_timeout: Duration,
}

/// Serves connections until `shutdown` turns true or its sender is gone; then lets what is under
/// way finish, within a bound.
pub async fn serve(
    listener: TcpListener,
    host: Arc<Host>,
    limits: IsoLimits,
    mut shutdown: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(at_most(limits.max_connections)));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut shutdown) => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Some((stream, peer)) = usable(accepted).await else {
            continue;
        };
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            tracing::warn!(%peer, "ISO 8583 connection refused: the limit is reached");
            continue;
        };
        let (host, shutdown) = (Arc::clone(&host), shutdown.clone());
        connections.spawn(async move {
            connection::run(stream, peer, host, limits, shutdown).await;
            drop(slot);
        });
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(STOP_PATIENCE, all_ended).await.is_err() {
        tracing::warn!("ISO 8583 connections were cut off at shutdown");
        connections.shutdown().await;
    }
}

/// Resolves once the process is to stop.
pub(super) async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to say so.
    let _told = shutdown.wait_for(|stop| *stop).await.is_ok();
}

/// A count that the semaphores and queues of tokio take.
pub(super) fn at_most(count: usize) -> usize {
    count.min(Semaphore::MAX_PERMITS)
}

type Accepted = (TcpStream, std::net::SocketAddr);

async fn usable(accepted: io::Result<Accepted>) -> Option<Accepted> {
    match accepted {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!(%error, "an ISO 8583 connection could not be accepted");
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
