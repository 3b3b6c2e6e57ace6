//! The demo as a receiver of webhooks: a small HTTP server on loopback.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{
    DemoError,
    check::{differs, text},
};

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
/// The largest event, with room to spare.
const BODY_MAX: usize = 64 * 1024;

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Takes webhooks and keeps them.
pub(super) struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start() -> Result<Self, DemoError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let received = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(accept(listener, Arc::clone(&received)));
        Ok(Self { address, received, task })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(received: &Mutex<Vec<Received>>) -> MutexGuard<'_, Vec<Received>> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, received: Arc<Mutex<Vec<Received>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let received = Arc::clone(&received);
        tokio::spawn(async move {
            // A sender that breaks off tries again; nothing to keep.
            if let Ok(request) = take(stream).await {
                lock(&received).push(request);
            }
        });
    }
}

async fn take(stream: TcpStream) -> std::io::Result<Received> {
    let mut stream = BufReader::new(stream);
    let mut request = Received::default();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => {
                let name = name.to_ascii_lowercase();
                request.headers.insert(name, value.to_owned());
            }
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let length = request.headers.get("content-length");
    let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    request.body = vec![0; length.min(BODY_MAX)];
    stream.read_exact(&mut request.body).await?;
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    Ok(request)
}

impl Received {
    /// The event, once its signature is checked as a customer would: HMAC-SHA256 over
    /// `{t}.{body}` with the signing secret.
    pub(super) fn verified(&self, secret: &str) -> Result<Value, DemoError> {
        let header = self.header("cryptocardium-signature")?;
        let parts = header.strip_prefix("t=").and_then(|rest| rest.split_once(",v1="));
        let (at, digest) = parts.ok_or_else(|| differs("the signature", "t=..,v1=..", &header))?;
        let digest = data_encoding::HEXLOWER.decode(digest.as_bytes());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("HMAC-SHA256 takes a key of any length");
        mac.update(format!("{at}.").as_bytes());
        mac.update(&self.body);
        let valid = digest.is_ok_and(|digest| mac.verify_slice(&digest).is_ok());
        if !valid {
            return Err(differs("the signature", "a valid one", &header));
        }
        let event: Value = serde_json::from_slice(&self.body)
            .map_err(|_| differs("a webhook", "JSON", &"something else"))?;
        let id = self.header("cryptocardium-event-id")?;
        super::check::same("the event's id", &id, &text(&event, "id")?)?;
        Ok(event)
    }

    fn header(&self, name: &str) -> Result<&str, DemoError> {
        let value = self.headers.get(name).map(String::as_str);
        value.ok_or_else(|| differs(name, "a header", &"none"))
    }
}
