//! `metadata`: the client's own notes.

use cardium_testkit::Backend;
use serde_json::{Map, Value, json};

use crate::{
    on_both,
    support::{Client, Server, items, text},
};

on_both! {
    notes_are_kept_and_shown;
    notes_have_bounds;
}

/// A captured purchase.
fn captured(client: &Client) -> Value {
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let bought = client.authorize(&card, &json!({"amount_usd": 10}));
    let id = text(&bought, "authorization_id");
    client.post(&format!("/v1/test/authorizations/{id}/capture"), &json!({})).expect(201)
}

fn notes_are_kept_and_shown(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let notes = json!({"order": "4921", "a": "\u{1F4B8}\"\\\n", "empty": ""});
    let why = "This was not my doing.";
    let step = text(&captured(&client), "id").to_owned();
    let dispute = json!({"transaction_id": step, "reason": "fraud", "description": why});
    for (path, mut body) in
        [("/v1/topups", json!({"amount_usd": 300})), ("/v1/disputes", dispute.clone())]
    {
        body["metadata"] = notes.clone();
        let made = client.post(path, &body).expect(201);
        assert_eq!(made["metadata"], notes, "{path}");
        let found = client.get(&format!("{path}/{}", text(&made, "id"))).expect(200);
        assert_eq!(found["metadata"], notes, "{path}");
        let list = client.get(&format!("{path}?limit=1")).expect(200);
        assert_eq!(items(&list)[0]["metadata"], notes, "{path}");
    }
    // A change of the object leaves its notes alone.
    let topup = client.topup(&json!({"amount_usd": 20, "metadata": {"k": "v"}}));
    let path = format!("/v1/topups/{}/cancel", text(&topup, "id"));
    assert_eq!(client.post(&path, &json!({})).expect(200)["metadata"], json!({"k": "v"}));
    for body in [json!({"amount_usd": 20}), json!({"amount_usd": 20, "metadata": null})] {
        assert_eq!(client.topup(&body)["metadata"], json!({}));
    }
}

fn notes_have_bounds(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let many = |count: usize| -> Map<String, Value> {
        (0..count).map(|number| (format!("n{number}"), json!("x"))).collect()
    };
    let full = json!({"amount_usd": 20, "metadata": many(50)});
    assert_eq!(client.topup(&full)["metadata"], Value::Object(many(50)));
    for (notes, param) in [
        (json!(many(51)), "metadata"),
        (json!({"x".repeat(41): "v"}), "metadata"),
        (json!({"": "v"}), "metadata"),
        (json!({"n": "v".repeat(501)}), "metadata"),
        (json!({"n": 5}), "metadata.n"),
        (json!({"n": null}), "metadata.n"),
        (json!({"n": {}}), "metadata.n"),
        (json!([]), "metadata"),
        (json!("x"), "metadata"),
    ] {
        let refused = client.post("/v1/topups", &json!({"amount_usd": 20, "metadata": notes}));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}
