//! Purchases that are not approved.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{FIELDS, balance, read, shopper};
use crate::{
    on_both,
    support::{Server, assert_fields, items, plastic, text},
};

on_both! {
    declines_say_why_and_move_nothing;
    a_card_is_not_overspent;
    simulations_are_refused_by_field;
}

fn declines_say_why_and_move_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let act = |card: &str, verb: &str| {
        client.post(&format!("/v1/cards/{card}/{verb}"), &json!({})).expect(200);
    };
    let plastic = client.post("/v1/cards", &plastic()).expect(201);
    let (frozen, cancelled) = (client.card(Some("10.00")), client.card(None));
    act(&frozen, "freeze");
    act(&cancelled, "cancel");
    let buy = |amount: &str| json!({"amount_usd": amount});
    let with_cvv = |cvv: &str| json!({"amount_usd": 1, "cvv": cvv});
    for (card, body, code, reason) in [
        (card.as_str(), buy("100.01"), "51", "insufficient_funds"),
        (&card, with_cvv("bad"), "05", "cvv_mismatch"),
        (&frozen, buy("1.00"), "62", "card_frozen"),
        (&frozen, with_cvv("bad"), "62", "card_frozen"),
        (text(&plastic, "id"), buy("1.00"), "78", "card_not_activated"),
        (&cancelled, buy("1.00"), "14", "card_closed"),
    ] {
        let before = (balance(&client, card), client.available());
        let declined = client.authorize(card, &body);
        assert_fields(&declined, &FIELDS);
        assert_eq!(
            (text(&declined, "status"), text(&declined, "auth_response_code")),
            ("declined", code)
        );
        assert_eq!(declined["decline"], json!({"code": reason}));
        assert_eq!(declined["authorization_id"], Value::Null);
        assert_eq!((balance(&client, card), client.available()), before, "{reason}");
        let shown = read(&client, &declined);
        assert_eq!(shown["related_ids"], json!([]));
        let path = format!("/v1/transactions/{}/auth", text(&declined, "id"));
        let details = client.get(&path).expect(200);
        assert_eq!(
            (text(&details, "response_code"), &details["fields"]["39"]),
            (code, &json!(code))
        );
        let mismatch = if reason == "cvv_mismatch" { json!("N") } else { Value::Null };
        assert_eq!(details["cvv_result"], mismatch, "{reason}");
    }
    let declined = client.get("/v1/transactions?status=declined").expect(200);
    assert_eq!(items(&declined).len(), 6);
}

fn a_card_is_not_overspent(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let path = format!("/v1/test/cards/{card}/authorizations");
    let request = |_| client.request(Method::POST, &path).json(&json!({"amount_usd": 10}));
    let replies = client.all((0..20).map(request).collect());
    let steps: Vec<_> = replies.iter().map(|reply| reply.expect(201)).collect();
    let approved = steps.iter().filter(|step| step["status"] == "authorized").count();
    assert_eq!((approved, balance(&client, &card)), (10, ["0.00".into(), "100.00".into()]));
}

fn simulations_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let before = (client.holdings(), server.events(client.account()));
    let path = format!("/v1/test/cards/{card}/authorizations");
    for (body, status, code, param) in [
        (json!({}), 400, "missing_required_field", "amount_usd"),
        (json!({"amount_usd": 0}), 400, "invalid_field", "amount_usd"),
        (json!({"amount_usd": "1.001"}), 422, "invalid_precision", "amount_usd"),
        (json!({"amount_usd": 1, "mcc": "58"}), 400, "invalid_field", "mcc"),
        (json!({"amount_usd": 1, "country": "pt"}), 400, "invalid_field", "country"),
        (json!({"amount_usd": 1, "cvv": "12"}), 400, "invalid_field", "cvv"),
        (json!({"amount_usd": 1, "merchant_name": ""}), 400, "invalid_field", "merchant_name"),
    ] {
        client.post(&path, &body).expect_error(status, code, Some(param));
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}
