//! Plastic that an agent has sent somewhere: whoever gets it spends what is on it.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, Client, Reply, Server, address, items, plastic, text, usd},
};

on_both! {
    a_new_card_is_sent_where_its_owner_agrees;
    a_replacement_is_sent_where_its_owner_agrees;
    a_replacement_keeps_to_the_mandate;
}

/// An owner with money and an agent that may issue, and is asked for money above 1000.00 only.
fn hired(server: &Server) -> (Client, Agent) {
    let owner = server.sign_up();
    owner.fund("500.00");
    let agent = Agent::new(server, &owner, &["card:issue", "card:fund", "card:read"]);
    let mandate = json!({"per_transaction_usd": 1000, "approval_above_usd": 1000});
    owner.patch(&agent.path(), &json!({"mandate": mandate})).expect(200);
    (owner, agent)
}

/// An address that differs from the owner's in nothing but the street.
fn elsewhere() -> Value {
    let mut address = address();
    address["line1"] = json!("1 Main St");
    address
}

/// What was asked, as its owner is told.
fn asked(reply: &Reply) -> (String, String) {
    let told = reply.json();
    assert_eq!((reply.status, text(&told, "code")), (403, "approval_required"));
    let message = text(&told, "message");
    let named = ["“Ada Example”", "E14 5AB London", "GB"];
    assert!(named.iter().all(|word| message.contains(word)), "{message}");
    (text(&told, "approval_id").to_owned(), message.to_owned())
}

fn decide(owner: &Client, id: &str, decision: &str) {
    let path = format!("/v1/approvals/{id}/decision");
    owner.post(&path, &json!({"decision": decision})).expect(200);
}

fn a_new_card_is_sent_where_its_owner_agrees(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = hired(&server);
    let loaded = json!({"type": "physical", "shipping": address(), "load_usd": 10});
    for (wish, amount) in [(plastic(), Value::Null), (loaded, json!("10.20"))] {
        let issue = |wish: &Value| agent.client.post_once("/v1/cards", wish, &wish.to_string());
        let before = owner.get("/v1/cards").expect(200);
        let (id, message) = asked(&issue(&wish));
        assert_eq!(message.contains("load"), !amount.is_null(), "{message}");
        let question = owner.get(&format!("/v1/approvals/{id}")).expect(200);
        assert_eq!(question["amount_usd"].is_null(), amount.is_null(), "{question}");
        assert_eq!(owner.get("/v1/cards").expect(200), before);
        decide(&owner, &id, "approve");
        // The same words for another street are another question.
        let mut other = wish.clone();
        other["shipping"] = elsewhere();
        let (street, words) = asked(&issue(&other));
        assert_eq!(words, message);
        assert_ne!(street, id);
        decide(&owner, &street, "reject");
        issue(&other).expect_error(403, "approval_rejected", None);
        assert_eq!(issue(&wish).expect(201)["shipping"], address());
        assert!(issue(&wish).is_replay());
    }
    let virtual_card = json!({"type": "virtual", "bin": "489517"});
    agent.client.post("/v1/cards", &virtual_card).expect(201);
    // A trial asks nobody.
    let trial = agent.client.request(reqwest::Method::POST, "/v1/cards").json(&plastic());
    let trial = trial.header("Dry-Run", "true").send();
    trial.expect_error(403, "approval_required", None);
    assert_eq!(trial.json()["approval_id"], Value::Null);
    assert!(items(&owner.get("/v1/approvals?status=pending").expect(200)).is_empty());
}

fn a_replacement_is_sent_where_its_owner_agrees(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = hired(&server);
    let loaded = json!({"type": "physical", "shipping": address(), "load_usd": 400});
    let issued = owner.post("/v1/cards", &loaded).expect(201);
    let path = |card: &Value| format!("/v1/cards/{}", text(card, "id"));
    let card = owner.get(&path(&issued)).expect(200);
    let sent = json!({"reason": "lost", "shipping": elsewhere()});
    let replace = |card: &Value, body: &Value, key: &str| {
        agent.client.post_once(&format!("{}/replace", path(card)), body, key)
    };
    let (id, message) = asked(&replace(&card, &sent, "one"));
    assert!(message.contains(text(&card, "id")) && message.contains("its money"), "{message}");
    assert_eq!(owner.get(&path(&card)).expect(200), card, "nothing was done");
    let mut other = sent.clone();
    other["shipping"]["line2"] = Value::Null;
    let (street, _) = asked(&replace(&card, &other, "one"));
    assert_ne!(street, id);
    decide(&owner, &street, "reject");
    replace(&card, &other, "one").expect_error(403, "approval_rejected", None);
    decide(&owner, &id, "approve");
    let new = replace(&card, &sent, "one");
    assert_eq!(new.expect(200)["shipping"], elsewhere());
    assert_eq!(usd(&new.json(), "balance_usd"), "400.00");
    assert!(replace(&card, &sent, "one").is_replay());
    // It goes where the last one went: nobody is asked.
    let again = replace(&new.json(), &json!({"reason": "damaged"}), "two").expect(200);
    assert_eq!(again["shipping"], elsewhere());
    // Nothing is sent anywhere of a card without plastic.
    let light = json!({"id": owner.card(None)});
    replace(&light, &sent, "three").expect(200);
}

fn a_replacement_keeps_to_the_mandate(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = hired(&server);
    let card = owner.card(None);
    let replace = |card: &str| {
        agent.client.post(&format!("/v1/cards/{card}/replace"), &json!({"reason": "lost"}))
    };
    let own = json!({"type": "virtual", "bin": "489517"});
    let own = agent.client.post("/v1/cards", &own).expect(201);
    owner.patch(&agent.path(), &json!({"mandate": {"merchants": ["SHOP1"]}})).expect(200);
    replace(&card).expect_error(403, "mandate_exceeded", None);
    let own = replace(text(&own, "id")).expect(200);
    assert_eq!(own["grant_id"], json!(agent.grant));
    agent.alter(&server, "merchants = '', mandate_expires_at = 1");
    replace(&card).expect_error(403, "mandate_exceeded", None);
    replace(text(&own, "id")).expect_error(403, "mandate_exceeded", None);
    agent.client.post("/v1/cards", &plastic()).expect_error(403, "mandate_exceeded", None);
}
