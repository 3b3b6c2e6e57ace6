//! A merchant pays after all, while a dispute is open or after it.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{Shopper, file, standing, wish, wish_with};
use crate::{
    on_both,
    support::{Server, text, usd},
};

on_both! {
    a_refund_ends_the_dispute;
    a_refund_of_a_part_withdraws_that_part;
    a_refund_finds_an_empty_card;
    a_refund_beyond_the_purchase_answers_its_dispute;
    what_was_refunded_cannot_be_disputed;
}

/// Lets the merchant give back some of the shopper's purchase.
fn refund(shopper: &Shopper, amount: &str) -> Value {
    let path = format!("/v1/test/cards/{}/refunds", shopper.card);
    let body = json!({"amount_usd": amount, "transaction_id": shopper.captured["id"]});
    shopper.client.post(&path, &body).expect(201)
}

fn a_refund_ends_the_dispute(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let refunded = refund(&shopper, "40.00");
    assert_eq!(refunded["authorization_id"], shopper.captured["authorization_id"]);
    let ended = shopper.read(&dispute);
    assert_eq!(standing(&ended), ("won", "chargeback", Some("refunded")));
    assert_eq!(usd(&ended, "credited_usd"), "0.00");
    // The cardholder is paid once.
    assert_eq!(shopper.available(), "100.00");
    let refused = file(&shopper.client, &wish(&shopper.captured));
    refused.expect_error(422, "transaction_not_disputable", Some("transaction_id"));
}

fn a_refund_of_a_part_withdraws_that_part(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    refund(&shopper, "15.00");
    let left = shopper.read(&dispute);
    assert_eq!(standing(&left), ("opened", "chargeback", None));
    assert_eq!(
        (usd(&left, "amount_usd"), usd(&left, "credited_usd")),
        ("40.00".into(), "25.00".into())
    );
    assert_eq!(shopper.available(), "100.00");
    shopper.advance(&dispute, "lost").expect(200);
    assert_eq!(shopper.available(), "75.00");
    let refused = file(&shopper.client, &wish(&shopper.captured));
    refused.expect_error(422, "transaction_not_disputable", Some("transaction_id"));
}

fn a_refund_finds_an_empty_card(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let path = format!("/v1/cards/{}/unload", shopper.card);
    shopper.client.post(&path, &json!({"amount_usd": 90})).expect(200);
    refund(&shopper, "40.00");
    assert_eq!(text(&shopper.read(&dispute), "status"), "won");
    assert_eq!(shopper.available(), "10.00");
}

fn a_refund_beyond_the_purchase_answers_its_dispute(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let refunded = refund(&shopper, "40.01");
    assert_eq!(refunded["authorization_id"], shopper.captured["authorization_id"]);
    assert_eq!(text(&shopper.read(&dispute), "status"), "won");
    assert_eq!(shopper.available(), "100.01");
    let again = file(&shopper.client, &wish(&refunded));
    again.expect_error(422, "transaction_not_disputable", Some("transaction_id"));
}

fn what_was_refunded_cannot_be_disputed(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let refunded = refund(&shopper, "10.00");
    let too_much = wish_with(&refunded, "amount_usd", json!("30.01"));
    let refused = file(&shopper.client, &too_much);
    refused.expect_error(422, "amount_above_maximum", Some("amount_usd"));
    let dispute = file(&shopper.client, &wish(&refunded)).expect(201);
    assert_eq!(dispute["transaction_id"], shopper.captured["id"]);
    assert_eq!(
        (usd(&dispute, "amount_usd"), shopper.available()),
        ("30.00".into(), "100.00".into())
    );
}
