//! Credit of disputes that an agent files: it is money that the agent may spend.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, Client, Server, text, usd},
};

on_both! {
    what_is_spent_does_not_come_back_by_disputes;
    the_owner_is_asked_for_a_dispute_as_for_a_load;
}

/// An owner with money, and an agent with a card that was loaded with 40.00.
fn shopping(server: &Server) -> (Client, Agent, String) {
    let owner = server.sign_up();
    owner.fund("500.00");
    let scopes = ["card:issue", "card:fund", "card:read", "dispute:write"];
    let agent = Agent::new(server, &owner, &scopes);
    let wish = json!({"type": "virtual", "bin": "489517", "load_usd": 40});
    let card = text(&agent.client.post("/v1/cards", &wish).expect(201), "id").to_owned();
    (owner, agent, card)
}

/// Buys for this much; gives a dispute of it.
fn buy(owner: &Client, card: &str, amount: i64) -> Value {
    let bought = owner.authorize(card, &json!({"amount_usd": amount}));
    let path = format!("/v1/test/authorizations/{}/capture", text(&bought, "authorization_id"));
    let captured = owner.post(&path, &json!({})).expect(201);
    json!({"transaction_id": captured["id"], "reason": "duplicate",
        "description": "It was charged twice."})
}

fn what_is_spent_does_not_come_back_by_disputes(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent, card) = shopping(&server);
    // The load took 40.80 with its fee.
    owner.patch(&agent.path(), &json!({"mandate": {"total_usd": 50}})).expect(200);
    let (large, small) = (buy(&owner, &card, 30), buy(&owner, &card, 8));
    let file = |client: &Client, wish: &Value| client.post("/v1/disputes", wish);
    let refused = file(&agent.client, &large).expect_error(403, "mandate_exceeded", None);
    let message = text(&refused, "message");
    assert!(message.contains("9.20") && message.contains("30.00"), "{message}");
    let balance = || usd(&owner.get(&format!("/v1/cards/{card}")).expect(200), "balance_usd");
    assert_eq!(balance(), "2.00");
    file(&agent.client, &small).expect(201);
    assert_eq!(balance(), "10.00");
    let spent = || usd(&agent.seen_by(&owner)["spent"]["live"], "total_usd");
    assert_eq!(spent(), "48.80");
    // Its owner files what it may not, and spends nothing of its mandate.
    file(&owner, &large).expect(201);
    assert_eq!((balance(), spent()), ("40.00".to_owned(), "48.80".to_owned()));
    let other = buy(&owner, &card, 1);
    owner.patch(&agent.path(), &json!({"mandate": {"merchants": ["SHOP1"]}})).expect(200);
    let foreign = buy(&owner, &owner.card(Some("5.00")), 1);
    file(&agent.client, &foreign).expect_error(403, "mandate_exceeded", None);
    file(&agent.client, &other).expect(201);
}

fn the_owner_is_asked_for_a_dispute_as_for_a_load(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent, card) = shopping(&server);
    owner.patch(&agent.path(), &json!({"mandate": {"approval_above_usd": 10}})).expect(200);
    let [first, second] = [12, 13].map(|amount| buy(&owner, &card, amount));
    for (wish, decision) in [(&first, "approve"), (&second, "reject")] {
        let key = wish.to_string();
        let file = || agent.client.post_once("/v1/disputes", wish, &key);
        let asked = file();
        assert_eq!((asked.status, text(&asked.json(), "code")), (403, "approval_required"));
        let id = text(&asked.json(), "approval_id").to_owned();
        let question = owner.get(&format!("/v1/approvals/{id}")).expect(200);
        assert_eq!(
            (&question["operation"], &question["card_id"]),
            (&json!("file_dispute"), &json!(card))
        );
        assert!(text(&question, "summary").contains(text(wish, "transaction_id")));
        let path = format!("/v1/approvals/{id}/decision");
        owner.post(&path, &json!({"decision": decision})).expect(200);
        match decision {
            "approve" => assert_eq!(file().expect(201)["status"], "opened"),
            _ => drop(file().expect_error(403, "approval_rejected", None)),
        }
    }
}
