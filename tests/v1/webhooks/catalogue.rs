//! Every event of the published catalogue, caused through a public door and received.

use std::collections::{BTreeMap, BTreeSet};

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    delivery::subscribe,
    receiver::{Received, Receiver},
};
use crate::{
    on_both,
    support::{Agent, Authenticator, Client, PASSWORD, Server, assert_exit, items, text, until},
};

on_both! {
    every_published_event_arrives;
}

/// The published catalogue, and what was added to it for agents: each event with the word of its
/// object and the beginning of its id.
const CATALOGUE: [(&str, &str, &str); 39] = [
    ("account.created", "account", "acc_"),
    ("account.signed_in", "account", "acc_"),
    ("account.signed_out", "account", "acc_"),
    ("account.password_changed", "account", "acc_"),
    ("account.totp_enabled", "account", "acc_"),
    ("account.totp_disabled", "account", "acc_"),
    ("topup.created", "topup", "top_"),
    ("topup.confirmed", "topup", "top_"),
    ("topup.expired", "topup", "top_"),
    ("topup.cancelled", "topup", "top_"),
    ("topup.error", "topup", "top_"),
    ("card.issued", "card", "card_"),
    ("card.loaded", "card", "card_"),
    ("card.unloaded", "card", "card_"),
    ("card.frozen", "card", "card_"),
    ("card.unfrozen", "card", "card_"),
    ("card.cancelled", "card", "card_"),
    ("card.replaced", "card", "card_"),
    ("transaction.authorized", "transaction", "tx_"),
    ("transaction.captured", "transaction", "tx_"),
    ("transaction.refunded", "transaction", "tx_"),
    ("transaction.declined", "transaction", "tx_"),
    ("transaction.reversed", "transaction", "tx_"),
    ("dispute.opened", "dispute", "dp_"),
    ("dispute.responded", "dispute", "dp_"),
    ("dispute.won", "dispute", "dp_"),
    ("dispute.lost", "dispute", "dp_"),
    ("withdrawal.created", "withdrawal", "wd_"),
    ("withdrawal.broadcasted", "withdrawal", "wd_"),
    ("withdrawal.confirmed", "withdrawal", "wd_"),
    ("withdrawal.failed", "withdrawal", "wd_"),
    ("grant.created", "grant", "grant_"),
    ("grant.updated", "grant", "grant_"),
    ("grant.revoked", "grant", "grant_"),
    ("approval.requested", "approval", "apr_"),
    ("approval.approved", "approval", "apr_"),
    ("approval.rejected", "approval", "apr_"),
    ("system.maintenance", "announcement", "ann_"),
    ("system.deprecation", "announcement", "ann_"),
];

/// A body that a receiver's limit might refuse would be lost: 20 kB is what they all take.
const LARGEST_BODY: usize = 20_000;
/// The password that the account changes to.
const CHANGED: &str = "another horse, another battery";
/// Beyond the hour that a top-up waits.
const PAST_THE_WINDOW: u64 = 3_700;
const TRON: &str = "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G";

/// What should have happened: the event, the id of its object and the book.
type Told = (&'static str, String, &'static str);

/// An account that does everything there is.
struct Story<'a> {
    server: &'a Server,
    client: Client,
    /// What must be in no event.
    secrets: BTreeSet<String>,
    /// What it should have been told of, in order.
    told: Vec<Told>,
}

impl Story<'_> {
    fn tell(&mut self, event: &'static str, object: &Value) {
        let mode = if object["mode"] == "sandbox" { "sandbox" } else { "live" };
        self.told.push((event, text(object, "id").to_owned(), mode));
    }

    fn tell_account(&mut self, event: &'static str) {
        self.told.push((event, self.client.account().to_owned(), "live"));
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self.client.post(path, body);
        assert!((200..300).contains(&reply.status), "{path}: {}", reply.status);
        reply.json()
    }

    fn secret(&mut self, of: &Value, fields: &[&str]) {
        self.secrets.extend(fields.iter().map(|field| text(of, field).to_owned()));
    }
}

