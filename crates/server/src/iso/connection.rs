use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use cardium_app::CommandError;
use cardium_iso8583::{
    DecodeReason, WireBytes, WireFormat,
    frame::{FrameError, FrameReader, frame},
};
use cardium_network::{Exchanged, Host, Pending, Received, Reply, Session};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, mpsc, watch},
    time::{Instant, timeout, timeout_at},
};

use super::listener::{IsoLimits, at_most, stopped};

/// Bytes read at a time; a message rarely has more than 1 KB.
const CHUNK: usize = 4_096;
/// How long one response may take to leave; a peer that reads nothing for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection waits for what is under way, once nothing more is read.
const END_PATIENCE: Duration = Duration::from_secs(10);
/// How long a peer that was told the end may take to close its side. Closing ours while it still
/// sends would make the kernel drop the last responses.
const LINGER: Duration = Duration::from_secs(1);

/// Why a connection ended.
enum End {
    Peer,
    Shutdown,
    Idle,
    Unwritable,
    Unreadable(std::io::Error),
    Unframable(FrameError),
    Undecodable(DecodeReason),
}

/// One connection's part in a request's way.
struct Connection {
    peer: SocketAddr,
    host: Arc<Host>,
    session: Session,
    in_flight: Arc<Semaphore>,
    responses: mpsc::Sender<WireBytes>,
    shutdown: watch::Receiver<bool>,
}

/// Serves one peer until it leaves, misbehaves or the process stops.
pub(super) async fn run(
    stream: TcpStream,
    peer: SocketAddr,
    host: Arc<Host>,
    limits: IsoLimits,
    shutdown: watch::Receiver<bool>,
) {
    tracing::info!(%peer, "ISO 8583 connection opened");
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "responses may be delayed");
    }
    let format = host.settings.format;
    let capacity = at_most(limits.max_in_flight_per_connection).max(1);
    let (mut reader, writer) = stream.into_split();
    let (responses, queue) = mpsc::channel(capacity);
    let mut writing = tokio::spawn(write(writer, queue, format));
    let connection = Connection {
        peer,
        session: host.session(),
        host,
        in_flight: Arc::new(Semaphore::new(capacity)),
        responses,
        shutdown,
    };
    let end = connection.read(&mut reader, limits.idle_timeout).await;
    // The writer ends with the last sender, which is that of the last request under way.
    if timeout(END_PATIENCE, &mut writing).await.is_err() {
        writing.abort();
    }
    if end.leaves_peer_sending() {
        let _bounded = timeout(LINGER, discard(reader)).await;
    }
    tracing::info!(%peer, reason = %end, "ISO 8583 connection closed");
}

impl Connection {
    /// Takes itself along, so that its sender is gone when it returns.
    async fn read(mut self, reader: &mut OwnedReadHalf, idle: Duration) -> End {
        let mut frames = FrameReader::new(self.host.settings.format);
        let mut chunk = WireBytes::new(vec![0; CHUNK]);
        let mut deadline = Instant::now() + idle;
        loop {
            loop {
                match frames.next_frame() {
                    Ok(Some(payload)) => {
                        if let Err(end) = self.take(&payload).await {
                            return end;
                        }
                        deadline = Instant::now() + idle;
                    }
                    Ok(None) => break,
                    Err(error) => return End::Unframable(error),
                }
            }
            let read = tokio::select! {
                biased;
                () = stopped(&mut self.shutdown) => return End::Shutdown,
                () = self.responses.closed() => return End::Unwritable,
                read = timeout_at(deadline, reader.read(&mut chunk)) => read,
            };
            match read {
                Err(_) => return End::Idle,
                Ok(Err(error)) => return End::Unreadable(error),
                Ok(Ok(0)) => return End::Peer,
                Ok(Ok(count)) => frames.push(&chunk[..count]),
            }
        }
    }

    /// Answers a message at once, or hands it to a task of its own as soon as one may start.
    async fn take(&mut self, payload: &[u8]) -> Result<(), End> {
        match self.host.receive(&self.session, payload) {
            Received::Done(Reply::Nothing) => Ok(()),
            Received::Done(Reply::Close(reason)) => Err(End::Undecodable(reason)),
            Received::Done(Reply::Send(response)) => {
                let sent = self.responses.send(response).await;
                sent.map_err(|_| End::Unwritable)
            }
            Received::Pending(pending) => self.start(pending).await,
        }
    }

    async fn start(&mut self, pending: Pending) -> Result<(), End> {
        let permit = tokio::select! {
            biased;
            () = stopped(&mut self.shutdown) => return Err(End::Shutdown),
            () = self.responses.closed() => return Err(End::Unwritable),
            permit = Arc::clone(&self.in_flight).acquire_owned() => permit,
        };
        let (host, responses, peer) = (Arc::clone(&self.host), self.responses.clone(), self.peer);
        tokio::spawn(async move {
            let Exchanged { reply, failure, .. } = host.settle(pending).await;
            if let Some(failure) = failure {
                log(peer, &failure);
            }
            if let Reply::Send(response) = reply {
                // The peer may have gone away; what it asked for has happened all the same.
                let _gone = responses.send(response).await;
            }
            drop(permit);
        });
        Ok(())
    }
}

/// Reads to the end of what the peer sends and heeds none of it.
async fn discard(mut reader: OwnedReadHalf) {
    let mut chunk = WireBytes::new(vec![0; CHUNK]);
    while matches!(reader.read(&mut chunk).await, Ok(1..)) {}
}

/// Sends responses one after the other until all senders are gone. A failure drops the queue,
/// by which the reader and the requests under way notice.
async fn write(
    mut writer: OwnedWriteHalf,
    mut responses: mpsc::Receiver<WireBytes>,
    format: WireFormat,
) {
    while let Some(response) = responses.recv().await {
        let Ok(framed) = frame(&response, &format) else {
            tracing::error!("a response does not fit a frame");
            return;
        };
        let written = timeout(WRITE_PATIENCE, writer.write_all(&framed)).await;
        if !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
}

fn log(peer: SocketAddr, failure: &CommandError) {
    match failure {
        CommandError::Problem(problem) => {
            tracing::warn!(%peer, error = %problem, "a network request was not served");
        }
        CommandError::Store(_)
        | CommandError::PanTaken
        | CommandError::Unknown(_)
        | CommandError::Internal(_) => {
            tracing::error!(%peer, error = %failure, "a network request failed");
        }
    }
}

impl End {
    /// Whether it was ours, so that the peer may be sending still.
    const fn leaves_peer_sending(&self) -> bool {
        match self {
            Self::Shutdown | Self::Idle | Self::Unframable(_) | Self::Undecodable(_) => true,
            Self::Peer | Self::Unwritable | Self::Unreadable(_) => false,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer => f.write_str("the peer closed it"),
            Self::Shutdown => f.write_str("the process stops"),
            Self::Idle => f.write_str("no message came for too long"),
            Self::Unwritable => f.write_str("responses cannot be written"),
            Self::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            Self::Unframable(error) => write!(f, "{error}"),
            Self::Undecodable(reason) => write!(f, "{reason}"),
        }
    }
}
