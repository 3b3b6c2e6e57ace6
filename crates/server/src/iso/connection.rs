use std::{
    fmt,
    future::{poll_fn, ready},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use cardium_app::CommandError;
use cardium_iso8583::{
    DecodeReason, Tpdu, WireBytes, WireFormat,
    frame::{Frame, FrameError, FrameReader, frame_to},
};
use cardium_network::{Exchanged, Pending, Received, Reply, Session};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    net::TcpStream,
    sync::{Semaphore, mpsc, watch},
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroize;

use super::{
    listener::{at_most, stopped},
    peers::{Admitted, PeerLimits},
};

/// Bytes read at a time; a message rarely has more than 1 KB.
const CHUNK: usize = 4_096;
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
    admitted: Arc<Admitted>,
    session: Session,
    in_flight: Arc<Semaphore>,
    /// Payloads with the TPDU that they leave with.
    responses: mpsc::Sender<Frame>,
    shutdown: watch::Receiver<bool>,
}

/// Serves one connection until its peer leaves, misbehaves or the process stops.
pub(super) async fn run(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    admitted: Admitted,
    mut shutdown: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(peer = %admitted, %error, "responses may be delayed");
    }
    let Some(tls) = tls else {
        return converse(stream, admitted, shutdown).await;
    };
    let patience = admitted.peer.terms.limits.handshake_timeout;
    let shaken = tokio::select! {
        biased;
        () = stopped(&mut shutdown) => return,
        shaken = timeout(patience, tls.accept(stream)) => shaken,
    };
    match shaken {
        Ok(Ok(stream)) => converse(stream, admitted, shutdown).await,
        Ok(Err(error)) => tracing::warn!(peer = %admitted, %error, "TLS handshake failed"),
        Err(_) => tracing::warn!(peer = %admitted, "TLS handshake took too long"),
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Send + 'static>(
    stream: S,
    admitted: Admitted,
    shutdown: watch::Receiver<bool>,
) {
    tracing::info!(peer = %admitted, "ISO 8583 connection opened");
    let admitted = Arc::new(admitted);
    let terms = admitted.peer.terms.clone();
    let format = terms.host.settings.format;
    let capacity = at_most(terms.limits.max_in_flight_per_connection).max(1);
    let (mut reader, writer) = tokio::io::split(stream);
    let (responses, queue) = mpsc::channel(capacity);
    let mut writing = tokio::spawn(write(writer, queue, format, terms.limits.write_timeout));
    let connection = Connection {
        admitted: Arc::clone(&admitted),
        session: terms.host.session(),
        in_flight: Arc::new(Semaphore::new(capacity)),
        responses,
        shutdown,
    };
    let end = connection.read(&mut reader, terms.limits).await;
    // The writer ends with the last sender, which is that of the last request under way.
    if timeout(terms.limits.end_patience, &mut writing).await.is_err() {
        writing.abort();
    }
    if end.leaves_peer_sending() {
        let _bounded = timeout(LINGER, discard(reader)).await;
    }
    tracing::info!(peer = %admitted, reason = %end, "ISO 8583 connection closed");
}

