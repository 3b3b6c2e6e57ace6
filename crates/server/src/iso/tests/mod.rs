//! The door over real sockets, in front of a write path that answers when told to.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use cardium_app::{
    Database, Edge, Entropy, Lane, Policy, WithdrawalFees,
    database::{Job, SubmitError},
};
use cardium_iso8583::{
    Message, WireFormat, decode, encode,
    frame::{Frame, FrameReader, frame},
};
use cardium_kernel::{Clock, Money, Rate, Timestamp};
use cardium_network::{CvvDeclineCode, Host, HostSettings};
use cardium_vault::{Keys, RawKeys};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

use super::{Door, PeerLimits, Peers, Terms, serve};

mod bounds;
mod peers;
mod secure;

const SOON: Duration = Duration::from_secs(5);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_779_000_000)
    }
}

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// Keeps commands until they are let go, each with the answer "overloaded".
#[derive(Default)]
struct Held(Mutex<Vec<Box<dyn Job>>>);

impl Held {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn let_go(&self) {
        for job in self.0.lock().unwrap().drain(..) {
            job.fail(SubmitError::Overloaded);
        }
    }
}

impl Database for Held {
    fn submit(&self, _: Lane, _: Duration, job: Box<dyn Job>) {
        self.0.lock().unwrap().push(job);
    }
}

