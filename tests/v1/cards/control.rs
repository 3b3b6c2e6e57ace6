//! Freezing, unfreezing and cancelling.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::FIELDS;
use crate::{
    on_both,
    support::{Server, assert_fields, text, usd},
};

on_both! {
    freezing_and_unfreezing_repeat_without_effect;
    cancelling_returns_the_balance_and_is_final;
}

fn freezing_and_unfreezing_repeat_without_effect(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = |verb: &str| format!("/v1/cards/{card}/{verb}");
    let events = || server.events(client.account());
    let before = events();
    for (verb, status, reason) in
        [("freeze", "frozen", json!("cardholder")), ("unfreeze", "active", Value::Null)]
    {
        let first = client.post(&path(verb), &json!({"reason": "lost"})).expect(200);
        assert_fields(&first, &FIELDS);
        assert_eq!((text(&first, "status"), &first["freeze_reason"]), (status, &reason));
        let happened = events();
        let again = client.post(&path(verb), &json!({})).expect(200);
        assert_eq!((again, events()), (first, happened), "{verb}");
    }
    assert_eq!(events(), before + 2);
    let long = json!({"reason": "x".repeat(201)});
    let refused = client.post(&path("freeze"), &long);
    refused.expect_error(400, "invalid_field", Some("reason"));
    client.post(&path("cancel"), &json!({})).expect(200);
    for verb in ["freeze", "unfreeze"] {
        client.post(&path(verb), &json!({})).expect_error(409, "card_cancelled", None);
    }
}

fn cancelling_returns_the_balance_and_is_final(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    assert_eq!(client.available(), "398.00");
    let cancel = format!("/v1/cards/{card}/cancel");
    let refused = client.post(&cancel, &json!({"unload_to_treasury": false}));
    refused.expect_error(400, "invalid_field", Some("unload_to_treasury"));
    let first = client.post_once(&cancel, &json!({"unload_to_treasury": true}), "cancel");
    let cancelled = first.expect(200);
    assert_eq!(text(&cancelled, "status"), "cancelled");
    assert_eq!(usd(&cancelled, "balance_usd"), "0.00");
    assert_eq!(client.available(), "498.00");
    let events = server.events(client.account());
    assert_eq!(client.post(&cancel, &json!({})).expect(200), cancelled);
    assert_eq!(server.events(client.account()), events);
    let load = client.post(&format!("/v1/cards/{card}/load"), &json!({"amount_usd": 1}));
    load.expect_error(409, "card_cancelled", None);
    let unload = client.post(&format!("/v1/cards/{card}/unload"), &json!({"all": true}));
    unload.expect_error(409, "card_cancelled", None);
}
