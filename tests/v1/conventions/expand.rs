//! `expand`: objects beside their ids, for who may see them.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Server, items, text},
};

on_both! {
    objects_stand_beside_their_ids;
    a_scope_is_not_widened;
    unknown_words_are_refused;
}

/// A dispute with the captured step that it is about.
fn disputed(client: &Client) -> (Value, Value) {
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let bought = client.authorize(&card, &json!({"amount_usd": 10}));
    let id = text(&bought, "authorization_id");
    let captured = client.post(&format!("/v1/test/authorizations/{id}/capture"), &json!({}));
    let captured = captured.expect(201);
    let wish = json!({"transaction_id": text(&captured, "id"), "reason": "fraud",
        "description": "This was not my doing."});
    (client.post("/v1/disputes", &wish).expect(201), captured)
}

fn objects_stand_beside_their_ids(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (dispute, captured) = disputed(&client);
    let other = client.card(Some("10.00"));
    client.authorize(&other, &json!({"amount_usd": 1}));
    let cards: Vec<Value> = items(&client.get("/v1/cards").expect(200)).to_vec();
    let path = format!("/v1/transactions/{}", text(&captured, "id"));
    let plain = client.get(&path).expect(200);
    assert!(plain.get("card").is_none() && plain.get("authorization").is_none());
    let whole = client.get(&format!("{path}?expand=card,authorization")).expect(200);
    let id = text(&captured, "authorization_id");
    let authorization = client.get(&format!("/v1/authorizations/{id}")).expect(200);
    assert_eq!(whole["authorization"], authorization);
    assert!(cards.contains(&whole["card"]), "{whole}");
    assert_eq!(whole["card"]["id"], plain["card_id"]);
    let many = client.get(&format!("{path}?expand[]=card&expand[]=authorization")).expect(200);
    assert_eq!(many, whole);
    // A page has each card beside its own steps.
    let list = client.get("/v1/transactions?expand=card").expect(200);
    assert_eq!(items(&list).len(), 3);
    for step in items(&list) {
        assert_eq!(step["card"]["id"], step["card_id"], "{step}");
        assert!(cards.contains(&step["card"]), "{step}");
    }
    let list = client.get(&format!("/v1/cards/{other}/transactions?expand=card")).expect(200);
    assert_eq!(items(&list)[0]["card"]["id"], other.as_str());
    let path = format!("/v1/disputes/{}", text(&dispute, "id"));
    assert!(client.get(&path).expect(200).get("transaction").is_none());
    let shown = client.get(&format!("{path}?expand=transaction")).expect(200);
    assert_eq!(shown["transaction"]["id"], shown["transaction_id"]);
    assert_eq!(shown["transaction"]["amount_usd"], captured["amount_usd"]);
}

fn a_scope_is_not_widened(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (dispute, captured) = disputed(&client);
    let step = format!("/v1/transactions/{}", text(&captured, "id"));
    let dispute = format!("/v1/disputes/{}", text(&dispute, "id"));
    let key = client.api_key(&["transaction:read"]);
    for path in [&step, "/v1/transactions"] {
        let refused = key.get(&format!("{path}?expand=card"));
        refused.expect_error(403, "insufficient_scope", None);
    }
    key.get(&format!("{step}?expand=authorization")).expect(200);
    let refused = client.api_key(&["dispute:read"]).get(&format!("{dispute}?expand=transaction"));
    refused.expect_error(403, "insufficient_scope", None);
    let both = client.api_key(&["dispute:read", "transaction:read", "card:read"]);
    both.get(&format!("{dispute}?expand=transaction")).expect(200);
    both.get(&format!("{step}?expand=card")).expect(200);
}

fn unknown_words_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (dispute, captured) = disputed(&client);
    for path in [
        "/v1/transactions?expand=authorization".to_owned(),
        "/v1/transactions?expand=card,".to_owned(),
        format!("/v1/transactions/{}?expand=dispute", text(&captured, "id")),
        format!("/v1/transactions/{}?expand[]=card&expand[]=x", text(&captured, "id")),
        format!("/v1/disputes/{}?expand=card", text(&dispute, "id")),
    ] {
        client.get(&path).expect_error(400, "invalid_field", Some("expand"));
    }
}