fn account(story: &mut Story<'_>) {
    story.tell_account("account.created");
    let me = story.client.get("/v1/accounts/me").expect(200);
    let body = json!({"email": me["email"], "password": PASSWORD});
    let session = story.server.client().post("/v1/sessions", &body).expect(200);
    story.secret(&session, &["token"]);
    story.tell_account("account.signed_in");
    story.client.with_token(text(&session, "token")).delete("/v1/sessions").expect(204);
    story.tell_account("account.signed_out");
    let body = json!({"current_password": PASSWORD, "new_password": CHANGED});
    story.client.patch("/v1/accounts/me", &body).expect(200);
    story.tell_account("account.password_changed");
    let (authenticator, codes) = Authenticator::set_up(story.server, &story.client);
    story.secrets.extend(codes);
    story.tell_account("account.totp_enabled");
    let code = authenticator.code(story.server, 1);
    let body = json!({"password": CHANGED, "code": code});
    story.client.request(Method::DELETE, "/v1/accounts/me/totp").json(&body).send().expect(204);
    story.tell_account("account.totp_disabled");
}

fn topups(story: &mut Story<'_>) {
    let topup = |story: &mut Story<'_>, amount: u32| {
        let topup = story.client.topup(&json!({"amount_usd": amount}));
        story.tell("topup.created", &topup);
        topup
    };
    for amount in [50, 900] {
        let paid = topup(story, amount);
        story.client.deposit(&paid, &json!({}));
        story.tell("topup.confirmed", &paid);
    }
    let given_up = topup(story, 60);
    story.post(&format!("/v1/topups/{}/cancel", text(&given_up, "id")), &json!({}));
    story.tell("topup.cancelled", &given_up);
    let undone = topup(story, 300);
    story.client.deposit(&undone, &json!({"reverted": true}));
    story.tell("topup.error", &undone);
    let forgotten = topup(story, 70);
    story.server.advance(PAST_THE_WINDOW);
    let path = format!("/v1/topups/{}", text(&forgotten, "id"));
    story.client.get_until(&path, |topup| topup["expired"] == true);
    story.tell("topup.expired", &forgotten);
}

fn card(story: &mut Story<'_>, mode: &str) {
    let body = json!({"type": "virtual", "bin": "489517", "load_usd": 20, "mode": mode});
    let card = story.post("/v1/cards", &body);
    story.tell("card.issued", &card);
    let revealed = story.client.get(&format!("/v1/cards/{}/pan", text(&card, "id")));
    story.secret(&revealed.expect(200), &["pan", "cvv"]);
    let act = |story: &mut Story<'_>, verb: &str, body: Value, event: &'static str| {
        story.post(&format!("/v1/cards/{}/{verb}", text(&card, "id")), &body);
        story.tell(event, &card);
    };
    act(story, "load", json!({"amount_usd": 5}), "card.loaded");
    act(story, "unload", json!({"amount_usd": 1}), "card.unloaded");
    act(story, "freeze", json!({}), "card.frozen");
    act(story, "unfreeze", json!({}), "card.unfrozen");
    let path = format!("/v1/cards/{}/replace", text(&card, "id"));
    let new = story.post(&path, &json!({"reason": "lost"}));
    story.tell("card.replaced", &new);
    story.post(&format!("/v1/cards/{}/cancel", text(&new, "id")), &json!({}));
    story.tell("card.cancelled", &new);
}