/// A door that is open, and what to drive it with.
struct Opened {
    address: std::net::SocketAddr,
    held: Arc<Held>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

fn keys() -> Keys {
    let raw = RawKeys {
        keks: vec![(1, [1; 32])],
        active_kek: 1,
        fingerprint: [2; 32],
        cvk: [3; 16],
        hash: [4; 32],
        audit: [5; 32],
    };
    Keys::try_new(&raw).unwrap()
}

fn edge() -> Edge {
    let policy = Policy {
        load_fee: Rate::from_millionths(0),
        conversion_fee: Rate::from_millionths(0),
        topup_minimum: Money::usd(0),
        topup_live_from: Money::usd(0),
        topup_maximum: Money::usd(0),
        load_maximum: Money::usd(0),
        withdrawal_minimum: Money::usd(0),
        withdrawal_fees: WithdrawalFees::NONE,
        withdrawal_cooling: Duration::ZERO,
        api_keys_maximum: 0,
        cards_maximum: 1_000,
        webhooks_maximum: 0,
        webhook_patience: Default::default(),
        open_tickets_maximum: 50,
    };
    Edge { clock: Arc::new(Fixed), entropy: Arc::new(Fixed), policy: Arc::new(policy) }
}

fn terms(held: &Arc<Held>, format: WireFormat, limits: PeerLimits) -> Terms {
    let host = Host {
        database: Arc::clone(held) as Arc<dyn Database>,
        edge: edge(),
        keys: Arc::new(keys()),
        settings: HostSettings {
            format,
            patience: SOON,
            starts_signed_on: true,
            cvv_decline_code: CvvDeclineCode::default(),
        },
        hook: None,
    };
    Terms { host: Arc::new(host), limits }
}

async fn door(limits: PeerLimits) -> Opened {
    open(|held| Door {
        peers: Peers::anybody(terms(held, WireFormat::default(), limits)),
        max_connections: 8,
        tls: None,
    })
    .await
}

async fn open(door: impl FnOnce(&Arc<Held>) -> Door) -> Opened {
    let held = Arc::new(Held::default());
    let door = door(&held);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(serve(listener, door, stopping));
    Opened { address, held, stop, serving }
}

const LIMITS: PeerLimits = PeerLimits {
    max_connections: 8,
    max_in_flight_per_connection: 3,
    max_per_second: 1_000,
    idle_timeout: Duration::from_secs(60),
    end_patience: Duration::from_secs(10),
    handshake_timeout: SOON,
    write_timeout: SOON,
};

impl Opened {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Waits until as many commands are with the write path.
    async fn holds(&self, count: usize) {
        let reached = async {
            while self.held.count() < count {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, reached).await.unwrap();
    }
}

fn message(fields: &[(u8, &str)], mti: &str) -> Message {
    let mut message = Message::new(mti.parse().unwrap());
    for (de, text) in fields {
        message.set(*de, text).unwrap();
    }
    message
}

fn framed(fields: &[(u8, &str)], mti: &str) -> Vec<u8> {
    let format = WireFormat::default();
    frame(&encode(&message(fields, mti), &format), &format).unwrap().to_vec()
}

fn echo(stan: &str) -> Vec<u8> {
    framed(&[(7, "0519073000"), (11, stan), (70, "301")], "0800")
}

fn purchase_fields(stan: &str) -> [(u8, &str); 6] {
    [
        (2, "4111111111111111"),
        (3, "000000"),
        (4, "000000000100"),
        (7, "0519073000"),
        (11, stan),
        (49, "840"),
    ]
}

fn purchase(stan: &str) -> Vec<u8> {
    framed(&purchase_fields(stan), "0100")
}

/// The next frame of a stream; more than one read may have to come first.
async fn read_next(stream: &mut TcpStream, reader: &mut FrameReader) -> Frame {
    let found = async {
        loop {
            if let Some(frame) = reader.next_frame().unwrap() {
                return frame;
            }
            let mut chunk = [0; 512];
            let count = stream.read(&mut chunk).await.unwrap();
            assert!(count > 0, "the connection stays open");
            reader.push(&chunk[..count]);
        }
    };
    timeout(SOON, found).await.unwrap()
}

/// The STAN and response code of the next response; none once the connection is closed.
async fn next(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String)> {
    let payload = async {
        let length = stream.read_u16().await.ok()?;
        let mut payload = vec![0; usize::from(length)];
        stream.read_exact(&mut payload).await.ok()?;
        Some(payload)
    };
    let payload = timeout(SOON, payload).await.unwrap()?;
    let response = decode(&payload, &WireFormat::default()).unwrap();
    let field = |de| response.get(de).unwrap().to_owned();
    Some((field(11), field(39)))
}

fn answer(stan: &str, code: &str) -> Option<(String, String)> {
    Some((stan.to_owned(), code.to_owned()))
}

#[tokio::test]
async fn a_message_may_come_in_pieces_and_many_in_one() {
    let door = door(LIMITS).await;
    let mut stream = door.connect().await;
    for byte in echo("000001") {
        stream.write_all(&[byte]).await.unwrap();
    }
    assert_eq!(next(&mut stream).await, answer("000001", "00"));
    let many = [echo("000002"), echo("000003")].concat();
    stream.write_all(&many).await.unwrap();
    assert_eq!(next(&mut stream).await, answer("000002", "00"));
    assert_eq!(next(&mut stream).await, answer("000003", "00"));
}

#[tokio::test]
async fn garbage_ends_its_own_connection_only() {
    let door = door(LIMITS).await;
    let mut honest = door.connect().await;
    for garbage in [&b"\xff\xffGET"[..], b"\0\0", b"\0\x04abcd"] {
        let mut hostile = door.connect().await;
        hostile.write_all(garbage).await.unwrap();
        assert_eq!(next(&mut hostile).await, None);
    }
    honest.write_all(&echo("000001")).await.unwrap();
    assert_eq!(next(&mut honest).await, answer("000001", "00"));
}

#[tokio::test]
async fn a_full_connection_is_not_read_any_further() {
    let door = door(LIMITS).await;
    let mut stream = door.connect().await;
    let stans = ["000001", "000002", "000003", "000004"];
    let all: Vec<u8> = stans.iter().flat_map(|stan| purchase(stan)).collect();
    stream.write_all(&all).await.unwrap();
    door.holds(3).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(door.held.count(), 3);
    door.held.let_go();
    door.holds(1).await;
    door.held.let_go();
    let mut answered = Vec::new();
    for _ in stans {
        let (stan, code) = next(&mut stream).await.unwrap();
        assert_eq!(code, "91");
        answered.push(stan);
    }
    answered.sort();
    assert_eq!(answered, stans);
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let door = open(|held| Door {
        peers: Peers::anybody(terms(held, WireFormat::default(), LIMITS)),
        max_connections: 1,
        tls: None,
    })
    .await;
    let mut first = door.connect().await;
    first.write_all(&echo("000001")).await.unwrap();
    assert_eq!(next(&mut first).await, answer("000001", "00"));
    assert_eq!(next(&mut door.connect().await).await, None);
    first.write_all(&echo("000002")).await.unwrap();
    assert_eq!(next(&mut first).await, answer("000002", "00"));
}

#[tokio::test]
async fn what_is_under_way_finishes_at_shutdown() {
    let door = door(LIMITS).await;
    let mut stream = door.connect().await;
    stream.write_all(&purchase("000001")).await.unwrap();
    door.holds(1).await;
    door.stop.send(true).unwrap();
    door.held.let_go();
    assert_eq!(next(&mut stream).await, answer("000001", "91"));
    assert_eq!(next(&mut stream).await, None);
    timeout(SOON, door.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_peer_that_stops_sending_still_gets_its_answers() {
    let door = door(LIMITS).await;
    let mut stream = door.connect().await;
    stream.write_all(&purchase("000001")).await.unwrap();
    stream.shutdown().await.unwrap();
    door.holds(1).await;
    door.held.let_go();
    assert_eq!(next(&mut stream).await, answer("000001", "91"));
    assert_eq!(next(&mut stream).await, None);
}
