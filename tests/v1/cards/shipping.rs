//! Where plastic is sent.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::issue;
use crate::{
    on_both,
    support::{Server, address, items, plastic, text},
};

on_both! {
    plastic_is_issued_with_an_address;
    addresses_are_refused_by_field;
    an_address_is_kept_sealed;
}

fn plastic_is_issued_with_an_address(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = issue(&client, &plastic());
    assert_eq!(card["shipping"], address());
    let path = format!("/v1/cards/{}", text(&card, "id"));
    assert_eq!(client.get(&path).expect(200)["shipping"], address());
    let list = client.get("/v1/cards").expect(200);
    assert_eq!(items(&list)[0]["shipping"], Value::Null, "a list goes without");
    let shortest = json!({"name": "A", "line1": "B", "city": "C", "postal_code": "1",
        "country": "DE"});
    let card = issue(&client, &json!({"type": "physical", "shipping": shortest}));
    assert_eq!(card["shipping"]["phone"], Value::Null);
    // Nothing of a virtual card is sent anywhere.
    let virtual_card = json!({"type": "virtual", "bin": "489517", "shipping": address()});
    assert_eq!(issue(&client, &virtual_card)["shipping"], Value::Null);
}

fn addresses_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let before = (client.holdings(), server.events(client.account()));
    let missing = "missing_required_field";
    for (field, value, status, code) in [
        ("name", Value::Null, 400, missing),
        ("line1", Value::Null, 400, missing),
        ("city", Value::Null, 400, missing),
        ("postal_code", Value::Null, 400, missing),
        ("country", Value::Null, 400, missing),
        ("name", json!(""), 400, "invalid_field"),
        ("name", json!("x".repeat(101)), 400, "invalid_field"),
        ("line1", json!("two\nlines"), 400, "invalid_field"),
        ("line2", json!("x".repeat(101)), 400, "invalid_field"),
        ("state", json!(5), 400, "invalid_field"),
        ("postal_code", json!("1".repeat(21)), 400, "invalid_field"),
        ("country", json!("GBR"), 422, "invalid_country"),
        ("phone", json!("call me"), 400, "invalid_field"),
    ] {
        let mut body = plastic();
        body["shipping"][field] = value;
        let param = format!("shipping.{field}");
        client.post("/v1/cards", &body).expect_error(status, code, Some(&param));
    }
    let bare = json!({"type": "physical", "shipping": null});
    let refused = client.post("/v1/cards", &bare);
    refused.expect_error(422, "shipping_required", Some("shipping"));
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

/// Neither the card's row nor the record of the answer has a word of it.
fn an_address_is_kept_sealed(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let mut body = plastic();
    body["shipping"]["line1"] = json!("7 Hidden Lane");
    client.post_once("/v1/cards", &body, "sealed").expect(201);
    let told = |table: &str, column: &str| {
        let found = match backend {
            Backend::Sqlite => format!("instr({column}, CAST('Hidden Lane' AS BLOB))"),
            Backend::Postgres => format!("position('Hidden Lane'::bytea IN {column})"),
        };
        server.count(&format!("SELECT COUNT(*) AS count FROM {table} WHERE {found} > 0"))
    };
    for (table, column) in
        [("cards", "shipping"), ("idempotency_records", "body"), ("events", "object")]
    {
        let rows = format!("SELECT COUNT(*) AS count FROM {table} WHERE {column} IS NOT NULL");
        assert!(server.count(&rows) > 0, "{table}");
        assert_eq!(told(table, column), 0, "{table}");
    }
}