fn spending(story: &mut Story<'_>) {
    let card = story.post(
        "/v1/cards",
        &json!({"type": "virtual", "bin": "489517", "load_usd": 100, "mode": "live"}),
    );
    story.tell("card.issued", &card);
    let id = text(&card, "id").to_owned();
    let declined = story.client.authorize(&id, &json!({"amount_usd": 5_000}));
    story.tell("transaction.declined", &declined);
    let mut dispute = |endings: &[(&str, &'static str)]| {
        let (authorized, captured) = buy(story, &id, "capture");
        story.tell("transaction.authorized", &authorized);
        story.tell("transaction.captured", &captured);
        let wish = json!({"transaction_id": captured["id"], "reason": "duplicate",
            "description": "Charged twice."});
        let dispute = story.post("/v1/disputes", &wish);
        story.tell("dispute.opened", &dispute);
        for (to, event) in endings {
            let path = format!("/v1/test/disputes/{}/advance", text(&dispute, "id"));
            story.post(&path, &json!({"to": to}));
            story.tell(event, &dispute);
        }
    };
    dispute(&[("responded", "dispute.responded"), ("won", "dispute.won")]);
    dispute(&[("lost", "dispute.lost")]);
    let (authorized, reversed) = buy(story, &id, "reverse");
    story.tell("transaction.authorized", &authorized);
    story.tell("transaction.reversed", &reversed);
    let path = format!("/v1/test/cards/{id}/refunds");
    let refunded = story.post(&path, &json!({"amount_usd": 3}));
    story.tell("transaction.refunded", &refunded);
}

/// An authorization, and what then becomes of it.
fn buy(story: &Story<'_>, card: &str, verb: &str) -> (Value, Value) {
    let made = story.client.authorize(card, &json!({"amount_usd": 10}));
    let id = text(&made, "authorization_id");
    let next = story.post(&format!("/v1/test/authorizations/{id}/{verb}"), &json!({}));
    (made, next)
}

fn withdrawals(story: &mut Story<'_>) {
    for (to, event) in [("confirmed", "withdrawal.confirmed"), ("failed", "withdrawal.failed")] {
        let wish = json!({"amount_usd": 20, "chain": "tron", "address": TRON, "mode": "live"});
        let made = story.post("/v1/withdrawals", &wish);
        story.tell("withdrawal.created", &made);
        let path = format!("/v1/test/withdrawals/{}/settlement", text(&made, "id"));
        story.post(&path, &json!({"to": "broadcasted"}));
        story.tell("withdrawal.broadcasted", &made);
        story.post(&path, &json!({"to": to}));
        story.tell(event, &made);
    }
}

/// An agent that asks before each payment, and is told yes and no.
fn agents(story: &mut Story<'_>) {
    let agent = Agent::new(story.server, &story.client, &["card:fund"]);
    story.secrets.insert(agent.client.token().to_owned());
    let grant = agent.seen_by(&story.client);
    story.tell("grant.created", &grant);
    let change = json!({"mandate": {"approval_above_usd": 0}});
    story.client.patch(&agent.path(), &change).expect(200);
    story.tell("grant.updated", &grant);
    let load = format!("/v1/cards/{}/load", story.client.card(None));
    let issued = story.client.get("/v1/cards?sort=-created_at&limit=1").expect(200);
    story.tell("card.issued", &items(&issued)[0]);
    for (amount, decision, event) in
        [(1, "approve", "approval.approved"), (2, "reject", "approval.rejected")]
    {
        let asked = agent.client.post(&load, &json!({"amount_usd": amount}));
        assert_eq!(asked.status, 403);
        let id = text(&asked.json(), "approval_id").to_owned();
        let approval = story.client.get(&format!("/v1/approvals/{id}")).expect(200);
        story.tell("approval.requested", &approval);
        let body = json!({"decision": decision, "password": CHANGED});
        story.client.post(&format!("/v1/approvals/{id}/decision"), &body).expect(200);
        story.tell(event, &approval);
    }
    story.client.delete(&agent.path()).expect(204);
    story.tell("grant.revoked", &grant);
}

fn announcements(story: &mut Story<'_>) {
    for (kind, event) in
        [("maintenance", "system.maintenance"), ("deprecation", "system.deprecation")]
    {
        let told = story.server.command(&["announce", kind, "--message", "We move house."]);
        assert_exit(&told, 0);
        let id = told.output.split(' ').next().expect("the id comes first");
        story.told.push((event, id.to_owned(), "live"));
        // The next one is not spread before this one, but it may be told of in the same moment.
        let told = format!("/v1/activity?object_id={id}");
        story.client.get_until(&told, |list| items(list).len() == 1);
    }
}

fn every_published_event_arrives(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let receiver = Receiver::start(&[]);
    let client = server.sign_up();
    let opened = client.get("/v1/activity?type=account.created").expect(200);
    let opened = text(&items(&opened)[0], "event_id").to_owned();
    let secret = subscribe(&client, &receiver, &json!("*"));
    let webhook = text(&items(&client.get("/v1/webhooks").expect(200))[0], "id").to_owned();
    // No endpoint can be there before its account is, so its owner asks for that one event.
    client.post(&format!("/v1/webhooks/{webhook}/replay/{opened}"), &json!({})).expect(200);
    let secrets = [PASSWORD, CHANGED, client.token(), &secret].map(str::to_owned);
    let mut story = Story { server: &server, client, secrets: secrets.into(), told: Vec::new() };
    account(&mut story);
    topups(&mut story);
    card(&mut story, "live");
    card(&mut story, "sandbox");
    spending(&mut story);
    withdrawals(&mut story);
    agents(&mut story);
    announcements(&mut story);
    let received = distinct(&receiver, story.told.len());
    for one in &received {
        assert!(one.body.len() < LARGEST_BODY, "{} bytes", one.body.len());
        assert_keeps(&String::from_utf8_lossy(&one.body), &story.secrets);
    }
    let mut events: Vec<Value> = received.iter().map(|one| one.verified(&secret)).collect();
    events.sort_by_key(|event| event["account_seq"].as_i64());
    assert_eq!(events.iter().map(told_of).collect::<Vec<_>>(), as_text(&story.told));
    assert_numbered(&events);
    let seen: BTreeSet<&str> = events.iter().map(|event| text(event, "type")).collect();
    let published: BTreeSet<&str> = CATALOGUE.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(seen, published);
}

/// Waits until this many events came. An event may come more than once.
fn distinct(receiver: &Receiver, count: usize) -> Vec<Received> {
    until("every event", || {
        let mut seen = BTreeSet::new();
        let mut received = receiver.received();
        received.retain(|one| seen.insert(one.header("cryptocardium-event-id").to_owned()));
        Some(received).filter(|received| received.len() >= count)
    })
}

fn as_text(told: &[Told]) -> Vec<(String, String, String)> {
    let owned = |(event, id, mode): &Told| ((*event).to_owned(), id.clone(), (*mode).to_owned());
    told.iter().map(owned).collect()
}

/// The event, its object's id and its mode, once they fit each other and the catalogue.
fn told_of(event: &Value) -> (String, String, String) {
    let (name, object) = (text(event, "type"), &event["data"]["object"]);
    let known = CATALOGUE.iter().find(|(known, _, _)| *known == name);
    let (_, word, prefix) = known.unwrap_or_else(|| panic!("{name} is not in the catalogue"));
    assert_eq!((text(event, "object"), text(object, "object")), ("event", *word), "{name}");
    let id = text(object, "id");
    assert!(id.starts_with(prefix), "{name} tells of {id}");
    let mode = text(event, "mode");
    assert!(object.get("mode").is_none_or(|shown| shown == mode), "{name} is {mode}: {object}");
    (name.to_owned(), id.to_owned(), mode.to_owned())
}

/// Numbers are dense, moments never run back, and every object's version rises. An account does
/// not change when somebody signs in or out.
fn assert_numbered(events: &[Value]) {
    let mut versions: BTreeMap<&str, i64> = BTreeMap::new();
    let mut last = "";
    for (place, event) in (1..).zip(events) {
        assert_eq!(event["account_seq"], json!(place));
        let (name, id) = (text(event, "type"), text(&event["data"]["object"], "id"));
        let version = event["object_version"].as_i64().expect("a version is a number");
        let least = versions.insert(id, version).map_or(1, |before| {
            if name.starts_with("account.signed_") { before } else { before + 1 }
        });
        assert!(version >= least, "{name}: version {version} of {id}, at least {least}");
        assert!(text(event, "created_at") >= last, "{name} is dated before the last");
        last = text(event, "created_at");
    }
}

/// A CVV of three digits is part of many a number, so those are compared with whole values.
fn assert_keeps(body: &str, secrets: &BTreeSet<String>) {
    for word in ["whsec_", "ccm_", "sess_", "\"cvv", "password", "signing_secret"] {
        let named = body.replace("account.password_changed", "");
        assert!(!named.contains(word), "{word} is in {body}");
    }
    for secret in secrets {
        let found = if secret.len() > 4 {
            body.contains(secret.as_str())
        } else {
            body.contains(&format!("\"{secret}\"")) || body.contains(&format!(":{secret},"))
        };
        assert!(!found, "{secret} is in {body}");
    }
}
