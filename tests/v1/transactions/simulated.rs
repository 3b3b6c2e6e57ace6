//! The test helpers for card payments: each sends the message of the network that it is named
//! after.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{balance, follow, shopper};
use crate::{
    on_both,
    support::{Client, Server, text, usd},
};

on_both! {
    each_kind_of_request_leaves_its_step;
    a_purchase_abroad_shows_what_the_merchant_asked;
    a_terminal_may_take_a_part;
    an_authorization_is_raised_and_cleared_in_parts;
    a_raised_authorization_is_reversed_as_a_whole;
    a_hold_lapses_at_once;
    a_refund_is_linked_where_it_names_its_transaction;
    a_force_post_is_linked_to_nothing;
    what_is_taken_back_is_what_is_left;
    helpers_are_refused_by_field;
}

/// Posts to a helper of a card.
fn post(client: &Client, card: &str, helper: &str, body: &Value) -> Value {
    client.post(&format!("/v1/test/cards/{card}/{helper}"), body).expect(201)
}

/// Status, kind and amount.
fn step(made: &Value) -> [String; 3] {
    [text(made, "status").to_owned(), text(made, "kind").to_owned(), usd(made, "amount_usd")]
}

fn words(status: &str, kind: &str, amount: &str) -> [String; 3] {
    [status, kind, amount].map(str::to_owned)
}

fn each_kind_of_request_leaves_its_step(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    for (body, status, kind, amount) in [
        (json!({"amount_usd": 10}), "authorized", "purchase", "10.00"),
        (json!({"amount_usd": 10, "kind": "cash"}), "authorized", "cash", "10.00"),
        (json!({"kind": "verification"}), "authorized", "account_verification", "0.00"),
        (json!({"kind": "balance_inquiry"}), "authorized", "balance_inquiry", "0.00"),
        (json!({"amount_usd": 7, "kind": "credit"}), "authorized", "credit_authorization", "7.00"),
        (json!({"amount_usd": 5, "kind": "single_message"}), "captured", "single_message", "5.00"),
        (json!({"amount_usd": 10, "kind": "advice"}), "authorized", "advice", "10.00"),
    ] {
        assert_eq!(step(&client.authorize(&card, &body)), words(status, kind, amount), "{body}");
    }
    assert_eq!(balance(&client, &card), ["65.00", "30.00"]);
}

fn a_purchase_abroad_shows_what_the_merchant_asked(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    for (currency, asked) in [("EUR", "20.00"), ("JPY", "2000"), ("KWD", "2.000")] {
        let made = client.authorize(&card, &json!({"amount_usd": 10, "currency": currency}));
        let shown = ["merchant_amount", "merchant_currency"].map(|field| text(&made["fx"], field));
        assert_eq!(shown, [asked, currency]);
        let part = follow(&client, &made, "reverse", &json!({"amount_usd": "2.51"}));
        assert_eq!(usd(&part, "amount_usd"), "2.51");
        let captured = follow(&client, &made, "capture", &json!({}));
        assert_eq!(step(&captured), words("captured", "clearing", "7.49"));
    }
    assert_eq!(balance(&client, &card), ["77.53", "0.00"]);
    let own = client.authorize(&card, &json!({"amount_usd": 10, "currency": "USD"}));
    assert_eq!(own["fx"], Value::Null);
}

fn a_terminal_may_take_a_part(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let declined = client.authorize(&card, &json!({"amount_usd": 130}));
    assert_eq!(text(&declined["decline"], "code"), "insufficient_funds");
    let part = client.authorize(&card, &json!({"amount_usd": 130, "partial_ok": true}));
    assert_eq!(step(&part), words("authorized", "purchase", "100.00"));
    assert_eq!(text(&part, "auth_response_code"), "10");
    assert_eq!(balance(&client, &card), ["0.00", "100.00"]);
}

fn an_authorization_is_raised_and_cleared_in_parts(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 30}));
    let raised = follow(&client, &made, "increment", &json!({"amount_usd": 20}));
    assert_eq!(step(&raised), words("authorized", "increment", "20.00"));
    assert_eq!(raised["authorization_id"], made["authorization_id"]);
    let declined = follow(&client, &made, "increment", &json!({"amount_usd": 60}));
    assert_eq!(text(&declined, "status"), "declined");
    let first = json!({"amount_usd": 15, "final": false});
    follow(&client, &made, "capture", &first);
    assert_eq!(balance(&client, &card), ["50.00", "35.00"]);
    let rest = follow(&client, &made, "capture", &json!({}));
    assert_eq!(step(&rest), words("captured", "clearing", "35.00"));
    let path = format!("/v1/test/authorizations/{}", text(&made, "authorization_id"));
    for (verb, body) in [("increment", json!({"amount_usd": 1})), ("capture", json!({}))] {
        let refused = client.post(&format!("{path}/{verb}"), &body);
        refused.expect_error(409, "invalid_transaction_state", None);
    }
    // A merchant may post more than it ever asked for.
    follow(&client, &made, "capture", &json!({"amount_usd": 5}));
    assert_eq!(balance(&client, &card), ["45.00", "0.00"]);
}

