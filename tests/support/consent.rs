//! The owner of an account at a browser: signs in, reads a consent page and answers it, over plain
//! HTTP. It follows redirects and fills in forms as they are, so a page that changes its hidden
//! fields or its address does not concern it.

use std::{collections::BTreeMap, sync::Mutex};

use reqwest::{Method, Response, Url, redirect::Policy};
use serde_json::json;
use tokio::runtime::Handle;

use super::{Client, PASSWORD, Server, text};

/// Hops between the link of a client and its answer: sign-in, consent and back.
const HOPS: usize = 12;

/// What the owner does with a form beyond leaving it as it is.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The scopes to tick, if not those that are ticked already.
    pub scopes: Option<Vec<String>>,
    /// Other fields, such as what may be spent.
    pub fields: Vec<(String, String)>,
}

impl Answer {
    /// Fills in a field.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// An account's owner, with a session for the API and a browser of its own.
pub struct Owner {
    /// The owner at the API.
    pub client: Client,
    email: String,
    handle: Handle,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Owner {
    /// Signs up. The browser is not signed in yet.
    pub fn sign_up(server: &Server) -> Self {
        Self::at(&server.client(), server.handle())
    }

    /// The same where this client asks.
    pub fn at(nobody: &Client, handle: Handle) -> Self {
        let email = Server::email();
        let body = json!({"email": email, "password": PASSWORD});
        let account = nobody.post("/v1/accounts", &body).expect(201);
        let client = nobody.signed_in(text(&account, "id"), text(&account, "token"));
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]);
        let http = http.redirect(Policy::none()).build().expect("a client is made");
        Self { client, email, handle, http, cookies: Mutex::default() }
    }

    /// Opens a client's link and answers what is asked there; gives the URL at which the client is
    /// answered.
    #[track_caller]
    pub fn follow(&self, link: &str, answer: &Answer) -> String {
        let start = Url::parse(link).expect("a client's link is a URL");
        let mut visit = self.get(&start);
        for _ in 0..HOPS {
            if let Some(location) = &visit.onward {
                let next = visit.url.join(location).expect("a redirect leads to a URL");
                if next.origin() != start.origin() {
                    return next.into();
                }
                visit = self.get(&next);
                continue;
            }
            let form = Form::find(&visit.html).unwrap_or_else(|| {
                panic!("{} {} has no form: {}", visit.status, visit.url, visit.html)
            });
            let fields = self.fill_in(&form, answer);
            let target = visit.url.join(&form.action).expect("a form has an address");
            visit = self.post(&target, &fields);
        }
        panic!("{link} leads in circles: {}", visit.url);
    }

    /// The same, and calls the client as a browser would.
    #[track_caller]
    pub fn follow_to_the_end(&self, link: &str, answer: &Answer) {
        let url = self.follow(link, answer);
        let response = self.handle.block_on(self.http.get(url).send());
        let status = response.expect("the client listens").status();
        assert!(status.is_success(), "{status}");
    }

    fn fill_in(&self, form: &Form, answer: &Answer) -> Vec<(String, String)> {
        let mut fields = form.fields.clone();
        if form.has("email") {
            set(&mut fields, "email", &self.email);
            set(&mut fields, "password", PASSWORD);
            return fields;
        }
        if let Some(scopes) = &answer.scopes {
            fields.retain(|(name, _)| name != "scope");
            fields.extend(scopes.iter().map(|scope| ("scope".to_owned(), scope.clone())));
        }
        for (name, value) in &answer.fields {
            set(&mut fields, name, value);
        }
        set(&mut fields, "decision", "allow");
        fields
    }

    fn get(&self, url: &Url) -> Visit {
        self.exchange(Method::GET, url, None)
    }

    fn post(&self, url: &Url, fields: &[(String, String)]) -> Visit {
        self.exchange(Method::POST, url, Some(fields))
    }

    fn exchange(&self, method: Method, url: &Url, fields: Option<&[(String, String)]>) -> Visit {
        let mut request = self.http.request(method, url.clone());
        let cookies = self.cookies.lock().expect("one thread browses");
        let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        drop(cookies);
        if !pairs.is_empty() {
            request = request.header("Cookie", pairs.join("; "));
        }
        if let Some(fields) = fields {
            let body: String =
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            request = request
                .header("Origin", url.origin().ascii_serialization())
                .header("Sec-Fetch-Site", "same-origin")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(body);
        }
        self.handle.block_on(async {
            let response = request.send().await.expect("the server answers");
            self.keep_cookies(&response);
            Visit::read(response).await
        })
    }

    fn keep_cookies(&self, response: &Response) {
        let mut cookies = self.cookies.lock().expect("one thread browses");
        for line in response.headers().get_all("Set-Cookie") {
            let line = line.to_str().expect("cookies are ASCII");
            let pair = line.split(';').next().expect("a split has a first part");
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
}

/// A page as it came.
struct Visit {
    url: Url,
    status: u16,
    html: String,
    /// Where it leads without anybody doing anything.
    onward: Option<String>,
}

impl Visit {
    async fn read(response: Response) -> Self {
        let (url, status) = (response.url().clone(), response.status().as_u16());
        let location = response.headers().get("Location").cloned();
        let location = location.map(|value| value.to_str().expect("it is ASCII").to_owned());
        let html = response.text().await.expect("the page arrives");
        let refresh = tags(&html, "meta").find(|tag| value(tag, "http-equiv").is_some());
        let refresh = refresh.and_then(|tag| value(tag, "content"));
        let refresh = refresh.and_then(|content| {
            let (_, location) = content.split_once("url=")?;
            Some(location.to_owned())
        });
        Self { url, status, html, onward: location.or(refresh) }
    }
}

/// A form with what it sends if nothing is changed.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The form of the page's content: the first that has fields of its own.
    fn find(html: &str) -> Option<Self> {
        let mut forms = html.split("<form ").skip(1).map(|rest| {
            let (form, _) = rest.split_once("</form>").expect("a form ends");
            let (head, content) = form.split_once('>').expect("a tag ends");
            let action = value(head, "action").expect("a form has an action");
            Self { action, fields: fields(content) }
        });
        forms.find(|form| !form.fields.is_empty() && !form.action.ends_with("/signout"))
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }
}

fn fields(content: &str) -> Vec<(String, String)> {
    let sent = tags(content, "input").filter_map(|tag| {
        let kind = value(tag, "type").unwrap_or_default();
        let choice = kind == "checkbox" || kind == "radio";
        if choice && !tag.split_whitespace().any(|word| word.trim_end_matches('/') == "checked") {
            return None;
        }
        Some((value(tag, "name")?, value(tag, "value").unwrap_or_default()))
    });
    let areas = content.split("<textarea ").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (typed, _) = rest.split_once("</textarea>")?;
        Some((value(tag, "name")?, plain(typed)))
    });
    sent.chain(areas).collect()
}

fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let start = format!("<{name} ");
    let tags: Vec<_> = html.split(start.as_str()).skip(1).collect();
    tags.into_iter().map(|rest| rest.split('>').next().expect("a split has a first part"))
}

/// The value of an attribute.
fn value(tag: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let place = tag.find(start.as_str()).filter(|place| {
        *place == 0 || tag.get(..*place).is_some_and(|before| before.ends_with(' '))
    })?;
    let rest = tag.get(place + start.len()..)?;
    rest.split('"').next().map(plain)
}

/// Text without its escapes.
fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (escape, character) in [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#x27;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        text = text.replace(escape, character);
    }
    text
}
