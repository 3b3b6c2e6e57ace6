//! Receivers that mean ill, on real sockets: whatever they do, an attempt ends in time, reads a
//! bounded part and says what was wrong.

use std::{
    future::pending,
    io,
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use cardium_http::BoxFuture;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{interval, timeout},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::*;

/// What an attempt has that is to run into it.
const DEADLINE: Duration = Duration::from_millis(250);
/// What one has that is to end by itself.
const AMPLE: Duration = Duration::from_secs(20);
/// Beyond it nothing was bounded.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a receiver gets rid of at most before it must be left alone: 64 KiB or, for a head, 400 KiB
/// that are read, and the rest in the buffers of both sockets.
const MOST: usize = 24 * 1024 * 1024;

/// Reads a request whole.
async fn request(stream: &mut TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        let mut chunk = [0; 4_096];
        match stream.read(&mut chunk).await? {
            0 => break,
            count => request.extend_from_slice(&chunk[..count]),
        }
    }
    String::from_utf8(request).map_err(io::Error::other)
}

/// Takes one request on loopback, answers it with `answer`, and gives what it was.
pub(super) async fn receive(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let taken = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = request(&mut stream).await.unwrap();
        stream.write_all(&answer).await.unwrap();
        request
    });
    (url, taken)
}

/// What a receiver does once it has the request.
enum Manner {
    /// It writes this and then keeps the connection open.
    Stalls(Vec<u8>),
    /// It writes this and closes.
    Ends(Vec<u8>),
    /// It writes the first, and of the second a byte at a time, over and over.
    Drips(&'static str, &'static str),
    /// It writes the first, and then the second as fast as it can, for ever.
    Floods(&'static str, Vec<u8>),
    /// It breaks the connection off.
    Resets,
}

/// A receiver, and how many bytes it got rid of.
async fn receiver(manner: Manner) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        request(&mut stream).await?;
        behave(stream, manner, &count).await
    });
    (format!("http://{address}/hook"), written)
}

async fn behave(mut stream: TcpStream, manner: Manner, written: &AtomicUsize) -> io::Result<()> {
    match manner {
        Manner::Ends(bytes) => stream.write_all(&bytes).await,
        Manner::Stalls(bytes) => {
            stream.write_all(&bytes).await?;
            pending().await
        }
        Manner::Drips(first, then) => {
            stream.write_all(first.as_bytes()).await?;
            let mut ticks = interval(Duration::from_millis(5));
            for byte in then.bytes().cycle() {
                ticks.tick().await;
                stream.write_all(&[byte]).await?;
            }
            Ok(())
        }
        Manner::Floods(first, then) => {
            stream.write_all(first.as_bytes()).await?;
            loop {
                stream.write_all(&then).await?;
                written.fetch_add(then.len(), Ordering::Relaxed);
            }
        }
        Manner::Resets => stream.set_zero_linger(),
    }
}

async fn attempt(sender: &Sender, url: String) -> Result<Answered, SenderError> {
    let dispatch = dispatch(url, &sender.keys);
    let sent = sender.send(&dispatch, NOW);
    timeout(PATIENCE, sent).await.expect("every attempt ends")
}

/// What comes of an attempt that has all the time it needs, and how much the receiver got rid of.
async fn outcome(manner: Manner) -> (Result<Answered, SenderError>, usize) {
    let (url, written) = receiver(manner).await;
    let outcome = attempt(&sender(AMPLE), url).await;
    (outcome, written.load(Ordering::Relaxed))
}