fn a_raised_authorization_is_reversed_as_a_whole(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 30}));
    follow(&client, &made, "increment", &json!({"amount_usd": 20}));
    follow(&client, &made, "reverse", &json!({"amount_usd": 10}));
    assert_eq!(balance(&client, &card), ["60.00", "40.00"]);
    // First what raised it, then what it began with: each a message of its own.
    let whole = follow(&client, &made, "reverse", &json!({}));
    assert_eq!(step(&whole), words("reversed", "authorization_reversal", "30.00"));
    assert_eq!(balance(&client, &card), ["100.00", "0.00"]);
}

fn a_hold_lapses_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 30}));
    let lapsed = follow(&client, &made, "expire", &json!({}));
    assert_eq!(step(&lapsed), words("reversed", "expiry", "30.00"));
    assert_eq!(balance(&client, &card), ["100.00", "0.00"]);
    let path = format!("/v1/test/authorizations/{}/expire", text(&made, "authorization_id"));
    let again = client.post(&path, &json!({}));
    again.expect_error(409, "invalid_transaction_state", None);
    follow(&client, &made, "capture", &json!({"amount_usd": 30}));
    assert_eq!(balance(&client, &card), ["70.00", "0.00"]);
}

fn a_refund_is_linked_where_it_names_its_transaction(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 30}));
    let captured = follow(&client, &made, "capture", &json!({}));
    let about = json!({"amount_usd": 12, "transaction_id": captured["id"]});
    let linked = post(&client, &card, "refunds", &about);
    assert_eq!(step(&linked), words("refunded", "refund", "12.00"));
    assert_eq!(linked["authorization_id"], made["authorization_id"]);
    let alone = post(&client, &card, "refunds", &json!({"amount_usd": 3}));
    assert_ne!(alone["authorization_id"], made["authorization_id"]);
    assert_eq!(balance(&client, &card), ["85.00", "0.00"]);
    let back = follow(&client, &alone, "reverse", &json!({}));
    assert_eq!(step(&back), words("reversed", "refund_reversal", "3.00"));
    assert_eq!(balance(&client, &card), ["82.00", "0.00"]);
    let declined = client.authorize(&card, &json!({"amount_usd": 500}));
    let path = format!("/v1/test/cards/{card}/refunds");
    let nothing = json!({"amount_usd": 1, "transaction_id": declined["id"]});
    client.post(&path, &nothing).expect_error(409, "invalid_transaction_state", None);
    let other = client.card(None);
    let path = format!("/v1/test/cards/{other}/refunds");
    let refused = client.post(&path, &about);
    refused.expect_error(400, "invalid_field", Some("transaction_id"));
}

fn a_force_post_is_linked_to_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 30}));
    let wish = json!({"amount_usd": 30, "merchant_name": "FERRY BAR", "mcc": "5813"});
    let forced = post(&client, &card, "force_posts", &wish);
    assert_eq!(step(&forced), words("captured", "force_post", "30.00"));
    assert_eq!(text(&forced["merchant"], "name"), "FERRY BAR");
    assert_ne!(forced["authorization_id"], made["authorization_id"]);
    assert_eq!(balance(&client, &card), ["40.00", "30.00"]);
    let declined = client.authorize(&card, &json!({"amount_usd": 500, "mcc": "5812"}));
    let posted = json!({"amount_usd": 500, "transaction_id": declined["id"]});
    let posted = post(&client, &card, "force_posts", &posted);
    assert_eq!(text(&posted["merchant"], "mcc"), "5812");
    assert_eq!(balance(&client, &card), ["0.00", "30.00"]);
}

fn what_is_taken_back_is_what_is_left(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let single = json!({"amount_usd": 20, "kind": "single_message"});
    let made = client.authorize(&card, &single);
    let part = follow(&client, &made, "reverse", &json!({"amount_usd": 5}));
    assert_eq!(step(&part), words("reversed", "clearing_reversal", "5.00"));
    assert_eq!(balance(&client, &card), ["85.00", "0.00"]);
    let path = format!("/v1/test/authorizations/{}/reverse", text(&made, "authorization_id"));
    let again = client.post(&path, &json!({}));
    again.expect_error(409, "invalid_transaction_state", None);
}

fn helpers_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 1}));
    let authorization = format!("authorizations/{}", text(&made, "authorization_id"));
    let card = |helper: &str| format!("cards/{card}/{helper}");
    for (path, body, param) in [
        (card("authorizations"), json!({"amount_usd": 1, "kind": "gift"}), "kind"),
        (card("authorizations"), json!({"amount_usd": 1, "currency": "XXX"}), "currency"),
        (card("authorizations"), json!({"amount_usd": 1, "channel": "fax"}), "channel"),
        (card("authorizations"), json!({"amount_usd": 1, "merchant_id": ""}), "merchant_id"),
        (card("refunds"), json!({"amount_usd": 0}), "amount_usd"),
        (card("refunds"), json!({"amount_usd": 1, "transaction_id": "x"}), "transaction_id"),
        (card("force_posts"), json!({"amount_usd": 1, "mcc": "1"}), "mcc"),
        (format!("{authorization}/capture"), json!({"amount_usd": 0}), "amount_usd"),
        (format!("{authorization}/increment"), json!({"amount_usd": -1}), "amount_usd"),
    ] {
        let refused = client.post(&format!("/v1/test/{path}"), &body);
        refused.expect_error(400, "invalid_field", Some(param));
    }
    for path in [card("authorizations"), format!("{authorization}/increment")] {
        let refused = client.post(&format!("/v1/test/{path}"), &json!({}));
        refused.expect_error(400, "missing_required_field", Some("amount_usd"));
    }
}
