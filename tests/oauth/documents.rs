//! Clients that a document describes.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::agent::{Agent, WEB, location};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_client_is_known_by_its_document;
    documents_that_cannot_be_believed_are_refused;
    a_document_that_could_not_be_had_is_not_asked_for_again_at_once;
    a_document_that_describes_nobody_is_not_asked_for_again_at_once;
}

/// A web server that has one document.
struct Site {
    url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Site {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/client.json", listener.local_addr().expect("an address"));
        let (answer, asked) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (said, count) = (Arc::clone(&answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                let _head: Vec<_> =
                    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                count.fetch_add(1, Ordering::SeqCst);
                let answer = said.lock().expect("an answer").clone();
                let _gone = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, answer, asked }
    }

    fn say(&self, head: &str, body: &str) {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        *self.answer.lock().expect("an answer") = answer;
    }

    fn describe(&self) -> Value {
        json!({"client_id": self.url, "client_name": "Documented", "redirect_uris": [WEB]})
    }

    fn agent(&self, server: &Server) -> Agent {
        Agent { http: server.client(), id: self.url.clone(), registration: Value::Null }
    }
}

const FINE: &str = "200 OK\r\nContent-Type: application/json";

fn a_client_is_known_by_its_document(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, site) = (server.sign_up(), Site::new());
    site.say(&format!("{FINE}\r\nCache-Control: max-age=600"), &site.describe().to_string());
    let agent = site.agent(&server);
    // A stranger makes nobody fetch.
    assert!(location(&agent.open(None, &agent.request("read"))).starts_with("/signin?"));
    assert_eq!(site.asked.load(Ordering::SeqCst), 0);
    let tokens = agent.tokens(&server, &owner, "read");
    agent.token(&agent.refresh(text(&tokens, "refresh_token"))).expect(200);
    agent.code(&server, &owner, "read");
    assert_eq!(site.asked.load(Ordering::SeqCst), 1, "it is kept");
    server.advance(600);
    let mut moved = site.describe();
    moved["redirect_uris"] = json!(["https://b.example/"]);
    site.say(FINE, &moved.to_string());
    let refused = agent.open(Some(&owner), &agent.request("read"));
    assert_eq!((refused.status, site.asked.load(Ordering::SeqCst)), (400, 2), "it is read anew");
}

/// What a site says of a client.
enum Document {
    Sound,
    With(String, Value),
    Text(&'static str),
}

impl Document {
    fn text(&self, site: &Site) -> String {
        let mut document = site.describe();
        match self {
            Self::Sound => {}
            Self::With(name, value) => document[name] = value.clone(),
            Self::Text(text) => return (*text).to_owned(),
        }
        document.to_string()
    }
}

fn documents_that_cannot_be_believed_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let with = |name: &str, value: Value| Document::With(name.to_owned(), value);
    let redirect = "302 Found\r\nLocation: /x".to_owned();
    let html = "200 OK\r\nContent-Type: text/html";
    for (head, document) in [
        (FINE, with("client_id", json!("https://b.example/client.json"))),
        (FINE, with("client_secret", json!("x"))),
        (FINE, with("token_endpoint_auth_method", json!("private_key_jwt"))),
        (FINE, with("redirect_uris", json!(["http://b.example/"]))),
        (FINE, with("x", json!("x".repeat(5 * 1_024)))),
        (FINE, Document::Text("{")),
        (html, Document::Sound),
        ("404 Not Found\r\nContent-Type: application/json", Document::Sound),
        (&redirect, Document::Sound),
    ] {
        // Of its own, since what was refused is remembered.
        let site = Site::new();
        let (agent, body) = (site.agent(&server), document.text(&site));
        site.say(head, &body);
        let reply = agent.open(Some(&owner), &agent.request("read"));
        assert_eq!((reply.status, reply.header("Location")), (400, None), "{head} {body}");
        assert_eq!(site.asked.load(Ordering::SeqCst), 1, "{head} {body}");
    }
    let site = Site::new();
    for id in
        ["http://10.0.0.1/client.json", "https://localhost.example.internal/c", "https://a.example"]
    {
        let agent = Agent { id: id.to_owned(), ..site.agent(&server) };
        let reply = agent.open(Some(&owner), &agent.request("read"));
        assert_eq!(reply.status, 400, "{id}");
    }
}

fn a_document_that_could_not_be_had_is_not_asked_for_again_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let site = Site::new();
    site.say("404 Not Found", "");
    let agent = site.agent(&server);
    for _ in 0..3 {
        let owner = server.sign_up();
        assert_eq!(agent.open(Some(&owner), &agent.request("read")).status, 400);
    }
    assert_eq!(site.asked.load(Ordering::SeqCst), 1);
}

fn a_document_that_describes_nobody_is_not_asked_for_again_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let (site, other) = (Site::new(), Site::new());
    // Another's, word for word.
    site.say(FINE, &other.describe().to_string());
    let agent = site.agent(&server);
    for _ in 0..3 {
        let owner = server.sign_up();
        let reply = agent.open(Some(&owner), &agent.request("read"));
        assert_eq!(reply.status, 400);
        assert!(String::from_utf8_lossy(&reply.body).contains("invalid_client_metadata"));
    }
    assert_eq!(site.asked.load(Ordering::SeqCst), 1);
}