const HEAD: &str = "HTTP/1.1 200 OK\r\n";
const ENDLESS: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[tokio::test]
async fn a_receiver_that_does_not_finish_runs_into_the_time_out() {
    let interim = text(&"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".repeat(100));
    let sender = sender(DEADLINE);
    let mut attempts = Vec::new();
    for manner in [
        Manner::Stalls(Vec::new()),
        Manner::Stalls(text("HTTP/1.1 2")),
        Manner::Stalls(text("HTTP/1.1 200 OK\r\nContent-Le")),
        Manner::Stalls(text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")),
        Manner::Stalls(text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")),
        Manner::Drips("", "HTTP/1.1 200 OK and then some"),
        Manner::Drips(HEAD, "X-Name: value\r\n"),
        Manner::Drips(ENDLESS, "body"),
        Manner::Floods("", text(&"HTTP/1.1 100 Continue\r\n\r\n".repeat(100))),
        Manner::Floods("", interim),
    ] {
        let (sender, (url, _)) = (sender.clone(), receiver(manner).await);
        attempts.push(tokio::spawn(async move { attempt(&sender, url).await }));
    }
    for (number, attempt) in attempts.into_iter().enumerate() {
        assert_eq!(attempt.await.unwrap(), Err(SenderError::Timeout), "{number}");
    }
}

#[tokio::test]
async fn of_an_endless_body_a_bounded_part_is_read() {
    for first in [ENDLESS, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"] {
        let (outcome, written) = outcome(Manner::Floods(first, vec![b'x'; 65_536])).await;
        let answered = outcome.unwrap();
        assert_eq!((answered.status, answered.excerpt), (200, "x".repeat(256)));
        assert!(written < MOST, "{written}");
    }
}

#[tokio::test]
async fn an_endless_head_is_no_answer() {
    let header = format!("X-{}: {}\r\n", "n".repeat(100), "v".repeat(8_000));
    let line = vec![b'x'; 65_536];
    for (first, then) in [(HEAD, text(&header)), ("HTTP/1.1 200 ", line.clone()), ("", line)] {
        let (outcome, written) = outcome(Manner::Floods(first, then)).await;
        assert_eq!(outcome, Err(SenderError::Protocol));
        assert!(written < MOST, "{written}");
    }
}

#[tokio::test]
async fn what_is_compressed_stays_so() {
    // A thousand times "a", by gzip; a bomb is nothing else.
    let zipped = [
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x4b, 0x4c, 0x1c, 5, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0,
        0, 3, 0xda, 0x38, 0x9a, 0xe8, 3, 0, 0,
    ];
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        zipped.len()
    );
    let answer = [head.into_bytes(), zipped.to_vec()].concat();
    let answered = outcome(Manner::Ends(answer)).await.0.unwrap();
    assert_eq!(answered.status, 200);
    assert!(!answered.excerpt.contains("aa"), "{}", answered.excerpt);
    assert!(answered.excerpt.starts_with('\u{fffd}'), "{}", answered.excerpt);
    // Without an end it is a body like any other.
    let first = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    let (outcome, written) = outcome(Manner::Floods(first, zipped.repeat(1_000))).await;
    assert_eq!(outcome.unwrap().status, 200);
    assert!(written < MOST, "{written}");
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    let many = format!("{HEAD}{}\r\n", "A: b\r\n".repeat(200));
    for manner in [
        Manner::Ends(Vec::new()),
        Manner::Ends(text("hello\r\n\r\n")),
        Manner::Ends(text("SSH-2.0-OpenSSH_9.9\r\n")),
        Manner::Ends(text("HTTP/2.0 200 OK\r\n\r\n")),
        Manner::Ends(text("HTTP/1.1 99999 OK\r\n\r\n")),
        Manner::Ends(text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")),
        Manner::Ends(text("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")),
        Manner::Ends(text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
        Manner::Ends(many.into_bytes()),
        Manner::Resets,
    ] {
        let (outcome, _) = outcome(manner).await;
        assert_eq!(outcome, Err(SenderError::Protocol));
    }
}

#[tokio::test]
async fn an_answer_is_an_answer_whatever_its_status() {
    let body = "Content-Length: 9\r\n\r\nslow down";
    for (head, status) in [
        ("HTTP/1.1 200 OK", 200),
        ("HTTP/1.1 410 Gone", 410),
        ("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 99999999", 429),
        ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT", 503),
        ("HTTP/1.1 999 Whatever", 999),
        ("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 500 Oh", 500),
    ] {
        let answer = text(&format!("{head}\r\n{body}"));
        let answered = outcome(Manner::Stalls(answer)).await.0.unwrap();
        assert_eq!((answered.status, answered.excerpt.as_str()), (status, "slow down"), "{head}");
        assert!(answered.took > Duration::ZERO);
    }
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_answers_no_later_webhook() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let unasked = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 Oh\r\n\r\n";
        let mut open = Vec::new();
        for answer in [unasked, "HTTP/1.1 204 No Content\r\n\r\n"] {
            let (mut stream, _) = listener.accept().await?;
            request(&mut stream).await?;
            stream.write_all(answer.as_bytes()).await?;
            open.push(stream);
        }
        pending::<io::Result<()>>().await
    });
    let sender = sender(AMPLE);
    for status in [200, 204] {
        assert_eq!(attempt(&sender, url.clone()).await.unwrap().status, status);
    }
}

#[tokio::test]
async fn who_does_not_take_the_connection_up_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Neither the handshake of TLS nor a request is ever answered.
    for scheme in ["https", "http"] {
        let silent = attempt(&sender(DEADLINE), format!("{scheme}://{address}/")).await;
        assert_eq!(silent, Err(SenderError::Timeout));
    }
    drop(listener);
    let gone = attempt(&sender(DEADLINE), format!("http://{address}/")).await;
    assert_eq!(gone, Err(SenderError::Connect));
}

#[tokio::test]
async fn a_handshake_that_goes_wrong_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await?;
        pending::<io::Result<()>>().await
    });
    assert_eq!(attempt(&sender(AMPLE), url).await, Err(SenderError::Tls));
}

fn certificate() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_enough() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let acceptor = certificate();
    let handshake = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.map(drop)
    });
    assert_eq!(attempt(&sender(AMPLE), url).await, Err(SenderError::Tls));
    assert!(handshake.await.unwrap().is_err(), "nothing was sent");
}

/// A name server that never answers.
#[derive(Debug)]
struct Hanging;

impl NameLookup for Hanging {
    fn look_up(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(pending())
    }
}

#[tokio::test]
async fn the_look_up_is_within_the_time_of_the_attempt() {
    let names = (Reach::PublicHttps, Arc::new(Hanging) as _);
    let sender = Sender::try_new(names, DEADLINE, keys()).unwrap();
    let outcome = attempt(&sender, "https://receiver.example.com/".to_owned()).await;
    assert_eq!(outcome, Err(SenderError::Timeout));
}
