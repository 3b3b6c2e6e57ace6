use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    connection,
    peers::{Peers, Refusal},
};

/// How long connections may take to finish once the process stops, beyond the longest wait of a
/// connection's own end, so that nothing is cut off before its own bound.
const STOP_MARGIN: Duration = Duration::from_secs(5);
/// The pause after a failed accept, which is out of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often at most it is said that connections are turned away: whoever tries without end is
/// not to fill the log.
const REFUSALS_SAID: Duration = Duration::from_secs(1);

/// Who is let in, how many, and how they talk.
pub struct Door {
    /// Who.
    pub peers: Peers,
    /// How many connections of all peers together; further ones are closed at once.
    pub max_connections: usize,
    /// What they talk through; without it they talk in clear.
    pub tls: Option<TlsAcceptor>,
}

/// Serves connections until `shutdown` turns true or its sender is gone; then lets what is under
/// way finish, within a bound.
pub async fn serve(listener: TcpListener, door: Door, mut shutdown: watch::Receiver<bool>) {
    let Door { mut peers, max_connections, tls } = door;
    let places = Arc::new(Semaphore::new(at_most(max_connections)));
    let mut refusals = Refusals::default();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut shutdown) => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Some((stream, address)) = usable(accepted).await else {
            continue;
        };
        let admitted = peers.admit(address).and_then(|admitted| {
            let place = Arc::clone(&places).try_acquire_owned();
            place.map(|place| (admitted, place)).map_err(|_| Refusal::DoorIsFull)
        });
        let (admitted, place) = match admitted {
            Ok(admitted) => admitted,
            Err(reason) => {
                refusals.say(address, reason);
                continue;
            }
        };
        let (tls, shutdown) = (tls.clone(), shutdown.clone());
        connections.spawn(async move {
            connection::run(stream, tls, admitted, shutdown).await;
            drop(place);
        });
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(peers.end_patience().saturating_add(STOP_MARGIN), all_ended).await.is_err() {
        tracing::warn!("ISO 8583 connections were cut off at shutdown");
        connections.shutdown().await;
    }
}

/// Connections that were turned away and not yet told of.
#[derive(Default)]
struct Refusals {
    said: Option<Instant>,
    unsaid: u64,
}

impl Refusals {
    fn say(&mut self, peer: SocketAddr, reason: Refusal) {
        let now = Instant::now();
        if self.said.is_some_and(|said| now.duration_since(said) < REFUSALS_SAID) {
            self.unsaid = self.unsaid.saturating_add(1);
            return;
        }
        let others = self.unsaid;
        tracing::warn!(%peer, %reason, others, "ISO 8583 connection refused");
        *self = Self { said: Some(now), unsaid: 0 };
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

type Accepted = (TcpStream, SocketAddr);

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
