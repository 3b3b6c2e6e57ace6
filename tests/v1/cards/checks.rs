//! `POST /v1/cards/{id}/authorization_checks`: what a purchase would be answered, without it.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::part;
use crate::{
    on_both,
    support::{Client, Server, assert_fields, items, text, usd},
};

on_both! {
    a_check_says_what_would_be_approved_and_holds_nothing;
    what_is_asked_does_not_count;
    checks_are_refused_by_field;
    checks_are_guarded;
}

/// Longer than DE 42.
const LONG: &str = "SIXTEEN-LETTERS!";

fn shopper(server: &Server) -> (Client, String) {
    let client = server.sign_up();
    let _topup = client.fund("500.00");
    let card = client.card(Some("100.00"));
    (client, card)
}

fn check(client: &Client, card: &str, body: &Value) -> Value {
    client.post(&part(card, "authorization_checks"), body).expect(200)
}

fn a_check_says_what_would_be_approved_and_holds_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let before = (client.holdings(), server.events(client.account()));
    for (body, decision, code, approved) in [
        (json!({"amount_usd": 100}), "approved", "00", "100.00"),
        (json!({"amount_usd": "100.01"}), "declined", "51", "0.00"),
        (json!({"amount_usd": 150, "partial_ok": true}), "approved_in_part", "10", "100.00"),
        (json!({"amount_usd": 100, "channel": "atm"}), "approved", "00", "100.00"),
        (json!({"amount_usd": 0}), "approved", "00", "0.00"),
    ] {
        let shown = check(&client, &card, &body);
        let documented = [
            "object",
            "mode",
            "card_id",
            "decision",
            "reason",
            "response_code",
            "amount_usd",
            "fee_usd",
            "approved_usd",
            "checks",
        ];
        assert_fields(&shown, &documented);
        assert_eq!((text(&shown, "decision"), text(&shown, "response_code")), (decision, code));
        assert_eq!(usd(&shown, "approved_usd"), approved, "{body}");
        assert_eq!(
            (text(&shown, "object"), text(&shown, "card_id")),
            ("authorization_check", card.as_str())
        );
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

/// Checks neither use a limit up nor lock a card, and a burst of them changes nothing.
fn what_is_asked_does_not_count(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    client.patch(&part(&card, "limits"), &json!({"daily_usd": 60, "count_per_day": 1})).expect(200);
    let once = json!({"single_use": true, "merchant_lock": true});
    client.patch(&part(&card, "controls"), &once).expect(200);
    let body = json!({"amount_usd": 60, "merchant_id": "SHOP1"});
    let path = part(&card, "authorization_checks");
    let burst = (0..20).map(|_| client.request(Method::POST, &path).json(&body)).collect();
    for reply in client.all(burst) {
        assert_eq!(reply.expect(200)["decision"], "approved");
    }
    let elsewhere = json!({"amount_usd": 60, "merchant_id": "SHOP2"});
    assert_eq!(client.authorize(&card, &elsewhere)["status"], "authorized");
    assert_eq!(check(&client, &card, &body)["reason"], "merchant_blocked");
    let list = client.get(&part(&card, "transactions")).expect(200);
    assert_eq!(items(&list).len(), 1);
}

fn checks_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let path = part(&card, "authorization_checks");
    for (body, status, code, param) in [
        (json!({}), 400, "missing_required_field", "amount_usd"),
        (json!({"amount_usd": -1}), 400, "invalid_field", "amount_usd"),
        (json!({"amount_usd": "ten"}), 400, "invalid_field", "amount_usd"),
        (json!({"amount_usd": "1.001"}), 422, "invalid_precision", "amount_usd"),
        (json!({"amount_usd": 1, "mcc": "12"}), 400, "invalid_field", "mcc"),
        (json!({"amount_usd": 1, "mcc": 5999}), 400, "invalid_field", "mcc"),
        (json!({"amount_usd": 1, "merchant_id": LONG}), 400, "invalid_field", "merchant_id"),
        (json!({"amount_usd": 1, "country": "us"}), 400, "invalid_field", "country"),
        (json!({"amount_usd": 1, "channel": "fax"}), 400, "invalid_field", "channel"),
        (json!({"amount_usd": 1, "partial_ok": "yes"}), 400, "invalid_field", "partial_ok"),
    ] {
        client.post(&path, &body).expect_error(status, code, Some(param));
    }
}

fn checks_are_guarded(backend: Backend) {
    let server = Server::shared(backend);
    let ((client, card), stranger) = (shopper(&server), server.sign_up());
    let (path, body) = (part(&card, "authorization_checks"), json!({"amount_usd": 1}));
    stranger.post(&path, &body).expect_error(404, "resource_not_found", None);
    let other = client.api_key(&["card:fund", "transaction:read"]);
    other.post(&path, &body).expect_error(403, "insufficient_scope", None);
    server.client().post(&path, &body).expect_error(401, "invalid_credentials", None);
    let reader = client.api_key(&["card:read"]);
    assert_eq!(reader.post(&path, &body).expect(200)["decision"], "approved");
}
