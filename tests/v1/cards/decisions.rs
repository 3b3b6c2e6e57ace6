//! Every control declines with its reason and its figures, and asking beforehand says the same.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cardium_kernel::Timestamp;
use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::part;
use crate::{
    on_both,
    support::{Client, Server, assert_fields, plastic, text, usd},
};

on_both! {
    each_control_declines_with_its_reason;
    a_locked_card_spends_at_its_merchant_only;
    each_limit_declines_with_its_figures;
    what_the_card_itself_is_comes_first;
    wrong_cvv_are_counted;
    controls_end_at_their_moment;
    an_approval_shows_what_was_checked;
    only_what_was_decided_has_a_decision;
}

const CHECK: [&str; 7] = ["rule", "result", "reason", "unit", "limit", "used", "requested"];

/// A client with money for a few cards.
fn rich(server: &Server) -> Client {
    let client = server.sign_up();
    let _topup = client.fund("5000.00");
    client
}

/// A card with 100.00, and one part of its controls set.
fn card_with(client: &Client, name: &str, body: &Value) -> String {
    let card = client.card(Some("100.00"));
    client.patch(&part(&card, name), body).expect(200);
    card
}

fn decision(client: &Client, made: &Value) -> Value {
    client.get(&format!("/v1/transactions/{}/decision", text(made, "id"))).expect(200)
}

fn balance(client: &Client, card: &str) -> [String; 2] {
    let card = client.get(&format!("/v1/cards/{card}")).expect(200);
    ["available_usd", "held_usd"].map(|field| usd(&card, field))
}

/// What `purchase` is declined for: code, reason, rule and the rule's figures. Asking beforehand
/// must give the same, and leave the card as it is.
#[track_caller]
fn declined(client: &Client, card: &str, purchase: &Value) -> (String, String, Value) {
    let before = (balance(client, card), steps(client, card));
    let asked = client.post(&part(card, "authorization_checks"), purchase).expect(200);
    let made = client.authorize(card, purchase);
    let shown = decision(client, &made);
    assert_eq!(balance(client, card), before.0);
    assert_eq!(steps(client, card), before.1 + 1, "only the purchase leaves a step");
    for answer in [&asked, &shown] {
        assert_eq!(answer["decision"], "declined", "{purchase}: {answer}");
        assert_eq!(answer["reason"], made["decline"]["code"]);
        assert_eq!(answer["response_code"], made["auth_response_code"]);
    }
    assert_eq!(asked["checks"], shown["checks"], "{purchase}");
    assert_eq!(usd(&asked, "approved_usd"), "0.00");
    let checks = shown["checks"].as_array().expect("a list");
    let failed = checks.iter().find(|check| check["result"] == "failed").expect("one failed");
    assert_fields(failed, &CHECK);
    assert_eq!(failed["reason"], shown["reason"], "the first that failed gives the reason");
    let of = |field| text(&shown, field).to_owned();
    (of("response_code"), of("reason"), failed.clone())
}

fn steps(client: &Client, card: &str) -> usize {
    let list = client.get(&part(card, "transactions?limit=100")).expect(200);
    crate::support::items(&list).len()
}

/// The figures of a check, as text.
fn figures(check: &Value) -> Value {
    ["unit", "limit", "used", "requested"].map(|field| check[field].clone()).into()
}

/// A purchase of 5.00 with one thing changed.
fn shopping(field: &str, value: &str) -> Value {
    let mut purchase =
        json!({"amount_usd": 5, "merchant_id": "SHOP1", "mcc": "5999", "country": "US"});
    purchase[field] = value.into();
    purchase
}

fn each_control_declines_with_its_reason(backend: Backend) {
    let server = Server::shared(backend);
    let client = rich(&server);
    let closed = |channel: &str| json!({"channels": {channel: false}});
    let mut cash = shopping("channel", "atm");
    cash["mcc"] = "6011".into();
    for (name, controls, purchase, rule) in [
        ("mcc", json!({"mode": "deny", "mccs": ["5999"]}), shopping("mcc", "5999"), "mcc"),
        ("mcc", json!({"mode": "allow", "mccs": ["3000-3299"]}), shopping("mcc", "3300"), "mcc"),
        ("geo", json!({"deny_countries": ["US"]}), shopping("country", "US"), "country"),
        ("geo", json!({"allow_countries": ["DE"]}), shopping("country", "FR"), "country"),
        ("controls", closed("ecommerce"), shopping("channel", "ecommerce"), "channel"),
        ("controls", closed("contactless"), shopping("channel", "contactless"), "channel"),
        ("controls", closed("magstripe"), shopping("channel", "magstripe"), "channel"),
        ("controls", closed("atm"), cash, "channel"),
    ] {
        let card = card_with(&client, name, &controls);
        let (code, reason, check) = declined(&client, &card, &purchase);
        let expected = if rule == "mcc" { "57" } else { "62" };
        assert_eq!((code.as_str(), reason), (expected, format!("{rule}_blocked")), "{controls}");
        assert_eq!(check["rule"], rule);
        assert_eq!(figures(&check), json!([null, null, null, null]));
        client.patch(&part(&card, name), &lifted(name)).expect(200);
        assert_eq!(client.authorize(&card, &purchase)["status"], "authorized", "{controls}");
    }
}

