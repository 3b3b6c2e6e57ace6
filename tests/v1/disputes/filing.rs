//! Filing: which step, how much, and who may.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, Shopper, buy, file, standing, wish, wish_with};
use crate::{
    on_both,
    support::{Server, assert_fields, text, usd},
};

on_both! {
    a_dispute_credits_at_once;
    any_step_leads_to_its_capture;
    only_what_was_captured_can_be_disputed;
    a_part_can_be_disputed;
    the_window_closes_after_120_days;
    requests_are_refused_by_field;
    a_foreign_transaction_is_unknown;
    a_key_files_once;
}

const DAY: u64 = 24 * 3_600;

fn a_dispute_credits_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    assert_eq!(shopper.available(), "60.00");
    let dispute = shopper.file();
    assert_fields(&dispute, &FIELDS);
    assert!(text(&dispute, "id").starts_with("dp_"));
    assert_eq!((text(&dispute, "object"), text(&dispute, "mode")), ("dispute", "live"));
    assert_eq!(standing(&dispute), ("opened", "chargeback", None));
    assert_eq!(
        (usd(&dispute, "amount_usd"), usd(&dispute, "credited_usd")),
        ("40.00".into(), "40.00".into())
    );
    assert_eq!(
        (text(&dispute, "transaction_id"), text(&dispute, "card_id")),
        (text(&shopper.captured, "id"), shopper.card.as_str())
    );
    assert_eq!((text(&dispute, "reason"), &dispute["evidence"]), ("duplicate", &json!([])));
    assert_eq!(shopper.available(), "100.00");
    assert_eq!(shopper.read(&dispute), dispute);
    // No fee: the treasury paid for the load of the card and nothing else.
    assert_eq!(shopper.client.available(), "398.00");
}

fn any_step_leads_to_its_capture(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = file(&shopper.client, &wish(&shopper.authorized)).expect(201);
    assert_eq!(dispute["transaction_id"], shopper.captured["id"]);
    let again = file(&shopper.client, &wish(&shopper.captured));
    again.expect_error(409, "dispute_exists", None);
    file(&shopper.client, &wish(&shopper.authorized)).expect_error(409, "dispute_exists", None);
}

fn only_what_was_captured_can_be_disputed(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let client = &shopper.client;
    let declined = client.authorize(&shopper.card, &json!({"amount_usd": 5000}));
    let held = client.authorize(&shopper.card, &json!({"amount_usd": 10}));
    let id = text(&held, "authorization_id");
    let path = format!("/v1/test/authorizations/{id}/reverse");
    let reversed = client.post(&path, &json!({})).expect(201);
    let before = (client.holdings(), server.events(client.account()));
    let param = Some("transaction_id");
    for step in [&declined, &held, &reversed] {
        let refused = file(client, &wish(step));
        refused.expect_error(422, "transaction_not_disputable", param);
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
    // What was given back in a dispute that was won is not given back again.
    let dispute = shopper.file();
    shopper.advance(&dispute, "won").expect(200);
    let refused = file(client, &wish(&shopper.captured));
    refused.expect_error(422, "transaction_not_disputable", param);
}

fn a_part_can_be_disputed(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let part = |amount: &str| wish_with(&shopper.captured, "amount_usd", json!(amount));
    let refused = file(&shopper.client, &part("40.01"));
    refused.expect_error(422, "amount_above_maximum", Some("amount_usd"));
    let dispute = file(&shopper.client, &part("15.50")).expect(201);
    assert_eq!(usd(&dispute, "credited_usd"), "15.50");
    assert_eq!(shopper.available(), "75.50");
    // A won dispute leaves the rest, a lost one nothing.
    shopper.advance(&dispute, "won").expect(200);
    let refused = file(&shopper.client, &part("24.51"));
    refused.expect_error(422, "amount_above_maximum", Some("amount_usd"));
    let rest = shopper.file();
    assert_eq!(usd(&rest, "amount_usd"), "24.50");
    shopper.advance(&rest, "lost").expect(200);
    let refused = file(&shopper.client, &wish(&shopper.captured));
    refused.expect_error(422, "transaction_not_disputable", Some("transaction_id"));
    let refused = file(&shopper.client, &wish(&shopper.authorized));
    refused.expect_error(422, "transaction_not_disputable", Some("transaction_id"));
    assert_eq!(shopper.available(), "75.50");
}

fn the_window_closes_after_120_days(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let shopper = Shopper::new(&server);
    let (_, second) = buy(&shopper.client, &shopper.card, "10.00");
    // A session would end with its idle hours.
    let client = shopper.client.api_key(&["dispute:write"]);
    server.advance(120 * DAY - 3_600);
    let dispute = file(&client, &wish(&shopper.captured)).expect(201);
    assert_eq!(standing(&dispute).0, "opened");
    server.advance(2 * 3_600);
    file(&client, &wish(&second)).expect_error(422, "filing_window_closed", None);
}

fn requests_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let client = &shopper.client;
    let before = (client.holdings(), server.events(client.account()));
    for (field, value, status, code) in [
        ("transaction_id", json!(null), 400, "missing_required_field"),
        ("transaction_id", json!("x"), 400, "invalid_field"),
        ("transaction_id", json!(shopper.card), 400, "invalid_field"),
        ("reason", json!(null), 400, "missing_required_field"),
        ("reason", json!("anger"), 400, "invalid_field"),
        ("description", json!(null), 400, "missing_required_field"),
        ("description", json!("too short"), 400, "invalid_field"),
        ("description", json!("x".repeat(4_001)), 400, "invalid_field"),
        ("amount_usd", json!(0), 400, "invalid_field"),
        ("amount_usd", json!("1.001"), 422, "invalid_precision"),
    ] {
        let refused = file(client, &wish_with(&shopper.captured, field, value));
        refused.expect_error(status, code, Some(field));
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn a_foreign_transaction_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (Shopper::new(&server), Shopper::new(&server));
    for step in [&theirs.captured, &theirs.authorized] {
        let refused = file(&mine.client, &wish(step));
        refused.expect_error(404, "resource_not_found", None);
    }
    let nobody = json!("tx_00000000000000000000000001");
    let refused = file(&mine.client, &wish_with(&mine.captured, "transaction_id", nobody));
    refused.expect_error(404, "resource_not_found", None);
    assert_eq!(theirs.available(), "60.00");
}

fn a_key_files_once(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let post = |wish: &Value| shopper.client.post_once("/v1/disputes", wish, "one-dispute");
    let mine = wish(&shopper.captured);
    let (first, second) = (post(&mine), post(&mine));
    first.expect(201);
    assert!(second.is_replay() && !first.is_replay());
    assert_eq!(first.body, second.body);
    let other = wish_with(&shopper.captured, "reason", json!("fraud"));
    let param = Some("Idempotency-Key");
    post(&other).expect_error(409, "conflict_idempotency_key", param);
    assert_eq!(shopper.available(), "100.00");
}
