use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::support::eventually;

/// What an endpoint answers.
#[derive(Clone)]
pub enum Answer {
    /// This decision.
    Say(&'static str),
    /// This status line and body.
    Raw(&'static str, String),
    /// Nothing: the connection is closed.
    HangUp,
}

/// A question as it came.
#[derive(Clone)]
pub struct Question {
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Question {
    /// What was asked.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a question is JSON")
    }

    /// Whether it is signed with this secret, checked as an operator would.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let signature = self.headers.get("cryptocardium-signature").expect("it is signed");
        let (at, digest) = signature.split_once(',').expect("t=..,v1=..");
        let at = at.strip_prefix("t=").expect("t=<unix seconds>");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
        mac.update(format!("{at}.").as_bytes());
        mac.update(&self.body);
        let made: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        digest == format!("v1={made}")
    }
}

#[derive(Default)]
struct State {
    questions: Vec<Question>,
    answers: VecDeque<Answer>,
    connections: usize,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics here")
    }
}

/// A decision endpoint on loopback. A question waits until the test has an answer for it.
pub struct Endpoint {
    /// Where it is asked.
    pub url: String,
    shared: Arc<Shared>,
}

impl Endpoint {
    /// An endpoint that has no answers yet.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/decide", listener.local_addr().expect("it is bound"));
        let shared = Arc::new(Shared::default());
        let kept = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&kept);
                shared.state().connections += 1;
                // Whoever hangs up has no more questions.
                thread::spawn(move || while let Ok(true) = serve(&stream, &shared) {});
            }
        });
        Self { url, shared }
    }

    /// Has an answer for one more question, that of the longest waiting first.
    pub fn answer(&self, answer: Answer) {
        self.shared.state().answers.push_back(answer);
        self.shared.changed.notify_one();
    }

    /// What was asked so far.
    pub fn questions(&self) -> Vec<Question> {
        self.shared.state().questions.clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// Waits until this many questions came; gives the last of them.
    pub fn wait_for(&self, count: usize) -> Question {
        let come = || self.questions().get(count - 1).cloned();
        eventually(&format!("question {count}"), come)
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<bool> {
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
    let Some(length) = length else { return Ok(false) };
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut state = shared.state();
    state.questions.push(Question { headers, body });
    let mut state = shared
        .changed
        .wait_while(state, |state| state.answers.is_empty())
        .expect("no test panics here");
    let answer = state.answers.pop_front().expect("there is one");
    drop(state);
    let (status, body) = match answer {
        Answer::Say(decision) => ("200 OK", format!("{{\"decision\":\"{decision}\"}}")),
        Answer::Raw(status, body) => (status, body),
        Answer::HangUp => return Ok(false),
    };
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    let mut stream = stream;
    stream.write_all(answer.as_bytes())?;
    Ok(true)
}
