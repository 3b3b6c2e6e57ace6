//! From the request to the chain's last word.

use cardium_testkit::Backend;
use serde_json::json;

use super::{TRON, history, path, reaches, settle, withdraw};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_withdrawal_is_paid_and_becomes_final;
    a_payment_is_final_with_the_blocks_on_top_of_it;
    what_was_not_paid_comes_back;
    an_end_is_for_good;
    what_is_blocked_meanwhile_is_not_settled;
}

fn entry(kind: &str, amount: &str) -> (String, String) {
    (kind.to_owned(), amount.to_owned())
}

fn a_withdrawal_is_paid_and_becomes_final(backend: Backend) {
    // The chain belongs to the whole database, and others would mine on it.
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    client.fund("500.00");
    let before = server.events(client.account());
    let made = withdraw(&client, "50.00").expect(201);
    assert_eq!(made["releases_at"], made["created_at"]);
    let sent = reaches(&client, &made, "broadcasted");
    assert_eq!(text(&sent, "txid").len(), 64);
    assert_eq!(client.available(), "450.00");
    let left = [entry("withdrawal", "-49.00"), entry("withdrawal_fee", "-1.00")];
    assert_eq!(history(&client, "live"), left);
    assert_eq!(settle(&client, &made, "broadcasted").expect(200), sent);
    let paid = settle(&client, &made, "confirmed").expect(200);
    assert_eq!((text(&paid, "status"), &paid["txid"]), ("confirmed", &sent["txid"]));
    assert_eq!(client.get(&path(&made)).expect(200), paid);
    // What is final moves no balance of the customer's.
    assert_eq!((client.available(), history(&client, "live")), ("450.00".to_owned(), left.into()));
    assert_eq!(server.events(client.account()) - before, 3);
}

fn a_payment_is_final_with_the_blocks_on_top_of_it(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    client.fund("500.00");
    let made = withdraw(&client, "50.00").expect(201);
    reaches(&client, &made, "broadcasted");
    // A block takes it in, and nineteen more make it final.
    let topup = client.topup(&json!({"amount_usd": 20}));
    client.deposit(&topup, &json!({"amount_usd": 1, "confirmations": 19}));
    let pending = client.get(&path(&made)).expect(200);
    assert_eq!(text(&pending, "status"), "broadcasted");
    client.deposit(&topup, &json!({"amount_usd": 1, "confirmations": 1}));
    reaches(&client, &made, "confirmed");
}

fn what_was_not_paid_comes_back(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    client.fund("500.00");
    let before = server.events(client.account());
    let made = withdraw(&client, "50.00").expect(201);
    reaches(&client, &made, "broadcasted");
    let failed = settle(&client, &made, "failed").expect(200);
    assert_eq!(text(&failed, "status"), "failed");
    assert_eq!(failed["failure"]["code"], "reverted_on_chain");
    assert!(text(&failed["failure"], "message").ends_with('.'));
    assert_eq!(client.available(), "500.00");
    let moved = [
        entry("withdrawal", "-49.00"),
        entry("withdrawal_fee", "-1.00"),
        entry("withdrawal_return", "50.00"),
    ];
    assert_eq!(history(&client, "live"), moved);
    assert_eq!(server.events(client.account()) - before, 3);
    let list = client.get("/v1/balance/history?type=withdrawal_return").expect(200);
    assert_eq!(list["data"][0]["source"], json!({"object": "withdrawal", "id": made["id"]}));
}

fn an_end_is_for_good(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let made = withdraw(&client, "50.00").expect(201);
    let refused = settle(&client, &made, "created");
    refused.expect_error(400, "invalid_field", Some("to"));
    let paid = settle(&client, &made, "confirmed").expect(200);
    assert_eq!(text(&paid, "status"), "confirmed");
    assert_eq!(settle(&client, &made, "confirmed").expect(200), paid);
    for to in ["failed", "broadcasted"] {
        settle(&client, &made, to).expect_error(409, "invalid_transaction_state", None);
    }
    assert_eq!(client.get(&path(&made)).expect(200), paid);
    assert_eq!(client.available(), "450.00");
}

fn what_is_blocked_meanwhile_is_not_settled(backend: Backend) {
    let server = Server::own(backend, |settings| {
        settings.limits.withdrawal_cooling_seconds = 3_600;
    });
    let client = server.sign_up();
    client.fund("500.00");
    let made = withdraw(&client, "50.00").expect(201);
    let server = server.changed(|settings| {
        settings.screening.blocked_addresses = vec![TRON.to_owned()];
    });
    let client = server.client().with_token(client.token());
    let refused = settle(&client, &made, "confirmed");
    refused.expect_error(409, "invalid_transaction_state", None);
    let failed = client.get(&path(&made)).expect(200);
    assert_eq!(failed["failure"]["code"], "address_blocked");
    assert_eq!(settle(&client, &made, "failed").expect(200), failed);
    assert_eq!(client.available(), "500.00");
}
