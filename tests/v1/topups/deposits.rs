//! Coins that arrive, in time or late.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{amounts, status};
use crate::{
    on_both,
    support::{Server, ids, items, text, usd},
};

on_both! {
    coins_confirm_and_are_credited_at_finality;
    payers_may_pay_too_little_or_too_much;
    transfers_at_once_are_each_credited_once;
    a_cancelled_topup_still_takes_late_coins;
    an_expired_topup_still_takes_late_coins;
    what_awaits_no_coins_cannot_be_cancelled;
    coins_of_another_asset_do_not_arrive;
    a_transfer_that_the_chain_undoes_is_an_error;
}

fn coins_confirm_and_are_credited_at_finality(backend: Backend) {
    // The chain belongs to the whole database, and others would mine on it.
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": "200.00"}));
    let seen = client.deposit(&topup, &json!({"confirmations": 3}));
    assert_eq!(status(&seen), ("confirming", "pending"));
    assert_eq!(amounts(&seen), ["0.00", "200.00", "0.00"]);
    assert_eq!(seen["confirmations"], json!({"seen": 3, "required": 20}));
    assert_eq!(text(&seen, "txid").len(), 64);
    let balance = client.get("/v1/balance?mode=live").expect(200);
    assert_eq!(usd(&balance, "available_usd"), "0.00");
    assert_eq!(usd(&balance, "pending_usd"), "200.00");
    // Another transfer mines the first one deep enough.
    let other = server.sign_up();
    other.fund("20.00");
    let id = text(&topup, "id");
    let credited = |topup: &Value| text(topup, "status") == "completed";
    let topup = client.get_until(&format!("/v1/topups/{id}"), credited);
    assert_eq!(status(&topup), ("completed", "completed"));
    assert_eq!(amounts(&topup), ["200.00", "0.00", "0.00"]);
    assert_eq!(topup["txid"], seen["txid"]);
    let balance = client.get("/v1/balance").expect(200);
    assert_eq!((usd(&balance, "available_usd"), text(&balance, "mode")), ("200.00".into(), "live"));
    assert_eq!(usd(&balance, "pending_usd"), "0.00");
    assert_eq!(server.events(client.account()), 3);
}

fn payers_may_pay_too_little_or_too_much(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 500}));
    let part = client.deposit(&topup, &json!({"amount_usd": "499.99"}));
    assert_eq!(status(&part), ("completed", "completed"));
    assert_eq!(amounts(&part), ["499.99", "0.00", "0.01"]);
    let rest = client.deposit(&topup, &json!({}));
    assert_eq!(amounts(&rest), ["500.00", "0.00", "0.00"]);
    assert_ne!(rest["txid"], part["txid"]);
    let more = client.deposit(&topup, &json!({"amount_usd": 0.01}));
    assert_eq!(amounts(&more), ["500.01", "0.00", "0.00"]);
    assert_eq!(client.available(), "500.01");
    let path = format!("/v1/test/topups/{}/deposits", text(&topup, "id"));
    let refused = client.post(&path, &json!({}));
    refused.expect_error(400, "invalid_field", Some("amount_usd"));
}

fn transfers_at_once_are_each_credited_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 200}));
    let path = format!("/v1/test/topups/{}/deposits", text(&topup, "id"));
    let request = |_| client.request(Method::POST, &path).json(&json!({"amount_usd": "1.01"}));
    for reply in client.all((0..20).map(request).collect()) {
        reply.expect(201);
    }
    let path = format!("/v1/topups/{}", text(&topup, "id"));
    let paid = client.get_until(&path, |topup| usd(topup, "pending_usd") == "0.00");
    assert_eq!(amounts(&paid), ["20.20", "0.00", "179.80"]);
    assert_eq!(client.available(), "20.20");
    // Sign-up, request, and one for each transfer.
    assert_eq!(server.events(client.account()), 22);
}

