use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::support::{text, until};

/// A webhook as it came.
#[derive(Clone)]
pub struct Received {
    headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Received {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}"))
    }

    /// When it was signed, in Unix seconds.
    pub fn signed_at(&self) -> i64 {
        let signature = self.header("cryptocardium-signature");
        let (at, _) = signature.split_once(',').expect("t=..,v1=..");
        at.strip_prefix("t=").and_then(|at| at.parse().ok()).expect("t=<unix seconds>")
    }

    /// The event, once its signature is checked as a customer would.
    pub fn verified(&self, secret: &str) -> Value {
        let (at, signature) = (self.signed_at(), self.header("cryptocardium-signature"));
        assert_eq!(signature, format!("t={at},v1={}", self.digest(secret)));
        assert_eq!(self.header("content-type"), "application/json");
        assert!(self.header("cryptocardium-delivery").starts_with("dlv_"));
        let event: Value = serde_json::from_slice(&self.body).expect("an event is JSON");
        let id = text(&event, "id");
        assert_eq!([self.header("cryptocardium-event-id"), self.header("webhook-id")], [id, id]);
        event
    }

    /// The signatures that came with it: of the active secret, and of the next one.
    pub fn signatures(&self) -> Vec<String> {
        let header = self.header("cryptocardium-signature");
        let parts = header.split(',').skip(1).zip(["v1=", "v1_next="]);
        parts.map(|(part, name)| part.strip_prefix(name).expect(name).to_owned()).collect()
    }

    /// What this secret makes of its moment and body.
    pub fn digest(&self, secret: &str) -> String {
        let at = self.signed_at();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
        mac.update(format!("{at}.").as_bytes());
        mac.update(&self.body);
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    answers: VecDeque<String>,
}

/// An HTTP server on loopback that keeps what it gets.
pub struct Receiver {
    /// Where it takes webhooks.
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// A receiver that answers with these status lines and headers, one after the other, and
    /// from then on with 204.
    pub fn start(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it is bound"));
        let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let state = Arc::new(Mutex::new(State { received: Vec::new(), answers }));
        let kept = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A sender that breaks off tries again; there is nothing to keep.
                let _taken = take(stream, &kept);
            }
        });
        Self { url, state }
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().expect("no test panics here").received.clone()
    }

    /// Waits until this many came.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        let come = || Some(self.received()).filter(|received| received.len() >= count);
        until(&format!("webhook {count}"), come)
    }
}

fn take(stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        line.clear();
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let mut state = state.lock().expect("no test panics here");
    state.received.push(Received { headers, body });
    let answer = state.answers.pop_front().unwrap_or_else(|| "204 No Content".to_owned());
    drop(state);
    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    reader.get_mut().write_all(answer.as_bytes())
}