impl Connection {
    /// Takes itself along, so that its sender is gone when it returns.
    async fn read<S: AsyncRead>(mut self, reader: &mut ReadHalf<S>, limits: PeerLimits) -> End {
        let mut frames = FrameReader::new(self.admitted.peer.terms.host.settings.format);
        let mut chunk = WireBytes::new(vec![0; CHUNK]);
        let mut deadline = Instant::now() + limits.idle_timeout;
        loop {
            loop {
                match frames.next_frame() {
                    Ok(Some(frame)) => {
                        if let Err(end) = self.take(&frame).await {
                            return end;
                        }
                        // Only whole messages count: single bytes do not keep it open.
                        deadline = Instant::now() + limits.idle_timeout;
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
                Ok(Ok(count)) => {
                    frames.push(&chunk[..count]);
                    chunk[..count].zeroize();
                }
            }
        }
    }

    /// Answers a message at once, or hands it to a task of its own as soon as one may start.
    async fn take(&mut self, frame: &Frame) -> Result<(), End> {
        self.keep_pace().await?;
        let tpdu = frame.answer_tpdu();
        match self.admitted.peer.terms.host.receive(&self.session, &frame.payload) {
            Received::Done(Reply::Nothing) => Ok(()),
            Received::Done(Reply::Close(reason)) => Err(End::Undecodable(reason)),
            Received::Done(Reply::Send(payload)) => {
                let sent = self.responses.send(Frame { tpdu, payload }).await;
                sent.map_err(|_| End::Unwritable)
            }
            Received::Pending(pending) => self.start(pending, tpdu).await,
        }
    }

    /// Waits until the peer's next message is due; nothing is read meanwhile.
    async fn keep_pace(&mut self) -> Result<(), End> {
        let now = Instant::now();
        let due = self.admitted.peer.pace.reserve(now);
        if due <= now {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = stopped(&mut self.shutdown) => Err(End::Shutdown),
            () = self.responses.closed() => Err(End::Unwritable),
            () = sleep_until(due) => Ok(()),
        }
    }

    async fn start(&mut self, pending: Pending, tpdu: Option<Tpdu>) -> Result<(), End> {
        let permit = tokio::select! {
            biased;
            () = stopped(&mut self.shutdown) => return Err(End::Shutdown),
            () = self.responses.closed() => return Err(End::Unwritable),
            permit = Arc::clone(&self.in_flight).acquire_owned() => permit,
        };
        let (admitted, responses) = (Arc::clone(&self.admitted), self.responses.clone());
        let host = Arc::clone(&admitted);
        let settling = async move { host.peer.terms.host.settle(pending).await };
        let settling = begun(settling).await;
        tokio::spawn(async move {
            let Exchanged { reply, failure, .. } = settling.await;
            if let Some(failure) = failure {
                log(&admitted, &failure);
            }
            if let Reply::Send(payload) = reply {
                // The peer may have gone away; what it asked for has happened all the same.
                let _gone = responses.send(Frame { tpdu, payload }).await;
            }
            drop(permit);
        });
        Ok(())
    }
}

/// The work, already begun: it has gone as far as it can without waiting, which is into the queue
/// of the write path. So requests of one connection are decided in the order of their arrival,
/// though they are answered in any.
async fn begun<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Pin<Box<dyn Future<Output = T> + Send>> {
    let mut work: Pin<Box<dyn Future<Output = T> + Send>> = Box::pin(work);
    let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
    match first {
        Poll::Ready(done) => Box::pin(ready(done)),
        Poll::Pending => work,
    }
}

/// Reads to the end of what the peer sends and heeds none of it.
async fn discard<S: AsyncRead>(mut reader: ReadHalf<S>) {
    let mut chunk = WireBytes::new(vec![0; CHUNK]);
    while matches!(reader.read(&mut chunk).await, Ok(1..)) {}
}

/// Sends responses one after the other until all senders are gone, then says that no more come.
/// A failure drops the queue, by which the reader and the requests under way notice.
async fn write<S: AsyncWrite>(
    mut writer: WriteHalf<S>,
    mut responses: mpsc::Receiver<Frame>,
    format: WireFormat,
    patience: Duration,
) {
    while let Some(Frame { tpdu, payload }) = responses.recv().await {
        let Ok(framed) = frame_to(&payload, tpdu, &format) else {
            tracing::error!("a response does not fit a frame");
            return;
        };
        let written = timeout(patience, async {
            writer.write_all(&framed).await?;
            writer.flush().await
        });
        if !matches!(written.await, Ok(Ok(()))) {
            return;
        }
    }
    // The peer may be gone, which its reader finds out too.
    let _closed = timeout(patience, writer.shutdown()).await;
}

fn log(admitted: &Admitted, failure: &CommandError) {
    match failure {
        CommandError::Problem(problem) => {
            tracing::warn!(peer = %admitted, error = %problem, "a network request was not served");
        }
        CommandError::Store(_)
        | CommandError::Traced(_)
        | CommandError::PanTaken
        | CommandError::Unknown(_)
        | CommandError::Internal(_) => {
            tracing::error!(peer = %admitted, error = %failure, "a network request failed");
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
