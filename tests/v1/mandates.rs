//! What an agent may spend, and whom it has to ask, through HTTP.

use cardium_auth::{
    Scope,
    grants::{Mandate, NewGrant, Reveal},
};
use cardium_kernel::Money;
use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Reply, Server, fresh_address, text},
};

on_both! {
    above_the_bound_the_owner_is_asked_and_the_same_request_runs_once;
    what_the_mandate_does_not_cover_is_refused;
    a_number_is_revealed_as_it_was_granted;
    an_agents_card_keeps_to_its_mandate_until_its_owner_takes_it_over;
    while_everything_is_stopped_nothing_leaves;
    a_card_is_taken_over_by_an_owner_who_is_there;
    agents_replay_no_answers_but_their_own;
}

fn agent(server: &Server, owner: &Client, change: impl FnOnce(&mut NewGrant)) -> Client {
    let granting = server.granting();
    let tenant = granting.tenant(owner.token());
    let mut new = granting.terms(tenant.account, Scope::ALL);
    change(&mut new);
    server.wait(granting.agree(tenant, &new));
    owner.with_token(&server.wait(granting.token(&new)))
}

fn funded(server: &Server) -> Client {
    let owner = server.sign_up();
    owner.fund("500.00");
    owner
}

fn withdrawal() -> Value {
    json!({"amount_usd": 30, "chain": "bsc", "address": fresh_address()})
}

/// What takes money out of the treasury, as a path and a body.
fn spending(card: &str) -> [(String, Value); 3] {
    [
        (format!("/v1/cards/{card}/load"), json!({"amount_usd": 30})),
        (
            "/v1/cards".to_owned(),
            json!({"type": "virtual", "bin": "489517", "load_usd": 30, "label": "Agent's"}),
        ),
        ("/v1/withdrawals".to_owned(), withdrawal()),
    ]
}

/// What the owner's browser is shown at a link of this server.
#[track_caller]
fn followed(owner: &Client, link: &str) -> String {
    let path = link.strip_prefix(owner.base()).expect("a link to this server");
    let cookie = format!("cardium={}", owner.token());
    let page = owner.request(reqwest::Method::GET, path).header("Cookie", &cookie).send();
    assert_eq!(page.status, 200, "{link}");
    String::from_utf8(page.body).expect("pages are text")
}

fn decide(owner: &Client, asked: &Reply, decision: &str) {
    let id = text(&asked.json(), "approval_id").to_owned();
    let body = json!({"decision": decision});
    owner.post(&format!("/v1/approvals/{id}/decision"), &body).expect(200);
}

fn above_the_bound_the_owner_is_asked_and_the_same_request_runs_once(backend: Backend) {
    let server = Server::shared(backend);
    let owner = funded(&server);
    let card = owner.card(None);
    let bound = |new: &mut NewGrant| new.mandate.approval_above = Some(Money::usd(2_000));
    let agent = agent(&server, &owner, bound);
    for (path, body) in spending(&card) {
        let ask =
            |key: &str| agent.request(reqwest::Method::POST, &path).json(&body).key(key).send();
        let first = format!("{path} one");
        let asked = ask(&first);
        assert_eq!((asked.status, text(&asked.json(), "code")), (403, "approval_required"));
        let page = followed(&owner, text(&asked.json(), "approval_url"));
        let form = format!("action=\"/approvals/{}\"", text(&asked.json(), "approval_id"));
        assert!(page.contains(&form), "{page}");
        let again = ask(&first);
        assert_eq!(again.json()["approval_id"], asked.json()["approval_id"]);
        decide(&owner, &asked, "approve");
        let done = ask(&first);
        assert!(done.status < 300, "{path}: {}", done.status);
        let replayed = ask(&first);
        assert_eq!(replayed.header("idempotency-replayed"), Some("true"), "{path}");
        let second = format!("{path} two");
        let asked = ask(&second);
        assert_eq!(text(&asked.json(), "code"), "approval_required");
        decide(&owner, &asked, "reject");
        ask(&second).expect_error(403, "approval_rejected", None);
    }
    // At most the bound: nobody is asked.
    let small = json!({"amount_usd": 10});
    agent.post(&format!("/v1/cards/{card}/load"), &small).expect(200);
}

fn what_the_mandate_does_not_cover_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let owner = funded(&server);
    let card = owner.card(None);
    let bound = |new: &mut NewGrant| new.mandate.per_transaction = Some(Money::usd(2_999));
    let agent = agent(&server, &owner, bound);
    for ((path, body), sum) in spending(&card).into_iter().zip(["30.60", "30.60", "30.00"]) {
        let refused = agent.post(&path, &body).expect_error(403, "mandate_exceeded", None);
        let message = text(&refused, "message");
        assert!(message.contains("29.99") && message.contains(sum), "{refused}");
    }
}

fn a_number_is_revealed_as_it_was_granted(backend: Backend) {
    let server = Server::shared(backend);
    let owner = funded(&server);
    let with = |way| agent(&server, &owner, move |new| new.reveal = way);
    let (ask, link, always) = (with(Reveal::Ask), with(Reveal::Link), with(Reveal::Always));
    let bound = agent(&server, &owner, |new| new.mandate.merchants = vec!["SHOP1".to_owned()]);
    let get = |agent: &Client, card: &str| agent.get(&format!("/v1/cards/{card}/pan"));
    let post =
        |agent: &Client, card: &str| agent.post(&format!("/v1/cards/{card}/reveal"), &json!({}));
    for reveal in [&get as &dyn Fn(&Client, &str) -> Reply, &post] {
        let card = owner.card(None);
        reveal(&always, &card).expect(200);
        let refused = reveal(&link, &card).expect_error(403, "owner_must_open", None);
        let path = format!("/cards/{card}/number");
        assert_eq!(text(&refused, "url"), [owner.base(), &path].concat());
        assert!(followed(&owner, text(&refused, "url")).contains("name=\"form_token\""));
        let connections = followed(&owner, &format!("{}/connections", owner.base()));
        assert!(connections.contains(&format!("href=\"{path}\"")), "{connections}");
        // Not one of its own cards, and it may spend at these merchants only.
        reveal(&bound, &card).expect_error(403, "mandate_exceeded", None);
        let asked = reveal(&ask, &card);
        assert_eq!(text(&asked.json(), "code"), "approval_required");
        decide(&owner, &asked, "approve");
        reveal(&ask, &card).expect(200);
        let asked = reveal(&ask, &card);
        decide(&owner, &asked, "reject");
        reveal(&ask, &card).expect_error(403, "approval_rejected", None);
    }
}

