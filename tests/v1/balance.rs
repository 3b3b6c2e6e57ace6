//! `/v1/balance`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Server, assert_fields, items, text, usd},
};

on_both! {
    the_balance_shows_both_books;
    a_key_of_a_book_sees_its_book;
    every_movement_leaves_a_line;
}

const PART: [&str; 4] = ["available_usd", "pending_usd", "reserved_usd", "updated_at"];

fn the_balance_shows_both_books(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let empty = client.get("/v1/balance").expect(200);
    assert_fields(&empty, &[&["object", "mode", "live", "sandbox"], &PART[..]].concat());
    assert_eq!((text(&empty, "object"), text(&empty, "mode")), ("balance", "sandbox"));
    assert_eq!(PART[..3].iter().map(|field| usd(&empty, field)).collect::<Vec<_>>(), ["0.00"; 3]);
    client.fund("20.00");
    assert_eq!(
        (client.available(), client.fund("500.00")["mode"].clone()),
        ("20.00".into(), json!("live"))
    );
    let both = client.get("/v1/balance").expect(200);
    assert_eq!((usd(&both, "available_usd"), text(&both, "mode")), ("500.00".into(), "live"));
    for (mode, amount) in [("live", "500.00"), ("sandbox", "20.00")] {
        assert_fields(&both[mode], &PART);
        assert_eq!(usd(&both[mode], "available_usd"), amount);
        let named = client.get(&format!("/v1/balance?mode={mode}")).expect(200);
        assert_eq!((usd(&named, "available_usd"), text(&named, "mode")), (amount.into(), mode));
    }
    client.get("/v1/balance?mode=test").expect_error(400, "invalid_field", Some("mode"));
}

fn a_key_of_a_book_sees_its_book(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("20.00");
    client.fund("500.00");
    let key = client.post("/v1/api_keys", &json!({"name": "s", "mode": "sandbox"})).expect(201);
    let key = client.with_token(text(&key, "key"));
    let balance = key.get("/v1/balance").expect(200);
    assert_eq!(
        (usd(&balance, "available_usd"), text(&balance, "mode")),
        ("20.00".into(), "sandbox")
    );
    let history = key.get("/v1/balance/history").expect(200);
    assert_eq!(items(&history).len(), 1);
    assert_eq!(items(&key.get("/v1/topups").expect(200)).len(), 1);
}

/// Type, amount and balance after each line of a history.
fn lines(history: &Value) -> Vec<[String; 3]> {
    let line = |entry: &Value| {
        [text(entry, "type").to_owned(), usd(entry, "amount_usd"), usd(entry, "balance_after_usd")]
    };
    items(history).iter().map(line).collect()
}

fn every_movement_leaves_a_line(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let topup = client.fund("487.20");
    let card = client.card(None);
    let act = |verb: &str, body: &Value| {
        client.post(&format!("/v1/cards/{card}/{verb}"), body).expect(200);
    };
    act("load", &json!({"amount_usd": 200}));
    act("unload", &json!({"amount_usd": "0.01"}));
    act("cancel", &json!({}));
    let history = client.get("/v1/balance/history").expect(200);
    let line = |kind: &str, amount: &str, after: &str| [kind, amount, after].map(str::to_owned);
    let expected = [
        line("card_unload", "199.99", "483.20"),
        line("card_unload", "0.01", "283.21"),
        line("card_load", "-204.00", "283.20"),
        line("topup", "487.20", "487.20"),
    ];
    assert_eq!(lines(&history), expected);
    let [last, .., first] = items(&history) else {
        panic!("{history}");
    };
    let fields = ["id", "object", "mode", "type", "amount_usd", "balance_after_usd", "source"];
    assert_fields(first, &[&fields[..], &["created_at", "updated_at"]].concat());
    assert_eq!((text(first, "object"), text(first, "mode")), ("balance_entry", "live"));
    assert!(text(first, "id").starts_with("bal_"));
    assert_eq!(first["source"], json!({"object": "topup", "id": topup["id"]}));
    assert_eq!(last["source"], json!({"object": "card", "id": card}));
    for (filter, expected) in [
        ("type=topup", vec![&expected[3]]),
        ("type=card_unload", vec![&expected[0], &expected[1]]),
        ("type=clearing", vec![]),
        ("mode=sandbox", vec![]),
        ("sort=amount_usd&limit=2", vec![&expected[2], &expected[1]]),
        ("sort=created_at&limit=1", vec![&expected[3]]),
    ] {
        let list = client.get(&format!("/v1/balance/history?{filter}")).expect(200);
        assert_eq!(lines(&list).iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    for (filter, param) in [("type=gift", "type"), ("mode=x", "mode"), ("sort=type", "sort")] {
        let refused = client.get(&format!("/v1/balance/history?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}
