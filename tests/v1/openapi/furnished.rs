//! An account that has several of everything, so that requests that are made up find something to
//! act on: much of it is cancelled, revoked or paid out on the way.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{Agent, Client, PASSWORD, Server, fresh_address, plastic, text};

/// How many there are of what a request can use up.
const MANY: usize = 12;

/// Ids and other words by the names that `schemathesis.toml` has for them.
#[derive(Default)]
pub struct Words(Vec<(&'static str, Vec<String>)>);

impl Words {
    fn add(&mut self, name: &'static str, words: Vec<String>) {
        self.0.push((name, words));
    }

    /// As tables of a TOML file.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for (name, words) in &self.0 {
            // An array of texts reads the same in JSON.
            let values = json!(words);
            writeln!(text, "\n[dictionaries.{name}]\nvalues = {values}").expect("text grows");
        }
        text
    }
}

/// Makes the account; gives its session and the words of what it has.
pub fn furnished(server: &Server) -> (Client, Words) {
    let email = Server::email();
    let body = json!({"email": email, "password": PASSWORD});
    let account = server.client().post("/v1/accounts", &body).expect(201);
    let client = server.client().signed_in(text(&account, "id"), text(&account, "token"));
    client.fund("50000");
    let mut words = Words::default();
    words.add("emails", vec![email]);
    words.add("passwords", vec![PASSWORD.to_owned()]);
    words.add("topups", many(|| id(&client.topup(&json!({"amount_usd": 300})))));
    let cards = many(|| client.card(Some("300")));
    add_spending(&client, &cards, &mut words);
    let shipped = client.post("/v1/cards", &plastic()).expect(201);
    words.add("doomed_cards", many(|| client.card(Some("20"))));
    words.add("cards", [cards, vec![id(&shipped)]].concat());
    add_the_rest(server, &client, &mut words);
    // A code of an authenticator is waited for.
    client.post("/v1/accounts/me/totp", &json!({})).expect(200);
    (client, words)
}

fn many(make: impl FnMut() -> String) -> Vec<String> {
    std::iter::repeat_with(make).take(MANY).collect()
}

fn id(object: &Value) -> String {
    text(object, "id").to_owned()
}

/// Purchases and refunds, disputes of some of them, and evidence of one.
fn add_spending(client: &Client, cards: &[String], words: &mut Words) {
    let post = |path: &str, body: Value| client.post(path, &body).expect(201);
    let (mut authorizations, mut decided, mut captured) = (Vec::new(), Vec::new(), Vec::new());
    for card in cards {
        let bought = client.authorize(card, &json!({"amount_usd": 20}));
        let authorization = text(&bought, "authorization_id").to_owned();
        let path = format!("/v1/test/authorizations/{authorization}/capture");
        captured.push(id(&post(&path, json!({}))));
        authorizations.push(authorization);
        decided.push(id(&bought));
    }
    let refund = post(&format!("/v1/test/cards/{}/refunds", cards[0]), json!({"amount_usd": 5}));
    let declined = client.authorize(&cards[1], &json!({"amount_usd": 5_000}));
    words.add("transactions", [captured.clone(), vec![id(&refund), id(&declined)]].concat());
    words.add("authorizations", authorizations);
    words.add("decided", decided);
    let why = "Nobody here bought this.";
    let dispute = |step: &String| {
        let body = json!({"transaction_id": step, "reason": "fraud", "description": why});
        id(&post("/v1/disputes", body))
    };
    let disputes: Vec<_> = captured.iter().take(MANY / 2).map(dispute).collect();
    words.add("captured", captured);
    let file = json!({"type": "other", "filename": "a.txt", "content_type": "text/plain",
        "content_base64": "T3JkZXIgIzQ5MjEK"});
    let path = format!("/v1/disputes/{}/evidence", disputes[0]);
    let evidence = client.post(&path, &file).expect(200);
    words.add("evidence", vec![id(&evidence["evidence"][0])]);
    words.add("filed", vec![disputes[0].clone()]);
    words.add("disputes", disputes);
}

fn add_the_rest(server: &Server, client: &Client, words: &mut Words) {
    let made = |path: &str, body: Value| id(&client.post(path, &body).expect(201));
    words.add("withdrawals", {
        let wish = || json!({"amount_usd": 10, "chain": "bsc", "address": fresh_address()});
        many(|| made("/v1/withdrawals", wish()))
    });
    words.add("addresses", many(fresh_address));
    words.add("chains", vec!["bsc".to_owned()]);
    let hook = json!({"url": "https://hooks.example.com/cardium", "events": "*"});
    for name in ["webhooks", "doomed_webhooks"] {
        words.add(name, many(|| made("/v1/webhooks", hook.clone())));
    }
    words.add("events", vec![server.last_event(client.account())]);
    let question = json!({"subject": "A late card", "body": "It was shipped ten days ago."});
    words.add("tickets", many(|| made("/v1/tickets", question.clone())));
    let agent = || Agent::new(server, client, &["card:fund"]);
    // What is asked is void once its grant is changed or revoked.
    words.add("approvals", many(|| agent().ask(server)));
    words.add("grants", many(|| agent().grant));
    for name in ["api_keys", "doomed_keys"] {
        words.add(name, many(|| made("/v1/api_keys", json!({"name": "one of many"}))));
    }
}
