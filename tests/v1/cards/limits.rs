//! `PATCH /v1/cards/{id}/limits`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, assert_guarded, part};
use crate::{
    on_both,
    support::{Server, assert_fields, usd},
};

on_both! {
    limits_are_merged_and_cleared;
    a_change_is_audited_once_and_tells_no_subscriber;
    limits_are_refused_by_field;
    limits_are_guarded;
    a_changed_limit_is_replayed_for_its_key;
}

const SUMS: [&str; 4] = ["daily_usd", "weekly_usd", "monthly_usd", "lifetime_usd"];
const COUNTS: [&str; 4] = ["count_per_day", "count_per_week", "count_per_month", "count_lifetime"];

fn limits_are_merged_and_cleared(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = part(&card, "limits");
    let all = json!({
        "per_transaction_usd": "50000.00", "daily_usd": 10, "weekly_usd": "20.5",
        "monthly_usd": 500_000, "lifetime_usd": 1_000_000, "count_per_day": 1,
        "count_per_week": 2, "count_per_month": 3, "count_lifetime": 1_000_000,
    });
    let set = client.patch(&path, &all).expect(200);
    assert_fields(&set, &FIELDS);
    let limits = &set["limits"];
    let got = SUMS.map(|name| usd(limits, name));
    assert_eq!(got, ["10.00", "20.50", "500000.00", "1000000.00"]);
    assert_eq!(COUNTS.map(|name| limits[name].as_i64()), [1, 2, 3, 1_000_000].map(Some));
    // The card never spent: all of every limit remains.
    assert_eq!(SUMS.map(|name| usd(&limits["used"], name)), ["0.00"; 4]);
    assert_eq!(COUNTS.map(|name| limits["used"][name].as_i64()), [Some(0); 4]);
    assert_eq!(SUMS.map(|name| usd(&limits["remaining"], name)), got);
    assert_fields(&limits["resets_at"], &["daily", "weekly", "monthly"]);
    let read = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(read["limits"], *limits);
    let change = json!({"daily_usd": null, "weekly_usd": 30, "count_per_day": null});
    let changed = &client.patch(&path, &change).expect(200)["limits"];
    assert_eq!((&changed["daily_usd"], &changed["count_per_day"]), (&Value::Null, &Value::Null));
    assert_eq!(changed["remaining"]["daily_usd"], Value::Null);
    assert_eq!(usd(changed, "weekly_usd"), "30.00");
    assert_eq!(usd(changed, "per_transaction_usd"), "50000.00");
    let list = client.get("/v1/cards").expect(200);
    assert_eq!(usd(&list["data"][0]["limits"], "weekly_usd"), "30.00");
    assert_eq!(list["data"][0]["limits"]["used"], Value::Null);
}

fn a_change_is_audited_once_and_tells_no_subscriber(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let audited = || {
        let rows = "SELECT COUNT(*) AS count FROM audit_entries";
        server
            .count(&format!("{rows} WHERE action = 'card.controls_changed' AND object = '{card}'"))
    };
    let events = server.events(client.account());
    for (body, expected) in [
        (json!({}), 0),
        (json!({"daily_usd": 10}), 1),
        (json!({"daily_usd": "10.00"}), 1),
        (json!({"daily_usd": null}), 2),
    ] {
        client.patch(&part(&card, "limits"), &body).expect(200);
        assert_eq!(audited(), expected, "{body}");
    }
    assert_eq!(server.events(client.account()), events);
}

fn limits_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = part(&card, "limits");
    client.patch(&path, &json!({"daily_usd": 10})).expect(200);
    let before = client.get(&format!("/v1/cards/{card}")).expect(200);
    let above = "limit_above_bin_maximum";
    for (field, value, status, code) in [
        ("per_transaction_usd", json!("50000.01"), 422, above),
        ("monthly_usd", json!("500000.01"), 422, above),
        ("daily_usd", json!(0), 400, "invalid_field"),
        ("daily_usd", json!("-1"), 400, "invalid_field"),
        ("daily_usd", json!(true), 400, "invalid_field"),
        ("weekly_usd", json!("1.001"), 422, "invalid_precision"),
        ("lifetime_usd", json!("1000000.01"), 400, "invalid_field"),
        ("count_per_day", json!(0), 400, "invalid_field"),
        ("count_per_week", json!(1.5), 400, "invalid_field"),
        ("count_per_month", json!("3"), 400, "invalid_field"),
        ("count_lifetime", json!(1_000_001), 400, "invalid_field"),
    ] {
        // The good half of a bad request has no effect either.
        let mut body = json!({"weekly_usd": 77, "count_per_month": 7});
        body[field] = value;
        client.patch(&path, &body).expect_error(status, code, Some(field));
    }
    assert_eq!(client.get(&format!("/v1/cards/{card}")).expect(200), before);
}

fn limits_are_guarded(backend: Backend) {
    assert_guarded(&Server::shared(backend), "limits", &json!({"daily_usd": 5}));
}

fn a_changed_limit_is_replayed_for_its_key(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let send = |amount: u32| {
        let request = client.request(reqwest::Method::PATCH, &part(&card, "limits"));
        request.json(&json!({"daily_usd": amount})).key("limit").send()
    };
    let first = send(5);
    first.expect(200);
    client.patch(&part(&card, "limits"), &json!({"daily_usd": 6})).expect(200);
    let again = send(5);
    assert!(again.is_replay() && again.body == first.body);
    send(7).expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    let read = client.get(&format!("/v1/cards/{card}")).expect(200);
    assert_eq!(usd(&read["limits"], "daily_usd"), "6.00");
}
