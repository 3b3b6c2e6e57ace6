//! `/v1/activity`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Server, assert_fields, ids, items, text},
};

on_both! {
    what_happens_is_told_with_its_actor;
    activities_are_filtered;
    pages_follow_the_account_s_own_order;
    nobody_sees_another_account;
    a_key_of_one_book_sees_that_book;
}

const FIELDS: [&str; 11] = [
    "id",
    "object",
    "type",
    "actor",
    "object_type",
    "object_id",
    "mode",
    "summary",
    "event_id",
    "account_seq",
    "created_at",
];

fn activity(client: &Client, query: &str) -> Vec<Value> {
    items(&client.get(&format!("/v1/activity{query}")).expect(200)).to_vec()
}

fn words<'a>(found: &'a [Value], field: &str) -> Vec<&'a str> {
    found.iter().map(|item| text(item, field)).collect()
}

fn what_happens_is_told_with_its_actor(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let key = client.with_token(text(&made, "key"));
    let card = key.card(Some("100.00"));
    let bought = client.authorize(&card, &json!({"amount_usd": 10, "merchant_name": "COFFEE"}));
    key.post(&format!("/v1/cards/{card}/freeze"), &json!({})).expect(200);
    client.authorize(&card, &json!({"amount_usd": 12, "merchant_name": "COFFEE"}));
    let last4 = client.get(&format!("/v1/cards/{card}")).expect(200);
    let last4 = text(&last4, "last4").to_owned();
    let found = activity(&client, "?sort=created_at");
    assert_fields(&found[0], &FIELDS);
    let lines: Vec<_> = found
        .iter()
        .map(|item| (text(item, "type"), text(&item["actor"], "type"), text(item, "summary")))
        .collect();
    let card_is = |what: &str| format!("Card ending in {last4} {what}");
    let (issued, frozen) = (card_is("issued"), card_is("frozen"));
    assert_eq!(
        lines,
        [
            ("account.created", "public", "Account opened"),
            ("topup.created", "session", "Top-up of 500.00 USD asked for"),
            ("topup.confirmed", "system", "Top-up credited with 500.00 USD"),
            ("card.issued", "api_key", issued.as_str()),
            ("transaction.authorized", "network", "Authorization of 10.00 USD at COFFEE"),
            ("card.frozen", "api_key", frozen.as_str()),
            (
                "transaction.declined",
                "network",
                "Purchase of 12.00 USD at COFFEE declined: card frozen"
            ),
        ]
    );
    let seqs: Vec<_> = found.iter().map(|item| item["account_seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=7).map(Some).collect::<Vec<_>>());
    let issued = &found[3];
    assert_eq!(issued["actor"]["id"], made["id"]);
    let told = ["object", "object_type", "object_id", "mode"].map(|field| text(issued, field));
    assert_eq!(told, ["activity", "card", card.as_str(), "live"]);
    assert_eq!(text(issued, "id")[4..], text(issued, "event_id")[4..]);
    assert!(text(issued, "id").starts_with("act_") && text(issued, "event_id").starts_with("evt_"));
    assert_eq!((&found[4]["actor"]["id"], &found[4]["object_id"]), (&Value::Null, &bought["id"]));
}

fn activities_are_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let (one, two) = (client.card(None), client.card(None));
    let key = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let freeze = format!("/v1/cards/{one}/freeze");
    client.with_token(text(&key, "key")).post(&freeze, &json!({})).expect(200);
    client.topup(&json!({"amount_usd": 20, "mode": "sandbox"}));
    let kinds = |query: &str| {
        let found = activity(&client, query);
        words(&found, "type").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&format!("?object_id={one}")), ["card.frozen", "card.issued"]);
    assert_eq!(kinds(&format!("?object_id={two}")), ["card.issued"]);
    assert_eq!(kinds(&format!("?object_id={one}&type=card.issued")), ["card.issued"]);
    assert_eq!(kinds(&format!("?actor={}", text(&key, "id"))), ["card.frozen"]);
    assert_eq!(kinds("?actor=public"), ["account.created"]);
    assert_eq!(kinds("?actor=network"), Vec::<String>::new());
    assert_eq!(kinds("?mode=sandbox"), ["topup.created"]);
    assert_eq!(kinds("?type=topup.confirmed&mode=live"), ["topup.confirmed"]);
    assert_eq!(kinds("?created_before=2020-01-01T00:00:00Z"), Vec::<String>::new());
    assert_eq!(kinds("?created_after=2020-01-01T00:00:00Z").len(), 7);
    for (query, param) in [
        ("type=card.flown", "type"),
        ("actor=nobody", "actor"),
        ("object_id=x", "object_id"),
        ("mode=test", "mode"),
        ("sort=type", "sort"),
    ] {
        let refused = client.get(&format!("/v1/activity?{query}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn pages_follow_the_account_s_own_order(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for _ in 0..6 {
        client.topup(&json!({"amount_usd": 20}));
    }
    for order in ["created_at", "-created_at"] {
        let whole = ids(&client.get(&format!("/v1/activity?sort={order}")).expect(200));
        assert_eq!(whole.len(), 7);
        let first = client.get(&format!("/v1/activity?sort={order}&limit=4")).expect(200);
        let cursor = text(&first, "next_cursor");
        let next = client.get(&format!("/v1/activity?sort={order}&cursor={cursor}")).expect(200);
        assert_eq!([ids(&first), ids(&next)].concat(), whole);
        assert_eq!((&first["has_more"], &next["has_more"]), (&json!(true), &json!(false)));
        // An event's own id names the same, but it is no id of this list.
        let event = cursor.replace("act_", "evt_");
        let refused = client.get(&format!("/v1/activity?cursor={event}"));
        refused.expect_error(400, "invalid_cursor", Some("cursor"));
    }
}

fn nobody_sees_another_account(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let card = client.card(None);
    assert!(activity(&stranger, &format!("?object_id={card}")).is_empty());
    assert_eq!(words(&activity(&stranger, ""), "type"), ["account.created"]);
    // account:read brings activity:read along.
    let reader = client.api_key(&["account:read"]);
    assert_eq!(activity(&reader, "").len(), 2);
    let blind = client.api_key(&["audit:read", "card:read"]);
    blind.get("/v1/activity").expect_error(403, "insufficient_scope", None);
}

fn a_key_of_one_book_sees_that_book(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    client.topup(&json!({"amount_usd": 20, "mode": "sandbox"}));
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let path = format!("/v1/api_keys/{}", text(&made, "id"));
    client.patch(&path, &json!({"mode": "sandbox"})).expect(200);
    let key = client.with_token(text(&made, "key"));
    let told = client.get_until("/v1/activity", |_| activity(&key, "").len() == 1);
    assert_eq!(items(&told).len(), 4);
    assert_eq!(words(&activity(&key, ""), "type"), ["topup.created"]);
    assert_eq!(words(&activity(&key, ""), "mode"), ["sandbox"]);
    let live = ["topup.confirmed", "topup.created", "account.created"];
    assert_eq!(words(&activity(&key, "?mode=live"), "type"), live, "as in every other list");
    assert_eq!(activity(&client, "").len(), 4);
}
