//! A client of the OAuth server, and an owner that answers it.

use cardium_app::accounts::StepUp;
use cardium_auth::{grants::MandateChange, oauth::ScopeRequest};
use cardium_http::oauth::consent::Choice;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::support::{Client, Reply, Request, Server, eventually, text};

/// The example of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const WEB: &str = "https://a.example/callback?a=b";

pub type Fields<'a> = [(&'a str, &'a str)];

/// A client that registered.
pub struct Agent {
    pub http: Client,
    pub id: String,
    pub registration: Value,
}

/// What a sound registration says.
pub fn sound() -> Value {
    json!({
        "client_name": "Test agent",
        "redirect_uris": [WEB, "http://localhost/callback"],
        "token_endpoint_auth_method": "none",
        "scope": "read cards:write",
    })
}

/// What an owner gives that gives all that is asked.
pub fn all_of(scope: &str) -> Choice {
    Choice {
        scopes: ScopeRequest::parse(scope).expect("a scope").scopes(),
        cards: None,
        reveal: None,
        mandate: MandateChange::default(),
        step_up: StepUp::FreshSession,
    }
}

impl Agent {
    pub fn register(server: &Server, metadata: &Value) -> Self {
        Self::at(server.client(), metadata)
    }

    /// The same where this client asks.
    pub fn at(http: Client, metadata: &Value) -> Self {
        // The first keys are made beside the first requests.
        let made = |keys: &Value| keys["keys"].as_array().is_some_and(|keys| !keys.is_empty());
        eventually("a key that signs", || {
            let keys: Value = serde_json::from_slice(&http.get("/oauth/jwks").body).ok()?;
            made(&keys).then_some(())
        });
        let registration = http.post("/oauth/register", metadata).expect(201);
        let id = text(&registration, "client_id").to_owned();
        Self { http, id, registration }
    }

    /// A request with a form.
    pub fn form(&self, path: &str, fields: &Fields<'_>) -> Request {
        let request = self.http.request(Method::POST, path);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        request.body(encoded(fields))
    }

    /// What a sound request for a code says.
    pub fn request<'a>(&'a self, scope: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("client_id", &self.id),
            ("redirect_uri", WEB),
            ("response_type", "code"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", scope),
            ("state", "x y"),
        ]
    }

    /// A link for an owner.
    pub fn link(&self, scope: &str) -> String {
        format!("{}/oauth/authorize?{}", self.http.base(), encoded(&self.request(scope)))
    }

    /// The code in a URL that the client is answered at.
    pub fn code_of(url: &str) -> String {
        find(&answered(url), "code").expect("a code").to_owned()
    }

    /// The owner's browser follows a link to the server.
    pub fn open(&self, owner: Option<&Client>, fields: &Fields<'_>) -> Reply {
        let path = format!("/oauth/authorize?{}", encoded(fields));
        let request = self.http.request(Method::GET, &path);
        let request = match owner {
            Some(owner) => request.header("Cookie", &format!("cardium={}", owner.token())),
            None => request,
        };
        request.send()
    }

    /// The id of the request that the owner is now asked about.
    pub fn ask(&self, owner: &Client, scope: &str) -> String {
        let reply = self.open(Some(owner), &self.request(scope));
        let location = location(&reply);
        let id = location.strip_prefix("/oauth/consent?request=");
        id.unwrap_or_else(|| panic!("{location}")).to_owned()
    }

    /// A code for all of a scope.
    pub fn code(&self, server: &Server, owner: &Client, scope: &str) -> String {
        let asked = self.ask(owner, scope);
        let url = server.answer(owner, &asked, Some(all_of(scope))).expect("the owner may");
        let (base, answer) = (self.http.base(), answered(&url));
        assert!(url.starts_with(&format!("{WEB}&")), "{url}");
        assert_eq!(find(&answer, "iss"), Some(base));
        assert_eq!(find(&answer, "state"), Some("x y"));
        find(&answer, "code").expect("a code").to_owned()
    }

    /// What a sound exchange of a code says.
    pub fn exchange<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", &self.id),
            ("redirect_uri", WEB),
            ("code_verifier", VERIFIER),
            ("code", code),
        ]
    }

    /// What a sound refresh says.
    pub fn refresh<'a>(&'a self, token: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![("grant_type", "refresh_token"), ("client_id", &self.id), ("refresh_token", token)]
    }

    pub fn token(&self, fields: &Fields<'_>) -> Reply {
        self.form("/oauth/token", fields).send()
    }

    /// Tokens for all of a scope.
    pub fn tokens(&self, server: &Server, owner: &Client, scope: &str) -> Value {
        let code = self.code(server, owner, scope);
        self.token(&self.exchange(&code)).expect(200)
    }

    /// A call of the API with an access token.
    pub fn call(&self, tokens: &Value, path: &str) -> Reply {
        self.http.with_token(text(tokens, "access_token")).get(path)
    }
}

pub fn encoded(fields: &Fields<'_>) -> String {
    let mut url = Url::parse("http://localhost/").expect("a URL");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

/// Where an answer sends the browser.
#[track_caller]
pub fn location(reply: &Reply) -> String {
    assert_eq!((reply.status, reply.header("Cache-Control")), (303, Some("no-store")), "{reply:?}");
    reply.header("Location").expect("a place to go").to_owned()
}

/// What the client is told in the URL.
pub fn answered(url: &str) -> Vec<(String, String)> {
    let url = Url::parse(url).expect("a URL");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value.as_str())
}

/// Passes a refusal in the form of RFC 6749.
#[track_caller]
pub fn expect_refused(reply: &Reply, status: u16, error: &str, why: &str) {
    assert_eq!((reply.status, reply.json()["error"].as_str()), (status, Some(error)), "{why}");
    assert!(reply.json()["error_description"].is_string(), "{why}");
    assert_eq!(reply.header("Cache-Control"), Some("no-store"), "{why}");
    assert_eq!(reply.header("Access-Control-Allow-Origin"), Some("*"), "{why}");
}
