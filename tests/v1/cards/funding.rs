//! Money on its way to cards and back.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Server, assert_fields, text, usd},
};

on_both! {
    a_load_costs_two_percent_on_top;
    fees_are_rounded_half_up_to_the_cent;
    an_unload_is_free;
    what_is_held_stays_on_the_card;
    what_the_treasury_cannot_cover_is_refused;
    loads_and_unloads_are_refused_by_field;
    ten_dollars_cover_nine_loads_of_one;
    books_never_mix;
}

fn load(client: &Client, card: &str, body: &Value) -> Value {
    client.post(&format!("/v1/cards/{card}/load"), body).expect(200)
}

fn a_load_costs_two_percent_on_top(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("487.20");
    let card = client.card(None);
    let path = format!("/v1/cards/{card}/load");
    let reply = client.post(&path, &json!({"amount_usd": 200, "expected_fee_usd": "4.00"}));
    let expected = format!(
        "{{\"object\":\"card_load\",\"card_id\":\"{card}\",\"loaded_usd\":200.00,\
         \"rail_fee_usd\":4.00,\"receivable_settled_usd\":0.00,\
         \"new_card_balance_usd\":200.00,\"new_treasury_balance_usd\":283.20}}"
    );
    assert_eq!((reply.status, String::from_utf8_lossy(&reply.body)), (200, expected.into()));
    assert_eq!(client.available(), "283.20");
    let shown = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(usd(&shown, "balance_usd"), "200.00");
}

fn fees_are_rounded_half_up_to_the_cent(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("1000.00");
    let card = client.card(None);
    for (amount, fee, card_balance, treasury) in [
        ("1.25", "0.03", "1.25", "998.72"),
        ("0.01", "0.00", "1.26", "998.71"),
        ("0.24", "0.00", "1.50", "998.47"),
        ("0.25", "0.01", "1.75", "998.21"),
        ("0.74", "0.01", "2.49", "997.46"),
        ("0.75", "0.02", "3.24", "996.69"),
        ("333.33", "6.67", "336.57", "656.69"),
    ] {
        let loaded = load(&client, &card, &json!({"amount_usd": amount}));
        let fields = ["rail_fee_usd", "new_card_balance_usd", "new_treasury_balance_usd"];
        assert_eq!(fields.map(|field| usd(&loaded, field)), [fee, card_balance, treasury]);
    }
}

fn an_unload_is_free(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("200.00"));
    let path = format!("/v1/cards/{card}/unload");
    let first = client.post_once(&path, &json!({"amount_usd": 50.5}), "unload");
    let unloaded = first.expect(200);
    let fields = ["unloaded_usd", "new_card_balance_usd", "new_treasury_balance_usd"];
    assert_fields(&unloaded, &[&["object", "card_id"], &fields[..]].concat());
    assert_eq!(fields.map(|field| usd(&unloaded, field)), ["50.50", "149.50", "346.50"]);
    assert_eq!((text(&unloaded, "object"), text(&unloaded, "card_id")), ("card_unload", &*card));
    let again = client.post_once(&path, &json!({"amount_usd": 50.5}), "unload");
    assert!(again.is_replay() && again.body == first.body);
    let rest = client.post(&path, &json!({"all": true})).expect(200);
    assert_eq!(fields.map(|field| usd(&rest, field)), ["149.50", "0.00", "496.00"]);
    let refused = client.post(&path, &json!({"all": true}));
    refused.expect_error(422, "amount_exceeds_available", Some("amount_usd"));
}

fn what_is_held_stays_on_the_card(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    client.authorize(&card, &json!({"amount_usd": "30.01"}));
    let path = format!("/v1/cards/{card}/unload");
    let refused = client.post(&path, &json!({"amount_usd": 70}));
    refused.expect_error(422, "amount_exceeds_available", Some("amount_usd"));
    let unloaded = client.post(&path, &json!({"all": true})).expect(200);
    assert_eq!(usd(&unloaded, "unloaded_usd"), "69.99");
    let shown = client.get(&format!("/v1/cards/{card}")).expect(200);
    let fields = ["balance_usd", "available_usd", "held_usd"];
    assert_eq!(fields.map(|field| usd(&shown, field)), ["0.00", "0.00", "30.01"]);
}

