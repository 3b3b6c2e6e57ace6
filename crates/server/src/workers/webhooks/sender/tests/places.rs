//! Where a sender goes: never to a forbidden address, whatever a name meant a moment ago.

use std::{
    collections::VecDeque,
    future::ready,
    io,
    net::{IpAddr, SocketAddr},
    sync::Mutex,
};

use cardium_http::BoxFuture;
use cardium_testkit::{Destination, Expected, destinations};
use reqwest::dns::{Addrs, Name, Resolving};
use tokio::net::{TcpListener, TcpStream};

use super::*;

type Found = io::Result<Vec<IpAddr>>;

/// Names that mean nothing.
#[derive(Debug)]
pub(super) struct NoNames;

impl NameLookup for NoNames {
    fn look_up(&self, _: String) -> BoxFuture<'static, Found> {
        Box::pin(ready(Err(io::ErrorKind::NotFound.into())))
    }
}

/// What every name means, look-up after look-up; the last answer stays.
#[derive(Debug)]
struct Turns(Mutex<VecDeque<Vec<IpAddr>>>);

impl Turns {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |text: &&str| text.parse().unwrap();
        let answers = answers.iter().map(|texts| texts.iter().map(parse).collect());
        Arc::new(Self(Mutex::new(answers.collect())))
    }

    fn next(&self) -> Vec<IpAddr> {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
    }

    /// From now on this.
    fn set(&self, address: IpAddr) {
        *self.0.lock().unwrap() = [vec![address]].into();
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl NameLookup for Turns {
    fn look_up(&self, _: String) -> BoxFuture<'static, Found> {
        Box::pin(ready(Ok(self.next())))
    }
}

/// A listener that nobody is to connect to.
struct Planted(TcpListener);

impl Planted {
    /// On every address of this machine, where it has both families.
    async fn everywhere() -> Self {
        match TcpListener::bind("[::]:0").await {
            Ok(listener) => Self(listener),
            Err(_) => Self(TcpListener::bind("0.0.0.0:0").await.unwrap()),
        }
    }

