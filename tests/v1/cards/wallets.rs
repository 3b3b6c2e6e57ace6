//! `POST /v1/cards/{id}/wallet_provisioning`.

use cardium_testkit::Backend;
use serde_json::json;

use super::{FIELDS, issue, part};
use crate::{
    on_both,
    support::{Server, assert_fields, text},
};

on_both! {
    a_pending_wallet_becomes_ready_once;
    wallets_are_refused_where_they_cannot_be;
}

fn a_pending_wallet_becomes_ready_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = part(&card, "wallet_provisioning");
    let key = client.api_key(&["card:control"]);
    let audited = || {
        let rows = "SELECT COUNT(*) AS count FROM audit_entries";
        let action = "action = 'card.wallet_provisioned'";
        server.count(&format!("{rows} WHERE {action} AND object = '{card}'"))
    };
    let first = key.post(&path, &json!({"wallet": "apple_pay"})).expect(200);
    assert_fields(&first, &FIELDS);
    assert_eq!(first["wallet"], json!({"apple_pay": "ready", "google_pay": "pending"}));
    assert_eq!(key.post(&path, &json!({"wallet": "apple_pay"})).expect(200), first);
    assert_eq!(audited(), 1);
    let both = key.post(&path, &json!({"wallet": "google_pay"})).expect(200);
    assert_eq!(both["wallet"], json!({"apple_pay": "ready", "google_pay": "ready"}));
    assert_eq!(audited(), 2);
}

fn wallets_are_refused_where_they_cannot_be(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let (body, card) = (json!({"wallet": "google_pay"}), client.card(None));
    let path = part(&card, "wallet_provisioning");
    for (wrong, code) in [
        (json!({}), "missing_required_field"),
        (json!({"wallet": "samsung_pay"}), "invalid_field"),
        (json!({"wallet": true}), "invalid_field"),
    ] {
        client.post(&path, &wrong).expect_error(400, code, Some("wallet"));
    }
    stranger.post(&path, &body).expect_error(404, "resource_not_found", None);
    let reader = client.api_key(&["card:read"]);
    reader.post(&path, &body).expect_error(403, "insufficient_scope", None);
    let other = issue(&client, &json!({"type": "virtual", "bin": "416842"}));
    let other = part(text(&other, "id"), "wallet_provisioning");
    client.post(&other, &body).expect_error(422, "wallet_unsupported", None);
    client.post(&part(&card, "freeze"), &json!({})).expect(200);
    client.post(&path, &body).expect_error(409, "card_frozen", None);
    client.post(&part(&card, "unfreeze"), &json!({})).expect(200);
    let read = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(read["wallet"]["google_pay"], "pending");
    client.post(&part(&card, "cancel"), &json!({})).expect(200);
    client.post(&path, &body).expect_error(409, "card_cancelled", None);
}