fn a_locked_card_spends_at_its_merchant_only(backend: Backend) {
    let server = Server::shared(backend);
    let client = rich(&server);
    let locked = card_with(&client, "controls", &json!({"merchant_lock": true}));
    let home = shopping("merchant_id", "SHOP1");
    assert_eq!(client.authorize(&locked, &home)["status"], "authorized");
    let (code, reason, check) = declined(&client, &locked, &shopping("merchant_id", "SHOP2"));
    assert_eq!((code.as_str(), reason.as_str()), ("57", "merchant_blocked"));
    assert_eq!(check["rule"], "merchant");
    assert_eq!(client.authorize(&locked, &home)["status"], "authorized");
}

/// What lifts the controls of one part.
fn lifted(name: &str) -> Value {
    match name {
        "mcc" => json!({"mode": null}),
        "geo" => json!({"allow_countries": null, "deny_countries": null}),
        _ => json!({"channels": null}),
    }
}

fn each_limit_declines_with_its_figures(backend: Backend) {
    let server = Server::shared(backend);
    let client = rich(&server);
    let buy = |amount: i64| json!({"amount_usd": amount, "mcc": "5999", "merchant_id": "SHOP1"});
    for (field, value, code, reason, rule, used) in [
        ("per_transaction_usd", 10, "61", "transaction_limit", "per_transaction_amount", "0.00"),
        ("daily_usd", 10, "61", "daily_limit", "daily_amount", "6.00"),
        ("weekly_usd", 10, "61", "weekly_limit", "weekly_amount", "6.00"),
        ("monthly_usd", 10, "61", "monthly_limit", "monthly_amount", "6.00"),
        ("lifetime_usd", 10, "61", "lifetime_limit", "lifetime_amount", "6.00"),
        ("count_per_day", 1, "65", "daily_count", "daily_count", ""),
        ("count_per_week", 1, "65", "weekly_count", "weekly_count", ""),
        ("count_per_month", 1, "65", "monthly_count", "monthly_count", ""),
        ("count_lifetime", 1, "65", "lifetime_count", "lifetime_count", ""),
    ] {
        let card = card_with(&client, "limits", &json!({field: value}));
        assert_eq!(client.authorize(&card, &buy(6))["status"], "authorized");
        let (got_code, got_reason, check) = declined(&client, &card, &buy(11));
        assert_eq!((got_code.as_str(), got_reason.as_str()), (code, reason));
        assert_eq!(check["rule"], rule);
        if used.is_empty() {
            assert_eq!(figures(&check), json!(["count", 1, 1, 1]), "{field}");
        } else {
            assert_eq!(check["unit"], "usd");
            let shown = ["limit", "used", "requested"].map(|figure| check[figure].to_string());
            assert_eq!(shown, ["10.00", used, "11.00"], "{field}");
        }
    }
    let once = card_with(&client, "controls", &json!({"single_use": true}));
    assert_eq!(client.authorize(&once, &buy(6))["status"], "authorized");
    let (code, reason, check) = declined(&client, &once, &buy(1));
    assert_eq!((code.as_str(), reason.as_str()), ("65", "single_use_spent"));
    assert_eq!(figures(&check), json!(["count", 1, 1, 1]));
    let poor = client.card(Some("20.00"));
    let (code, reason, check) = declined(&client, &poor, &buy(21));
    assert_eq!((code.as_str(), reason.as_str()), ("51", "insufficient_funds"));
    let shown = ["limit", "used", "requested"].map(|figure| check[figure].to_string());
    assert_eq!(shown, ["20.00", "0.00", "21.00"]);
}

