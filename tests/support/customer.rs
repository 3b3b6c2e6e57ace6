use std::{
    fmt,
    net::SocketAddr,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Process, eventually};

/// How long an answer may take; a stopped server answers nothing at all.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The password of every customer.
pub const PASSWORD: &str = "Tr1cky-pass-phrase!";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A customer of one server, signed up and holding an API key.
#[derive(Debug, Clone)]
pub struct Customer {
    /// What it is known by: the text of its API key.
    pub token: String,
    /// The session's token.
    pub session: String,
    server: SocketAddr,
}

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Whether it repeats an earlier one.
    pub replayed: bool,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// A card with what its holder knows of it.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// Its number.
    pub pan: String,
    /// Its CVV2.
    pub cvv: String,
    /// Its expiry, `YYMM`.
    pub expiry: String,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The body, if the request succeeded.
    pub fn success(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert!((200..300).contains(&self.status), "{}: {text}", self.status);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

fn exchange(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    runtime().block_on(async {
        let response = request.send().await?;
        Ok(Reply {
            status: response.status().as_u16(),
            replayed: response.headers().contains_key("Idempotency-Replayed"),
            body: response.bytes().await?.to_vec(),
        })
    })
}

impl Customer {
    /// Signs up and makes an API key.
    pub fn sign_up(process: &Process) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let email = format!("customer-{}-{number}@example.com", std::process::id());
        let nobody = String::new();
        let mut customer = Self { token: nobody.clone(), session: nobody, server: process.http };
        let account = json!({"email": email, "password": PASSWORD});
        customer.session = text(&customer.post("/v1/accounts", &account), "token");
        let key = customer.by_session().post("/v1/api_keys", &json!({"name": "tests"}));
        customer.with_token(&text(&key, "key"))
    }

    /// The same customer at another server.
    pub fn at(&self, process: &Process) -> Self {
        self.at_address(process.http)
    }

    /// The same customer at the server that listens here.
    pub fn at_address(&self, server: SocketAddr) -> Self {
        Self { server, ..self.clone() }
    }

    /// The same customer by its session, for what API keys may not do.
    pub fn by_session(&self) -> Self {
        self.with_token(&self.session)
    }

    /// The same customer by another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Reads, successfully.
    pub fn get(&self, path: &str) -> Value {
        self.answered("GET", path, None).success()
    }

    /// Posts, successfully.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.answered("POST", path, Some(body)).success()
    }

    /// Sends a request that must be answered somehow.
    pub fn answered(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let reply = self.send(method, path, body, None);
        reply.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    /// Sends a DELETE with these headers.
    pub fn delete_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request = client().delete(format!("http://{}{path}", self.server));
        let request = request.bearer_auth(&self.token);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        exchange(request).expect("the server answers")
    }

    /// Sends a request, which may get no answer.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Reply, reqwest::Error> {
        let method = Method::from_bytes(method.as_bytes()).expect("tests name real methods");
        let mut request = client().request(method, format!("http://{}{path}", self.server));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        exchange(request)
    }

    /// Brings this many dollars into the treasury; from 200 on they are live.
    pub fn fund(&self, dollars: u32) {
        let wish = json!({"amount_usd": dollars, "asset": "USDT", "chain": "tron"});
        let topup = text(&self.post("/v1/topups", &wish), "id");
        let deep = json!({"confirmations": "final"});
        self.post(&format!("/v1/test/topups/{topup}/deposits"), &deep);
        let path = format!("/v1/topups/{topup}");
        eventually("the deposit", || (self.get(&path)["status"] == "completed").then_some(()));
    }

    /// Issues a card and looks at it from both sides.
    pub fn issue(&self) -> Card {
        let wish = json!({"type": "virtual", "bin": "489517"});
        let id = text(&self.post("/v1/cards", &wish), "id");
        self.reveal(id)
    }

    /// Looks at a card from both sides.
    pub fn reveal(&self, id: String) -> Card {
        let shown = self.get(&format!("/v1/cards/{id}/pan"));
        let expiry = text(&shown, "expires_at").replace('-', "");
        let expiry = expiry.get(2..).expect("an expiry is YYYY-MM").to_owned();
        Card { pan: text(&shown, "pan"), cvv: text(&shown, "cvv"), expiry, id }
    }

    /// Moves cents from the treasury to a card.
    pub fn load(&self, card: &Card, cents: i64) -> Value {
        self.post(&card.path("load"), &json!({"amount_usd": dollars(cents)}))
    }

    /// What a card has available and what is held on it, in cents.
    pub fn card_balance(&self, card: &Card) -> (i64, i64) {
        let shown = self.get(&format!("/v1/cards/{}", card.id));
        (cents(&shown["available_usd"]), cents(&shown["held_usd"]))
    }

    /// What the live treasury has available, in cents.
    pub fn treasury(&self) -> i64 {
        cents(&self.get("/v1/balance")["live"]["available_usd"])
    }
}

impl Card {
    /// The path of an action on it.
    pub fn path(&self, action: &str) -> String {
        format!("/v1/cards/{}/{action}", self.id)
    }
}

/// The text in a field of an answer.
pub fn text(object: &Value, field: &str) -> String {
    let found = object[field].as_str();
    found.unwrap_or_else(|| panic!("no {field} in {object}")).to_owned()
}

/// Cents of an amount in dollars, which has exactly two decimals.
pub fn cents(amount: &Value) -> i64 {
    let text = amount.to_string();
    let (whole, part) = text.split_once('.').unwrap_or_else(|| panic!("no amount: {text}"));
    assert_eq!(part.len(), 2, "{text}");
    format!("{whole}{part}").parse().expect("an amount has digits")
}

/// The JSON number of as many cents.
pub fn dollars(cents: i64) -> Value {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    serde_json::from_str(&text).expect("an amount is a number")
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().expect("a runtime starts")
    })
}

fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let builder = Client::builder().no_proxy().timeout(TIMEOUT);
        builder.build().expect("a client starts")
    })
}