fn an_agents_card_keeps_to_its_mandate_until_its_owner_takes_it_over(backend: Backend) {
    let server = Server::shared(backend);
    let owner = funded(&server);
    let agent = agent(&server, &owner, |new| {
        new.mandate = Mandate {
            per_transaction: Some(Money::usd(4_000)),
            merchants: vec!["SHOP1".to_owned()],
            mccs: vec!["5411".to_owned()],
            ..Mandate::default()
        };
    });
    let body = json!({"type": "virtual", "bin": "489517", "load_usd": 30});
    let issued = agent.post("/v1/cards", &body).expect(201);
    let card = text(&issued, "id");
    assert!(text(&issued, "grant_id").starts_with("grant_"), "{issued}");
    let buy = |merchant: &str, mcc: &str, amount: i64| {
        let body = json!({"amount_usd": amount, "merchant_id": merchant, "mcc": mcc});
        owner.post(&format!("/v1/test/cards/{card}/authorizations"), &body).expect(201)
    };
    assert_eq!(buy("SHOP1", "5411", 10)["status"], "authorized");
    for (merchant, mcc, amount, reason) in [
        ("SHOP2", "5411", 1, "agent_merchant_blocked"),
        ("SHOP1", "5999", 1, "agent_mcc_blocked"),
        ("SHOP1", "5411", 41, "agent_transaction_limit"),
    ] {
        let declined = buy(merchant, mcc, amount);
        assert_eq!(declined["status"], "declined", "{declined}");
        let id = text(&declined, "id");
        let decision = owner.get(&format!("/v1/transactions/{id}/decision")).expect(200);
        assert_eq!(decision["reason"], reason, "{decision}");
    }
    let path = format!("/v1/cards/{card}");
    let take_over = json!({"grant_id": null});
    agent.patch(&path, &take_over).expect_error(403, "mandate_exceeded", None);
    let other = json!({"grant_id": text(&issued, "grant_id")});
    owner.patch(&path, &other).expect_error(400, "invalid_field", Some("grant_id"));
    let key = owner.api_key(&["card:control"]);
    key.patch(&path, &take_over).expect_error(403, "session_required", None);
    let granting = server.granting();
    let tenant = granting.tenant(owner.token());
    server.wait(granting.lock(tenant));
    owner.patch(&path, &take_over).expect_error(403, "account_locked", None);
    server.wait(granting.unlock(tenant));
    owner.post(&format!("{path}/unfreeze"), &json!({})).expect(200);
    let freed = owner.patch(&path, &take_over).expect(200);
    assert_eq!(freed["grant_id"], Value::Null);
    assert_eq!(buy("SHOP2", "5999", 1)["status"], "authorized");
}

fn while_everything_is_stopped_nothing_leaves(backend: Backend) {
    let server = Server::shared(backend);
    let owner = funded(&server);
    let card = owner.card(None);
    let granting = server.granting();
    let tenant = granting.tenant(owner.token());
    server.wait(granting.lock(tenant));
    let frozen = owner.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(frozen["freeze_reason"], "account_locked");
    for (path, body) in spending(&card) {
        owner.post(&path, &body).expect_error(403, "account_locked", None);
    }
    let replace = format!("/v1/cards/{card}/replace");
    let lost = json!({"reason": "lost"});
    owner.post(&replace, &lost).expect_error(403, "account_locked", None);
    let unfreeze = owner.post(&format!("/v1/cards/{card}/unfreeze"), &json!({}));
    unfreeze.expect_error(403, "account_locked", None);
    server.wait(granting.unlock(tenant));
    owner.post(&format!("/v1/cards/{card}/unfreeze"), &json!({})).expect(200);
}

fn a_card_is_taken_over_by_an_owner_who_is_there(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let owner = funded(&server);
    let agent = agent(&server, &owner, |_| {});
    let body = json!({"type": "virtual", "bin": "489517", "load_usd": 30});
    let path = format!("/v1/cards/{}", text(&agent.post("/v1/cards", &body).expect(201), "id"));
    server.advance(601);
    let take_over = json!({"grant_id": null});
    owner.patch(&path, &take_over).expect_error(403, "step_up_required", None);
    owner.patch(&path, &json!({"label": "Still the agent's"})).expect(200);
}

fn agents_replay_no_answers_but_their_own(backend: Backend) {
    let server = Server::shared(backend);
    let owner = funded(&server);
    let agents = [agent(&server, &owner, |_| {}), agent(&server, &owner, |_| {})];
    for agent in &agents {
        let end = agent.request(reqwest::Method::DELETE, "/v1/grants/me");
        let reply = end.header("Idempotency-Key", "one key for all").send();
        assert_eq!(reply.header("Idempotency-Replayed"), None);
        assert!(reply.status < 300, "{}", reply.status);
    }
    for agent in &agents {
        assert_eq!(agent.get("/v1/balance").status, 401);
    }
}
