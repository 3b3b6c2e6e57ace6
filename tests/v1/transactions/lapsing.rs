//! Holds that nobody clears lapse by themselves, and a clearing may still come.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{balance, follow, read};
use crate::{
    on_both,
    support::{Client, Server, items, text, until},
};

const DAY: u64 = 24 * 3_600;

on_both! {
    a_hold_lapses_after_a_week_and_a_travel_hold_after_a_month;
    a_clearing_after_the_lapse_is_late_and_posts;
}

fn state(client: &Client, made: &Value) -> Value {
    let id = text(made, "authorization_id");
    client.get(&format!("/v1/authorizations/{id}")).expect(200)
}

/// Waits until the card has this available and on hold.
fn settles(client: &Client, card: &str, wanted: [&str; 2], what: &str) {
    until(what, || (balance(client, card) == wanted).then_some(()));
}

/// A client with a card that has 100.00 on it, on a server whose clock the test moves.
fn shopper(server: &Server) -> (Client, String) {
    let client = server.sign_up();
    client.fund("500.00");
    // Sessions end long before holds do, API keys do not.
    let client = client.api_key(&[
        "account:read",
        "card:read",
        "card:control",
        "card:issue",
        "card:fund",
        "transaction:read",
    ]);
    let card = client.card(Some("100.00"));
    (client, card)
}

fn a_hold_lapses_after_a_week_and_a_travel_hold_after_a_month(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, card) = shopper(&server);
    let shop = client.authorize(&card, &json!({"amount_usd": 30, "mcc": "5411"}));
    let hotel = client.authorize(&card, &json!({"amount_usd": 40, "mcc": "7011"}));
    assert_eq!(balance(&client, &card), ["30.00", "70.00"]);
    server.advance(7 * DAY - 60);
    assert_eq!(balance(&client, &card), ["30.00", "70.00"]);
    server.advance(61);
    settles(&client, &card, ["60.00", "40.00"], "the week's hold lapses");
    assert_eq!(text(&state(&client, &shop), "status"), "expired");
    assert_eq!(text(&state(&client, &hotel), "status"), "open");
    server.advance(24 * DAY);
    settles(&client, &card, ["100.00", "0.00"], "the month's hold lapses");
    let steps = client.get("/v1/transactions?status=reversed").expect(200);
    assert_eq!(items(&steps).len(), 2);
    for step in items(&steps) {
        assert_eq!(text(step, "kind"), "expiry");
        assert_eq!(step["auth_response_code"], Value::Null);
        let path = format!("/v1/transactions/{}/auth", text(step, "id"));
        client.get(&path).expect_error(404, "no_auth_message", None);
    }
}

fn a_clearing_after_the_lapse_is_late_and_posts(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 30}));
    server.advance(7 * DAY + 1);
    settles(&client, &card, ["100.00", "0.00"], "the hold lapses");
    let captured = follow(&client, &made, "capture", &json!({"amount_usd": 30}));
    assert_eq!(text(&captured, "kind"), "clearing");
    assert_eq!(balance(&client, &card), ["70.00", "0.00"]);
    let state = state(&client, &made);
    assert_eq!((text(&state, "status"), &state["late_presentment"]), ("cleared", &json!(true)));
    let related = read(&client, &captured);
    let others = related["related_ids"].as_array().map(Vec::len);
    assert_eq!(others, Some(2), "the authorization and its lapse");
}