fn what_the_treasury_cannot_cover_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("203.99");
    let card = client.card(None);
    let before = (client.holdings(), server.events(client.account()));
    let path = format!("/v1/cards/{card}/load");
    for amount in ["200.00", "203.99", "50000.00"] {
        let refused = client.post(&path, &json!({"amount_usd": amount}));
        refused.expect_error(403, "insufficient_balance", None);
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
    let loaded = load(&client, &card, &json!({"amount_usd": "199.99"}));
    assert_eq!(usd(&loaded, "new_treasury_balance_usd"), "0.00");
}

fn loads_and_unloads_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let before = (client.holdings(), server.events(client.account()));
    let fee = |fee: Value| json!({"amount_usd": 200, "expected_fee_usd": fee});
    for (verb, body, status, code, param) in [
        ("load", json!({}), 400, "missing_required_field", "amount_usd"),
        ("load", json!({"amount_usd": 0}), 400, "invalid_field", "amount_usd"),
        ("load", json!({"amount_usd": "-1.00"}), 400, "invalid_field", "amount_usd"),
        ("load", json!({"amount_usd": "1.005"}), 422, "invalid_precision", "amount_usd"),
        ("load", json!({"amount_usd": "50000.01"}), 422, "amount_above_maximum", "amount_usd"),
        ("load", fee(json!("3.99")), 422, "fee_changed", "expected_fee_usd"),
        ("load", fee(json!("4.001")), 422, "invalid_precision", "expected_fee_usd"),
        ("load", fee(json!(-4)), 400, "invalid_field", "expected_fee_usd"),
        ("unload", json!({}), 400, "missing_required_field", "amount_usd"),
        ("unload", json!({"all": "yes"}), 400, "invalid_field", "all"),
        ("unload", json!({"all": true, "amount_usd": 1}), 400, "invalid_field", "all"),
        ("unload", json!({"amount_usd": "0.001"}), 422, "invalid_precision", "amount_usd"),
        ("unload", json!({"amount_usd": 101}), 422, "amount_exceeds_available", "amount_usd"),
    ] {
        let refused = client.post(&format!("/v1/cards/{card}/{verb}"), &body);
        refused.expect_error(status, code, Some(param));
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn ten_dollars_cover_nine_loads_of_one(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 20}));
    client.deposit(&topup, &json!({"amount_usd": 10}));
    let card = client.card(None);
    let path = format!("/v1/cards/{card}/load");
    let body = json!({"amount_usd": 1});
    let request = |_| client.request(Method::POST, &path).json(&body);
    let replies = client.all((0..20).map(request).collect());
    let (loaded, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
    assert_eq!(loaded.len(), 9);
    for reply in refused {
        reply.expect_error(403, "insufficient_balance", None);
    }
    assert_eq!(client.available(), "0.82");
    let shown = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(usd(&shown, "balance_usd"), "9.00");
}

fn books_never_mix(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("199.99");
    let sandbox = client.card(Some("10.00"));
    client.fund("200.00");
    let live = client.card(Some("20.00"));
    for (card, mode, balance) in [(&sandbox, "sandbox", "189.79"), (&live, "live", "179.60")] {
        let shown = client.get(&format!("/v1/cards/{card}")).expect(200);
        assert_eq!(text(&shown, "mode"), mode);
        let book = client.get(&format!("/v1/balance?mode={mode}")).expect(200);
        assert_eq!((usd(&book, "available_usd"), text(&book, "mode")), (balance.into(), mode));
    }
    // Neither book helps the other one out.
    let path = format!("/v1/cards/{sandbox}/load");
    let refused = client.post(&path, &json!({"amount_usd": "189.00"}));
    refused.expect_error(403, "insufficient_balance", None);
    let unloaded = client.post(&format!("/v1/cards/{sandbox}/unload"), &json!({"all": true}));
    assert_eq!(usd(&unloaded.expect(200), "new_treasury_balance_usd"), "199.79");
}
