//! From the authorization to the capture or the reversal.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, balance, follow, read, shopper};
use crate::{
    on_both,
    support::{Server, assert_fields, items, text, usd},
};

on_both! {
    an_authorization_holds_the_money;
    a_capture_takes_what_it_says;
    a_capture_beyond_the_balance_is_owed;
    a_reversal_gives_back;
    what_comes_back_after_a_cancellation_is_not_stranded;
}

fn an_authorization_holds_the_money(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let body = json!({"amount_usd": 42.95, "merchant_name": "CORNER COFFEE", "mcc": "5814",
        "country": "PT", "cvv": "good"});
    let made = client.authorize(&card, &body);
    assert_fields(&made, &FIELDS);
    assert!(text(&made, "id").starts_with("tx_"));
    let got = ["object", "mode", "card_id", "status", "currency", "auth_response_code"];
    let expected = ["transaction", "live", card.as_str(), "authorized", "USD", "00"];
    assert_eq!(got.map(|field| text(&made, field)), expected);
    assert_eq!((usd(&made, "amount_usd"), &made["decline"]), ("42.95".into(), &Value::Null));
    let got = ["name", "mcc", "country"].map(|field| text(&made["merchant"], field));
    assert_eq!(got, ["CORNER COFFEE", "5814", "PT"]);
    assert_fields(&made["merchant"], &["name", "mcc", "id", "city", "country"]);
    assert_eq!(balance(&client, &card), ["57.05", "42.95"]);
    let mut shown = read(&client, &made);
    let related = shown.as_object_mut().expect("an object").remove("related_ids");
    assert_eq!((related, &shown), (Some(json!([])), &made));
    let list = client.get("/v1/transactions").expect(200);
    assert_eq!(items(&list), [made]);
    assert_eq!(client.get(&format!("/v1/cards/{card}/transactions")).expect(200), list);
}

fn a_capture_takes_what_it_says(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let whole = client.authorize(&card, &json!({"amount_usd": 30}));
    let captured = follow(&client, &whole, "capture", &json!({}));
    assert_eq!(
        (text(&captured, "status"), usd(&captured, "amount_usd")),
        ("captured", "30.00".into())
    );
    assert_eq!(captured["authorization_id"], whole["authorization_id"]);
    assert_eq!(balance(&client, &card), ["70.00", "0.00"]);
    assert_eq!(read(&client, &whole)["related_ids"], json!([captured["id"]]));
    assert_eq!(read(&client, &captured)["related_ids"], json!([whole["id"]]));
    // A step never changes once it is made.
    assert_eq!(text(&read(&client, &whole), "status"), "authorized");
    let path = format!("/v1/test/authorizations/{}", text(&whole, "authorization_id"));
    let refused = client.post(&format!("{path}/capture"), &json!({}));
    refused.expect_error(409, "invalid_transaction_state", None);
    let part = client.authorize(&card, &json!({"amount_usd": 20}));
    follow(&client, &part, "capture", &json!({"amount_usd": "5.01"}));
    assert_eq!(balance(&client, &card), ["64.99", "0.00"]);
    let tip = client.authorize(&card, &json!({"amount_usd": 20}));
    follow(&client, &tip, "capture", &json!({"amount_usd": 23}));
    assert_eq!(balance(&client, &card), ["41.99", "0.00"]);
}

fn a_capture_beyond_the_balance_is_owed(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 60}));
    follow(&client, &made, "capture", &json!({"amount_usd": 150}));
    assert_eq!(balance(&client, &card), ["0.00", "0.00"]);
    let path = format!("/v1/cards/{card}/load");
    let loaded = client.post(&path, &json!({"amount_usd": 60})).expect(200);
    let fields = ["receivable_settled_usd", "new_card_balance_usd", "new_treasury_balance_usd"];
    assert_eq!(fields.map(|field| usd(&loaded, field)), ["50.00", "10.00", "336.80"]);
}

fn a_reversal_gives_back(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 50}));
    let part = follow(&client, &made, "reverse", &json!({"amount_usd": 20}));
    assert_eq!((text(&part, "status"), usd(&part, "amount_usd")), ("reversed", "20.00".into()));
    assert_eq!(balance(&client, &card), ["70.00", "30.00"]);
    let rest = follow(&client, &made, "reverse", &json!({}));
    assert_eq!(usd(&rest, "amount_usd"), "30.00");
    assert_eq!(balance(&client, &card), ["100.00", "0.00"]);
    assert_eq!(read(&client, &made)["related_ids"], json!([part["id"], rest["id"]]));
    let path = format!("/v1/test/authorizations/{}", text(&made, "authorization_id"));
    for verb in ["reverse", "capture"] {
        let refused = client.post(&format!("{path}/{verb}"), &json!({}));
        refused.expect_error(409, "invalid_transaction_state", None);
    }
    let paid = client.authorize(&card, &json!({"amount_usd": 10}));
    let path = format!("/v1/test/authorizations/{}/reverse", text(&paid, "authorization_id"));
    let refused = client.post(&path, &json!({"amount_usd": "10.01"}));
    refused.expect_error(400, "invalid_field", Some("amount_usd"));
    follow(&client, &paid, "capture", &json!({}));
    assert_eq!(balance(&client, &card), ["90.00", "0.00"]);
    let refund = follow(&client, &paid, "reverse", &json!({}));
    assert_eq!(usd(&refund, "amount_usd"), "10.00");
    assert_eq!(balance(&client, &card), ["100.00", "0.00"]);
}

fn what_comes_back_after_a_cancellation_is_not_stranded(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let [part, whole] =
        [30, 20].map(|amount| client.authorize(&card, &json!({"amount_usd": amount})));
    client.post(&format!("/v1/cards/{card}/cancel"), &json!({})).expect(200);
    assert_eq!(client.available(), "448.00");
    follow(&client, &part, "capture", &json!({"amount_usd": 10}));
    follow(&client, &whole, "reverse", &json!({}));
    // Nobody can unload a cancelled card, so what is left must reach the treasury by itself.
    assert_eq!(balance(&client, &card), ["0.00", "0.00"]);
    assert_eq!(client.available(), "488.00");
}
