//! Plastic on its way, and its activation.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, issue, part};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, text},
};

on_both! {
    a_physical_card_is_activated_after_delivery;
    plastic_goes_forward_only;
    plastic_that_came_back_stays_frozen;
    only_its_owner_moves_plastic;
}

fn plastic(client: &Client) -> String {
    text(&issue(client, &crate::support::plastic()), "id").to_owned()
}

fn path(card: &str) -> String {
    format!("/v1/test/cards/{card}/fulfilment")
}

fn a_physical_card_is_activated_after_delivery(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let issued = issue(&client, &crate::support::plastic());
    let got = ["bin", "status", "freeze_reason"].map(|field| text(&issued, field));
    assert_eq!(got, ["448585", "frozen", "awaiting_activation"]);
    assert_eq!(issued["fulfillment"], json!({"status": "ordered"}));
    let card = text(&issued, "id");
    let unfreeze = part(card, "unfreeze");
    for state in ["produced", "shipped", "delivered"] {
        client.post(&unfreeze, &json!({})).expect_error(409, "card_not_delivered", None);
        let moved = client.post(&path(card), &json!({"to": state})).expect(200);
        assert_fields(&moved, &FIELDS);
        assert_eq!(moved["fulfillment"], json!({"status": state}));
        assert_eq!(text(&moved, "freeze_reason"), "awaiting_activation");
    }
    let active = client.post(&unfreeze, &json!({})).expect(200);
    assert_eq!((text(&active, "status"), &active["freeze_reason"]), ("active", &Value::Null));
    // From then on it is frozen and unfrozen as any card is.
    let frozen = client.post(&part(card, "freeze"), &json!({})).expect(200);
    assert_eq!(text(&frozen, "freeze_reason"), "cardholder");
    client.post(&unfreeze, &json!({})).expect(200);
}

fn plastic_goes_forward_only(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = plastic(&client);
    let moved = |state: &str| client.post(&path(&card), &json!({"to": state}));
    moved("shipped").expect(200);
    let again = moved("shipped").expect(200);
    assert_eq!(again["fulfillment"]["status"], "shipped");
    let wrong_order = "invalid_fulfillment_state";
    for back in ["ordered", "produced"] {
        moved(back).expect_error(409, wrong_order, None);
    }
    moved("delivered").expect(200);
    moved("returned").expect_error(409, wrong_order, None);
    moved("lost").expect_error(400, "invalid_field", Some("to"));
    client.post(&path(&card), &json!({})).expect_error(400, "missing_required_field", Some("to"));
    let read = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(read["fulfillment"]["status"], "delivered");
    client.post(&part(&card, "cancel"), &json!({})).expect(200);
    moved("returned").expect_error(409, "card_cancelled", None);
    let virtual_card = client.card(None);
    let shown = client.get(&format!("/v1/cards/{virtual_card}")).expect(200);
    assert_eq!(shown["fulfillment"], Value::Null);
    let refused = client.post(&path(&virtual_card), &json!({"to": "shipped"}));
    refused.expect_error(409, wrong_order, None);
}

fn plastic_that_came_back_stays_frozen(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = plastic(&client);
    client.post(&path(&card), &json!({"to": "returned"})).expect(200);
    let unfreeze = client.post(&part(&card, "unfreeze"), &json!({}));
    unfreeze.expect_error(409, "card_not_delivered", None);
}

fn only_its_owner_moves_plastic(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let (card, body) = (plastic(&client), json!({"to": "shipped"}));
    stranger.post(&path(&card), &body).expect_error(404, "resource_not_found", None);
    let reader = client.api_key(&["card:read"]);
    reader.post(&path(&card), &body).expect_error(403, "insufficient_scope", None);
    let read = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(read["fulfillment"]["status"], "ordered");
}