    /// Two on the same port: a good one, and the planted one.
    async fn beside(good: [u8; 4], planted: [u8; 4]) -> (Self, Self) {
        for _ in 0..16 {
            let first = TcpListener::bind(SocketAddr::from((good, 0))).await.unwrap();
            let port = first.local_addr().unwrap().port();
            if let Ok(second) = TcpListener::bind(SocketAddr::from((planted, port))).await {
                return (Self(first), Self(second));
            }
        }
        panic!("a port is free on both addresses");
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// How many connected. Connections queue, so one of our own, made last, is taken last.
    async fn reached(self) -> usize {
        let ip = self.0.local_addr().unwrap().ip();
        let ip = if ip.is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { ip };
        let last = TcpStream::connect((ip, self.port())).await.unwrap();
        let last = last.local_addr().unwrap().port();
        let mut reached = 0;
        while self.0.accept().await.unwrap().1.port() != last {
            reached += 1;
        }
        reached
    }
}

const BRIEF: Duration = Duration::from_millis(300);

fn guarded(reach: Reach, names: Arc<dyn NameLookup>) -> Sender {
    Sender::try_new((reach, names), BRIEF, keys()).unwrap()
}

async fn send(sender: &Sender, url: String) -> Result<Answered, SenderError> {
    sender.send(&dispatch(url, &sender.keys), NOW).await
}

fn named(port: u16) -> String {
    format!("https://receiver.example.com:{port}/")
}

#[tokio::test]
async fn no_forbidden_destination_of_the_table_is_dialled() {
    let planted = Planted::everywhere().await;
    let port = planted.port();
    let names = Turns::new(&[]);
    let strict = guarded(Reach::PublicHttps, Arc::clone(&names) as _);
    let mut refused = 0;
    for (to, expected, why) in destinations(port) {
        if expected == Expected::Allowed {
            continue;
        }
        let sent = send(&strict, to.url(port)).await;
        assert_eq!(sent, Err(SenderError::Forbidden), "{to:?}: {why}");
        if let Destination::Address(address) = to {
            names.set(address);
            let sent = send(&strict, named(port)).await;
            assert_eq!(sent, Err(SenderError::Forbidden), "a name of {address}: {why}");
        }
        refused += 1;
    }
    assert!(refused >= 200, "{refused}");
    assert_eq!(planted.reached().await, 0);
}

#[tokio::test]
async fn what_the_table_allows_gets_as_far_as_the_look_up() {
    let strict = guarded(Reach::PublicHttps, Arc::new(NoNames));
    for (to, expected, why) in destinations(1) {
        match (to, expected) {
            (Destination::Url(url), Expected::Allowed) => {
                assert_eq!(
                    send(&strict, url.clone()).await,
                    Err(SenderError::Name),
                    "{url}: {why}"
                );
            }
            (Destination::Address(address), Expected::Allowed) => {
                let names = Turns::new(&[]);
                names.set(address);
                let guard = Guarded::new(Reach::PublicHttps, names);
                let found = guard.resolve("a.example".parse().unwrap()).await.ok().unwrap();
                assert_eq!(found.collect::<Vec<_>>(), [SocketAddr::new(address, 0)], "{why}");
            }
            (_, Expected::Refused) => {}
        }
    }
}

#[tokio::test]
async fn one_bad_address_among_good_ones_spoils_the_name() {
    let planted = Planted::everywhere().await;
    let port = planted.port();
    let many: Vec<_> = (0..=255).map(|number| format!("1.1.1.{number}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("127.0.0.1");
    for answers in [&["127.0.0.1", "1.1.1.1"][..], &["1.1.1.1", "::1"], &many] {
        let sender = guarded(Reach::PublicHttps, Turns::new(&[answers]));
        assert_eq!(send(&sender, named(port)).await, Err(SenderError::Forbidden));
    }
    assert_eq!(planted.reached().await, 0);
    let nowhere = guarded(Reach::PublicHttps, Turns::new(&[&[]]));
    assert_eq!(send(&nowhere, named(port)).await, Err(SenderError::Name));
}

#[tokio::test]
async fn a_name_that_was_public_when_it_was_given_is_judged_again() {
    let planted = Planted::everywhere().await;
    let port = planted.port();
    let names = Turns::new(&[&["1.1.1.1"], &["127.0.0.1"]]);
    let given = names.look_up("receiver.example.com".to_owned()).await.unwrap();
    assert!(given.into_iter().all(|address| Reach::PublicHttps.allows(address)));
    let sender = guarded(Reach::PublicHttps, names);
    assert_eq!(send(&sender, named(port)).await, Err(SenderError::Forbidden));
    assert_eq!(planted.reached().await, 0);
}

/// In development 127.0.0.2 may be reached and 0.0.0.0, which leads to 127.0.0.1, may not.
const REBINDING: [&[&str]; 2] = [&["127.0.0.2"], &["0.0.0.0"]];

#[tokio::test]
async fn the_address_that_was_judged_is_the_one_that_is_dialled() {
    let (good, planted) = Planted::beside([127, 0, 0, 2], [127, 0, 0, 1]).await;
    let names = Turns::new(&REBINDING);
    let sender = guarded(Reach::LoopbackToo, Arc::clone(&names) as _);
    // The listener does not speak TLS.
    assert_eq!(send(&sender, named(good.port())).await, Err(SenderError::Timeout));
    assert_eq!(names.left(), 1, "one connection, one look-up");
    assert_eq!((good.reached().await, planted.reached().await), (1, 0));
}

/// The mistake that these tests are to catch: what is judged is one look-up, what is dialled
/// another.
struct Careless(Arc<Turns>);

impl Resolve for Careless {
    fn resolve(&self, _: Name) -> Resolving {
        let judged = self.0.next().into_iter().all(|address| Reach::LoopbackToo.allows(address));
        let dialled = self.0.next();
        Box::pin(async move {
            assert!(judged, "the first answer is a good one");
            Ok(Box::new(dialled.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

#[tokio::test]
async fn a_sender_that_judges_one_look_up_and_dials_another_is_caught() {
    let (good, planted) = Planted::beside([127, 0, 0, 2], [127, 0, 0, 1]).await;
    let reach = Reach::LoopbackToo;
    let resolver = Arc::new(Careless(Turns::new(&REBINDING)));
    let sender = Sender { client: client(reach, resolver, BRIEF).unwrap(), reach, keys: keys() };
    let _failed = send(&sender, named(good.port())).await;
    assert_eq!((good.reached().await, planted.reached().await), (0, 1));
}

/// Names that nobody can ask after.
#[derive(Debug)]
struct Broken;

impl NameLookup for Broken {
    fn look_up(&self, _: String) -> BoxFuture<'static, Found> {
        Box::pin(async { panic!("planted") })
    }
}

#[tokio::test]
async fn an_attempt_that_panics_failed_and_harms_no_other() {
    let sender = guarded(Reach::LoopbackToo, Arc::new(Broken));
    for _ in 0..2 {
        assert_eq!(send(&sender, named(1)).await, Err(SenderError::Protocol));
    }
    let (url, _taken) = hostile::receive(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    assert_eq!(send(&sender, url).await.unwrap().status, 204);
}

#[tokio::test]
async fn redirects_are_answers_and_not_followed() {
    let planted = Planted::everywhere().await;
    let sender = guarded(Reach::LoopbackToo, Arc::new(NoNames));
    for status in [300, 301, 302, 303, 307, 308] {
        let to = format!("http://127.0.0.1:{}/", planted.port());
        let answer = format!(
            "HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nRefresh: 0; url={to}\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let (url, _taken) = hostile::receive(answer.into_bytes()).await;
        assert_eq!(send(&sender, url).await.unwrap().status, status);
    }
    assert_eq!(planted.reached().await, 0);
}