fn a_cancelled_topup_still_takes_late_coins(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 300}));
    let cancel = format!("/v1/topups/{}/cancel", text(&topup, "id"));
    let first = client.post_once(&cancel, &json!({}), "cancel");
    let cancelled = first.expect(200);
    assert_eq!(status(&cancelled), ("cancelled", "cancelled"));
    assert_eq!((&cancelled["late"], &cancelled["expired"]), (&json!(false), &json!(false)));
    let again = client.post_once(&cancel, &json!({}), "cancel");
    assert!(again.is_replay() && again.body == first.body);
    let refused = client.post(&cancel, &json!({}));
    refused.expect_error(409, "topup_not_cancellable", None);
    let paid = client.deposit(&topup, &json!({}));
    assert_eq!(status(&paid), ("completed", "completed"));
    assert_eq!(paid["late"], true);
    assert_eq!(client.available(), "300.00");
}

fn an_expired_topup_still_takes_late_coins(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 300}));
    let path = format!("/v1/topups/{}", text(&topup, "id"));
    server.advance(3_500);
    assert_eq!(status(&client.get(&path).expect(200)), ("awaiting", "pending"));
    server.advance(101);
    let expired = client.get_until(&path, |topup| topup["expired"] == true);
    assert_eq!(status(&expired), ("cancelled", "expired"));
    assert_eq!(expired["late"], false);
    let refused = client.post(&format!("{path}/cancel"), &json!({}));
    refused.expect_error(409, "topup_not_cancellable", None);
    for filter in ["expired", "cancelled"] {
        let list = client.get(&format!("/v1/topups?status={filter}")).expect(200);
        assert_eq!(list["data"][0]["id"], topup["id"], "{filter}");
    }
    let paid = client.deposit(&topup, &json!({}));
    assert_eq!(status(&paid), ("completed", "completed"));
    assert_eq!(paid["late"], true);
    assert_eq!(client.available(), "300.00");
}

fn what_awaits_no_coins_cannot_be_cancelled(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 300}));
    let cancel = format!("/v1/topups/{}/cancel", text(&topup, "id"));
    client.deposit(&topup, &json!({"confirmations": 1}));
    client.post(&cancel, &json!({})).expect_error(409, "topup_not_cancellable", None);
    client.deposit(&topup, &json!({"amount_usd": 1}));
    client.post(&cancel, &json!({})).expect_error(409, "topup_not_cancellable", None);
    assert_eq!(client.available(), "301.00");
}

fn coins_of_another_asset_do_not_arrive(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 300}));
    let path = format!("/v1/test/topups/{}/deposits", text(&topup, "id"));
    let refused = client.post(&path, &json!({"asset": "DOGE"}));
    refused.expect_error(422, "unsupported_asset_chain", Some("asset"));
}

/// Its coins are with their sender, so nothing is credited; others still are.
fn a_transfer_that_the_chain_undoes_is_an_error(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.topup(&json!({"amount_usd": 500}));
    let undone = client.deposit(&topup, &json!({"reverted": true}));
    assert_eq!(status(&undone), ("error", "error"));
    assert_eq!(amounts(&undone), ["0.00", "0.00", "500.00"]);
    assert_eq!((text(&undone, "txid").len(), client.available()), (64, "0.00".to_owned()));
    let listed = client.get("/v1/topups?status=error").expect(200);
    assert_eq!(ids(&listed), [text(&topup, "id")]);
    let path = format!("/v1/topups/{}/cancel", text(&topup, "id"));
    client.post(&path, &json!({})).expect_error(409, "topup_not_cancellable", None);
    let again = client.deposit(&topup, &json!({"amount_usd": 500}));
    assert_eq!(status(&again), ("completed", "completed"));
    // What was credited stays so when a later transfer comes to nothing.
    let more = client.deposit(&topup, &json!({"amount_usd": 7, "reverted": true}));
    assert_eq!(status(&more), ("completed", "completed"));
    assert_eq!(amounts(&more), ["500.00", "0.00", "0.00"]);
    assert_eq!(client.available(), "500.00");
    let event = client.get("/v1/activity?type=topup.error").expect(200);
    assert_eq!(items(&event).len(), 1);
    assert_eq!(text(&items(&event)[0], "summary"), "Top-up of 500.00 USD failed");
}