fn what_the_card_itself_is_comes_first(backend: Backend) {
    let server = Server::shared(backend);
    let client = rich(&server);
    let plastic = client.post("/v1/cards", &plastic()).expect(201);
    let [frozen, cancelled] = ["freeze", "cancel"].map(|verb| {
        let card = card_with(&client, "limits", &json!({"per_transaction_usd": 1}));
        client.post(&part(&card, verb), &json!({})).expect(200);
        card
    });
    let buy = json!({"amount_usd": 500});
    for (card, code, reason) in [
        (frozen.as_str(), "62", "card_frozen"),
        (&cancelled, "14", "card_closed"),
        (text(&plastic, "id"), "78", "card_not_activated"),
    ] {
        let (got_code, got_reason, check) = declined(&client, card, &buy);
        assert_eq!((got_code.as_str(), got_reason.as_str()), (code, reason));
        assert_eq!(check["rule"], "card_state");
    }
    // All that stands in the way is shown, not only the first.
    let made = client.authorize(&frozen, &buy);
    let shown = decision(&client, &made);
    let failed: Vec<_> = shown["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|check| check["result"] == "failed")
        .map(|check| text(check, "rule"))
        .collect();
    assert_eq!(failed, ["card_state", "per_transaction_amount", "available_funds"]);
}

fn wrong_cvv_are_counted(backend: Backend) {
    let server = Server::shared(backend);
    let client = rich(&server);
    let card = client.card(Some("100.00"));
    let buy = |cvv: &str| client.authorize(&card, &json!({"amount_usd": 1, "cvv": cvv}));
    for used in 0..5 {
        let shown = decision(&client, &buy("bad"));
        assert_eq!((text(&shown, "response_code"), text(&shown, "reason")), ("05", "cvv_mismatch"));
        let checks = shown["checks"].as_array().expect("a list");
        let tries = checks.iter().find(|check| check["rule"] == "cvv_tries").expect("it is there");
        assert_eq!(figures(tries), json!(["count", 5, used, 1]));
    }
    for cvv in ["bad", "good"] {
        let shown = decision(&client, &buy(cvv));
        assert_eq!(text(&shown, "response_code"), "59", "{cvv}");
        assert_eq!(text(&shown, "reason"), "cvv_tries_exceeded");
    }
    assert_eq!(balance(&client, &card), ["100.00", "0.00"]);
}

fn controls_end_at_their_moment(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = rich(&server);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let soon = Timestamp::EPOCH.after(now + Duration::from_secs(1_800)).to_string();
    let card = card_with(&client, "controls", &json!({"expires_at": soon}));
    let buy = json!({"amount_usd": 1});
    assert_eq!(client.authorize(&card, &buy)["status"], "authorized");
    server.advance(1_800);
    let (code, reason, check) = declined(&client, &card, &buy);
    assert_eq!((code.as_str(), reason.as_str()), ("54", "controls_expired"));
    assert_eq!(check["rule"], "controls_expiry");
}

fn an_approval_shows_what_was_checked(backend: Backend) {
    let server = Server::shared(backend);
    let client = rich(&server);
    let card = card_with(&client, "limits", &json!({"daily_usd": 50, "count_per_day": 3}));
    let made = client.authorize(&card, &json!({"amount_usd": 20, "cvv": "good"}));
    let shown = decision(&client, &made);
    let documented = [
        "object",
        "mode",
        "transaction_id",
        "card_id",
        "decision",
        "reason",
        "response_code",
        "checks",
    ];
    assert_fields(&shown, &documented);
    assert_eq!((text(&shown, "decision"), text(&shown, "response_code")), ("approved", "00"));
    assert_eq!((&shown["reason"], &shown["transaction_id"]), (&Value::Null, &made["id"]));
    let checks = shown["checks"].as_array().expect("a list");
    assert!(checks.iter().all(|check| check["result"] == "passed"), "{shown}");
    let rules: Vec<_> = checks.iter().map(|check| text(check, "rule")).collect();
    for rule in ["card_state", "cvv", "mcc", "daily_amount", "daily_count", "available_funds"] {
        assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    }
    let part = json!({"amount_usd": 45, "partial_ok": true});
    client.patch(&format!("/v1/cards/{card}/limits"), &json!({"daily_usd": null})).expect(200);
    let whole = client.authorize(&card, &json!({"amount_usd": 50}));
    assert_eq!(decision(&client, &whole)["decision"], "approved");
    let made = client.authorize(&card, &part);
    let shown = decision(&client, &made);
    let answer = (text(&shown, "decision"), text(&shown, "response_code"));
    assert_eq!(answer, ("approved_in_part", "10"));
}

fn only_what_was_decided_has_a_decision(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (rich(&server), server.sign_up());
    let card = client.card(Some("100.00"));
    let made = client.authorize(&card, &json!({"amount_usd": 20}));
    let path = format!("/v1/transactions/{}/decision", text(&made, "id"));
    stranger.get(&path).expect_error(404, "resource_not_found", None);
    let reader = client.api_key(&["card:read"]);
    reader.get(&path).expect_error(403, "insufficient_scope", None);
    let authorization = text(&made, "authorization_id");
    let capture = format!("/v1/test/authorizations/{authorization}/capture");
    let captured = client.post(&capture, &json!({})).expect(201);
    let path = format!("/v1/transactions/{}/decision", text(&captured, "id"));
    client.get(&path).expect_error(404, "no_decision", None);
}
