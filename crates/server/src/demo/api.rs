//! The demo as a client of the HTTP API.

use std::{net::SocketAddr, time::Duration};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::{DemoError, check::differs};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long something that happens in the background may take.
const SOON: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// Characters of an unexpected answer that an error shows.
const SHOWN: usize = 300;

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) replayed: bool,
    pub(super) bytes: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Result<Value, DemoError> {
        serde_json::from_slice(&self.bytes)
            .map_err(|_| differs("the answer", "JSON", &String::from_utf8_lossy(&self.bytes)))
    }

    /// The body, if the status is this one.
    pub(super) fn with_status(&self, expected: u16) -> Result<Value, DemoError> {
        if self.status != expected {
            let body = String::from_utf8_lossy(&self.bytes);
            let start: String = body.chars().take(SHOWN).collect();
            let got = format!("{} {start}", self.status);
            return Err(differs("the status", &expected.to_string(), &got));
        }
        self.json()
    }
}

/// A client with its credential.
pub(super) struct Api {
    client: Client,
    base: String,
    token: Option<String>,
}

impl Api {
    pub(super) fn new(address: SocketAddr) -> Result<Self, DemoError> {
        // Plain HTTP on loopback: no certificate is ever looked at.
        let client = Client::builder().no_proxy().tls_certs_only([]).timeout(TIMEOUT).build()?;
        Ok(Self { client, base: format!("http://{address}"), token: None })
    }

    /// The same client with another credential.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self { client: self.client.clone(), base: self.base.clone(), token: Some(token.to_owned()) }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, DemoError> {
        self.send(self.request(Method::GET, path)).await?.with_status(200)
    }

    /// Posts and expects this status.
    pub(super) async fn post(
        &self,
        path: &str,
        body: &Value,
        status: u16,
    ) -> Result<Value, DemoError> {
        let request = self.request(Method::POST, path).json(body);
        self.send(request).await?.with_status(status)
    }

    /// Posts with an idempotency key.
    pub(super) async fn post_once(
        &self,
        path: &str,
        body: &Value,
        key: &str,
    ) -> Result<Reply, DemoError> {
        let request = self.request(Method::POST, path).json(body);
        self.send(request.header("Idempotency-Key", key)).await
    }

    /// Asks again until the answer is right.
    pub(super) async fn get_until(
        &self,
        path: &str,
        right: impl Fn(&Value) -> bool,
    ) -> Result<Value, DemoError> {
        let asked = async {
            loop {
                let answer = self.get(path).await?;
                if right(&answer) {
                    return Ok(answer);
                }
                tokio::time::sleep(POLL).await;
            }
        };
        let outcome = tokio::time::timeout(SOON, asked).await;
        outcome.unwrap_or_else(|_| Err(DemoError::Late(path.to_owned())))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Reply, DemoError> {
        let response = request.send().await?;
        Ok(Reply {
            status: response.status().as_u16(),
            replayed: response.headers().contains_key("Idempotency-Replayed"),
            bytes: response.bytes().await?.to_vec(),
        })
    }
}
