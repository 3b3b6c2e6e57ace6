use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{Reply, Request, text};

/// The password of every account.
pub const PASSWORD: &str = "correct horse battery staple";

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long an unused connection is kept: less than the server's five seconds, so that no request
/// is sent on one that is just being closed.
const IDLE: Duration = Duration::from_secs(2);
/// How long something that happens in the background may take.
const SOON: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// A client of the API with its credential, for tests that run on a thread of their own.
#[derive(Clone)]
pub struct Client {
    handle: Handle,
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    account: String,
}

impl Client {
    /// A client without a credential.
    pub fn new(handle: Handle, address: &str) -> Self {
        // Plain HTTP on loopback: no certificate is ever looked at.
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(TIMEOUT);
        // Tests see where they are sent.
        let http = http.redirect(reqwest::redirect::Policy::none());
        let http = http.pool_idle_timeout(IDLE).build();
        let http = http.expect("a client without TLS roots is made");
        let base = format!("http://{address}");
        Self { handle, http, base, token: None, account: String::new() }
    }

    /// The same client with the credential of an account.
    pub fn signed_in(&self, account: &str, token: &str) -> Self {
        let (account, token) = (account.to_owned(), Some(token.to_owned()));
        Self { account, token, ..self.clone() }
    }

    /// The same account with another credential.
    pub fn with_token(&self, token: &str) -> Self {
        self.signed_in(&self.account, token)
    }

    /// The account's id.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The credential.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("somebody is signed in")
    }

    /// A request, to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Request::new(self.handle.clone(), request)
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path).send()
    }

    /// Posts a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.request(Method::POST, path).json(body).send()
    }

    /// Posts exactly these bytes as JSON.
    pub fn post_raw(&self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        let request = self.request(Method::POST, path);
        request.header("Content-Type", "application/json").body(body).send()
    }

    /// Posts a JSON body with an idempotency key.
    pub fn post_once(&self, path: &str, body: &Value, key: &str) -> Reply {
        self.request(Method::POST, path).json(body).key(key).send()
    }

    /// Changes in part.
    pub fn patch(&self, path: &str, body: &Value) -> Reply {
        self.request(Method::PATCH, path).json(body).send()
    }

    /// Removes.
    pub fn delete(&self, path: &str) -> Reply {
        self.request(Method::DELETE, path).send()
    }

    /// Sends all requests at once.
    pub fn all(&self, requests: Vec<Request>) -> Vec<Reply> {
        self.handle.block_on(async {
            let tasks: Vec<_> =
                requests.into_iter().map(|request| tokio::spawn(request.exchange())).collect();
            let mut replies = Vec::with_capacity(tasks.len());
            for task in tasks {
                replies.push(task.await.expect("every request is answered"));
            }
            replies
        })
    }

    /// Reads until the answer is right.
    #[track_caller]
    pub fn get_until(&self, path: &str, right: impl Fn(&Value) -> bool) -> Value {
        until(path, || Some(self.get(path).expect(200)).filter(|answer| right(answer)))
    }

    /// An API key of the account with these scopes.
    pub fn api_key(&self, scopes: &[&str]) -> Self {
        let body = json!({"name": "test", "scopes": scopes});
        let key = self.post("/v1/api_keys", &body).expect(201);
        self.with_token(text(&key, "key"))
    }

    /// Asks for a top-up.
    pub fn topup(&self, body: &Value) -> Value {
        self.post("/v1/topups", body).expect(201)
    }

    /// Lets coins arrive at a top-up's address.
    pub fn deposit(&self, topup: &Value, body: &Value) -> Value {
        let path = format!("/v1/test/topups/{}/deposits", text(topup, "id"));
        self.post(&path, body).expect(201)
    }

    /// Fills the treasury with this much: the live one from 200.00 on, else the sandbox.
    pub fn fund(&self, amount: &str) -> Value {
        let topup = self.topup(&json!({"amount_usd": amount}));
        self.deposit(&topup, &json!({}))
    }

    /// Issues a virtual card with this much on it; gives its id.
    pub fn card(&self, load: Option<&str>) -> String {
        let card = json!({"type": "virtual", "bin": "489517", "load_usd": load});
        text(&self.post("/v1/cards", &card).expect(201), "id").to_owned()
    }

    /// Lets a merchant ask for money from a card.
    pub fn authorize(&self, card: &str, body: &Value) -> Value {
        self.post(&format!("/v1/test/cards/{card}/authorizations"), body).expect(201)
    }

    /// What the treasury has available.
    pub fn available(&self) -> String {
        super::usd(&self.get("/v1/balance").expect(200), "available_usd")
    }

    /// All that the account holds, for comparing before and after.
    pub fn holdings(&self) -> Vec<Value> {
        let lists = [
            "balance/history",
            "topups",
            "cards",
            "transactions",
            "withdrawals",
            "disputes",
            "webhooks",
        ];
        let read = |list| self.get(&format!("/v1/{list}?limit=100")).expect(200);
        let mut holdings: Vec<_> = lists.into_iter().map(read).collect();
        let mut balance = self.get("/v1/balance").expect(200);
        // A treasury that was never used is empty as of now.
        for part in ["/updated_at", "/live/updated_at", "/sandbox/updated_at"] {
            *balance.pointer_mut(part).expect("a documented field") = Value::Null;
        }
        // Whether a receiver answers meanwhile is nobody's doing here.
        for webhook in holdings[6]["data"].as_array_mut().expect("a list") {
            webhook["failing"] = Value::Null;
        }
        holdings.push(balance);
        holdings
    }
}

/// An address on an EVM chain that no other test uses.
pub fn fresh_address() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("0xab{:022x}{number:016x}", std::process::id())
}

/// Asks again until there is an answer, or it is late.
#[track_caller]
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < SOON, "{what}: not in time");
        std::thread::sleep(POLL);
    }
}
