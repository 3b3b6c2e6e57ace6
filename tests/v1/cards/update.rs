//! `PATCH /v1/cards/{id}`: label and notes.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, issue, part};
use crate::{
    on_both,
    support::{Server, assert_fields, text},
};

on_both! {
    a_card_is_issued_with_notes;
    label_and_notes_are_merged;
    a_change_is_audited_once_and_tells_no_subscriber;
    changes_are_refused_by_field;
    only_its_owner_describes_a_card;
}

fn a_card_is_issued_with_notes(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let with = |notes: &Value| json!({"type": "virtual", "bin": "489517", "metadata": notes});
    let notes = json!({"team": "ads", "order": "4921"});
    let card = issue(&client, &with(&notes));
    assert_eq!(card["metadata"], notes);
    let path = format!("/v1/cards/{}", text(&card, "id"));
    assert_eq!(client.get(&path).expect(200)["metadata"], notes);
    assert_eq!(issue(&client, &with(&Value::Null))["metadata"], json!({}));
    for (notes, param) in [
        (json!({"a": 1}), "metadata.a"),
        (json!([]), "metadata"),
        (json!({"": "x"}), "metadata"),
        (json!({"a": "x".repeat(501)}), "metadata"),
    ] {
        let refused = client.post("/v1/cards", &with(&notes));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn label_and_notes_are_merged(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = format!("/v1/cards/{card}");
    let change = |body: Value| client.patch(&path, &body).expect(200);
    let first = change(json!({"label": "Ads", "metadata": {"a": "1", "b": "2"}}));
    assert_fields(&first, &FIELDS);
    assert_eq!((text(&first, "label"), &first["metadata"]), ("Ads", &json!({"a": "1", "b": "2"})));
    let second = change(json!({"metadata": {"a": null, "c": "3"}}));
    assert_eq!(text(&second, "label"), "Ads");
    assert_eq!(second["metadata"], json!({"b": "2", "c": "3"}));
    assert_eq!(change(json!({"label": null}))["label"], Value::Null);
    let read = client.get(&path).expect(200);
    assert_eq!((&read["label"], &read["metadata"]), (&Value::Null, &second["metadata"]));
    // A cancelled card can still be filed away.
    client.post(&part(&card, "cancel"), &json!({})).expect(200);
    assert_eq!(text(&change(json!({"label": "Old"})), "status"), "cancelled");
}

fn a_change_is_audited_once_and_tells_no_subscriber(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = format!("/v1/cards/{card}");
    let audited = || {
        let rows = "SELECT COUNT(*) AS count FROM audit_entries";
        server.count(&format!("{rows} WHERE action = 'card.updated' AND object = '{card}'"))
    };
    let events = server.events(client.account());
    for (body, expected) in [
        (json!({}), 0),
        (json!({"label": "Ads"}), 1),
        (json!({"label": "Ads", "metadata": {"a": null}}), 1),
        (json!({"metadata": {"a": "1"}}), 2),
    ] {
        client.patch(&path, &body).expect(200);
        assert_eq!(audited(), expected, "{body}");
    }
    assert_eq!(server.events(client.account()), events);
}

fn changes_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = format!("/v1/cards/{card}");
    client.patch(&path, &json!({"metadata": {"a": "1"}})).expect(200);
    let before = client.get(&path).expect(200);
    let many: serde_json::Map<_, _> = (0..50).map(|n| (format!("n{n}"), json!("x"))).collect();
    for (body, param) in [
        (json!({"label": "x".repeat(65)}), "label"),
        (json!({"label": 5}), "label"),
        (json!({"label": "Ads", "metadata": {"b": 1}}), "metadata.b"),
        (json!({"label": "Ads", "metadata": {"": "1"}}), "metadata"),
        (json!({"label": "Ads", "metadata": many}), "metadata"),
    ] {
        client.patch(&path, &body).expect_error(400, "invalid_field", Some(param));
    }
    assert_eq!(client.get(&path).expect(200), before);
}

fn only_its_owner_describes_a_card(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let (path, body) = (format!("/v1/cards/{}", client.card(None)), json!({"label": "Mine"}));
    stranger.patch(&path, &body).expect_error(404, "resource_not_found", None);
    let reader = client.api_key(&["card:read", "card:issue"]);
    reader.patch(&path, &body).expect_error(403, "insufficient_scope", None);
    assert_eq!(client.get(&path).expect(200)["label"], Value::Null);
}
