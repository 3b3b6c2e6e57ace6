//! Issuing cards, and finding them again.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, is_luhn_valid, issue, part};
use crate::{
    on_both,
    support::{Server, address, assert_fields, items, plastic, text, usd},
};

on_both! {
    every_bin_issues_its_cards;
    a_card_shows_what_is_documented;
    a_card_is_issued_with_its_controls;
    wallets_are_ready_only_where_asked_and_supported;
    a_card_is_issued_loaded_or_not_at_all;
    issues_are_refused_by_field;
    an_account_holds_so_many_cards;
    lists_are_filtered;
}

fn every_bin_issues_its_cards(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (bin, brand, kind) in [
        ("416842", "visa", "virtual"),
        ("557213", "mastercard", "virtual"),
        ("489517", "visa", "virtual"),
        ("472305", "visa", "virtual"),
        ("448585", "visa", "physical"),
    ] {
        let body = json!({"type": kind, "bin": bin, "shipping": address()});
        let card = issue(&client, &body);
        let got = ["bin", "brand", "type"].map(|field| text(&card, field));
        assert_eq!(got, [bin, brand, kind]);
        let path = format!("/v1/cards/{}/pan", text(&card, "id"));
        let revealed = client.get(&path).expect(200);
        let pan = text(&revealed, "pan");
        assert!(pan.len() == 16 && pan.starts_with(bin) && is_luhn_valid(pan), "{bin}");
        assert!(pan.ends_with(text(&card, "last4")), "{bin}");
    }
}

fn a_card_shows_what_is_documented(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("487.20");
    let body = json!({"type": "virtual", "bin": "489517", "load_usd": 200, "label": "Ads"});
    let card = issue(&client, &body);
    assert_fields(&card, &FIELDS);
    assert!(text(&card, "id").starts_with("card_"));
    let got = ["object", "mode", "status", "label"].map(|field| text(&card, field));
    assert_eq!(got, ["card", "live", "active", "Ads"]);
    assert_eq!(card["freeze_reason"], Value::Null);
    let got = ["balance_usd", "available_usd", "held_usd"].map(|field| usd(&card, field));
    assert_eq!(got, ["200.00", "200.00", "0.00"]);
    assert_eq!(client.available(), "283.20");
    let mut read = client.get(&format!("/v1/cards/{}", text(&card, "id"))).expect(200);
    for known in ["used", "remaining", "resets_at"] {
        assert!(read["limits"][known].is_object(), "{known}");
        read["limits"][known] = Value::Null;
    }
    assert_eq!(read, card);
    let list = client.get("/v1/cards").expect(200);
    assert_eq!(items(&list), [card]);
    assert_eq!((&list["has_more"], &list["next_cursor"]), (&json!(false), &Value::Null));
}

fn a_card_is_issued_with_its_controls(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let with = |parts: &Value| {
        let mut body = json!({"type": "virtual", "bin": "489517"});
        let parts = parts.as_object().expect("parts are an object").clone();
        body.as_object_mut().expect("an object").extend(parts);
        body
    };
    let parts = json!({
        "limits": {"per_transaction_usd": 50, "count_per_day": 3},
        "mcc": {"mode": "deny", "mccs": ["7995", "3000-3299"]},
        "geo": {"allow_countries": ["US", "DE"]},
        "controls": {"single_use": true, "channels": {"atm": false}},
    });
    let card = issue(&client, &with(&parts));
    assert_eq!(usd(&card["limits"], "per_transaction_usd"), "50.00");
    assert_eq!(card["limits"]["count_per_day"], 3);
    assert_eq!(card["mcc"], json!({"mode": "deny", "mccs": ["3000-3299", "7995"]}));
    let geo = json!({"allow_countries": ["DE", "US"], "deny_countries": []});
    assert_eq!(card["geo"], geo);
    assert_eq!(card["controls"]["single_use"], true);
    assert_eq!(card["controls"]["channels"]["atm"], false);
    let before = (client.holdings(), server.events(client.account()));
    for (parts, status, code, param) in [
        (
            json!({"limits": {"per_transaction_usd": "50000.01"}}),
            422,
            "limit_above_bin_maximum",
            "limits.per_transaction_usd",
        ),
        (json!({"limits": {"daily_usd": -1}}), 400, "invalid_field", "limits.daily_usd"),
        (json!({"limits": 5}), 400, "invalid_field", "limits"),
        (json!({"limits": [50]}), 400, "invalid_field", "limits"),
        (json!({"mcc": {"mccs": ["5411"]}}), 400, "missing_required_field", "mcc.mode"),
        (json!({"mcc": {"mccs": ["x"]}}), 422, "invalid_mcc", "mcc.mccs[0]"),
        (
            json!({"geo": {"deny_countries": ["ZZ"]}}),
            422,
            "invalid_country",
            "geo.deny_countries[0]",
        ),
        (
            json!({"controls": {"expires_at": "2020-01-01T00:00:00Z"}}),
            400,
            "invalid_field",
            "controls.expires_at",
        ),
    ] {
        client.post("/v1/cards", &with(&parts)).expect_error(status, code, Some(param));
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn wallets_are_ready_only_where_asked_and_supported(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (bin, asked, apple, google) in [
        ("489517", json!(["apple_pay", "google_pay"]), "ready", "ready"),
        ("489517", json!(["google_pay"]), "pending", "ready"),
        ("489517", json!([]), "pending", "pending"),
        ("416842", json!(["apple_pay"]), "unsupported", "unsupported"),
    ] {
        let body = json!({"type": "virtual", "bin": bin, "wallet_provision": asked});
        let card = issue(&client, &body);
        assert_eq!(card["wallet"], json!({"apple_pay": apple, "google_pay": google}), "{body}");
    }
}

fn a_card_is_issued_loaded_or_not_at_all(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("203.99");
    let body = |load| json!({"type": "virtual", "bin": "489517", "load_usd": load});
    let before = (client.holdings(), server.events(client.account()));
    let refused = client.post_once("/v1/cards", &body("200.00"), "issue");
    refused.expect_error(403, "insufficient_balance", None);
    assert_eq!((client.holdings(), server.events(client.account())), before);
    // A refusal leaves the key free.
    let issued = client.post_once("/v1/cards", &body("199.99"), "issue").expect(201);
    assert_eq!(usd(&issued, "balance_usd"), "199.99");
    assert_eq!(client.available(), "0.00");
}

fn issues_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let before = (client.holdings(), server.events(client.account()));
    let with = |field: &str, value: Value| {
        let mut body = json!({"type": "virtual", "bin": "489517"});
        body[field] = value;
        body
    };
    for (body, status, code, param) in [
        (json!({}), 400, "missing_required_field", "type"),
        (json!({"type": "paper"}), 400, "invalid_field", "type"),
        (json!({"type": "virtual"}), 400, "missing_required_field", "bin"),
        (with("bin", json!("400000")), 400, "invalid_field", "bin"),
        (with("bin", json!(489_517)), 400, "invalid_field", "bin"),
        (with("bin", json!("448585")), 422, "bin_type_mismatch", "bin"),
        (with("type", json!("physical")), 422, "bin_type_mismatch", "bin"),
        (json!({"type": "physical"}), 422, "shipping_required", "shipping"),
        (with("load_usd", json!(0)), 400, "invalid_field", "load_usd"),
        (with("load_usd", json!("1.001")), 422, "invalid_precision", "load_usd"),
        (with("load_usd", json!("50000.01")), 422, "amount_above_maximum", "load_usd"),
        (with("label", json!("x".repeat(65))), 400, "invalid_field", "label"),
        (with("mode", json!("demo")), 400, "invalid_field", "mode"),
        (with("wallet_provision", json!(["x"])), 400, "invalid_field", "wallet_provision[0]"),
        (with("wallet_provision", json!("apple_pay")), 400, "invalid_field", "wallet_provision"),
    ] {
        client.post("/v1/cards", &body).expect_error(status, code, Some(param));
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn an_account_holds_so_many_cards(backend: Backend) {
    let server = Server::own(backend, |settings| settings.limits.cards = 2);
    let client = server.sign_up();
    let wish = json!({"type": "virtual", "bin": "489517"});
    let [first, second] = [(); 2].map(|()| client.card(None));
    client.post("/v1/cards", &wish).expect_error(422, "card_limit_reached", None);
    // A replacement takes a place and leaves one; a cancelled card leaves one, once.
    let replaced = client.post(&part(&first, "replace"), &json!({"reason": "lost"}));
    replaced.expect(200);
    client.post("/v1/cards", &wish).expect_error(422, "card_limit_reached", None);
    for _ in 0..2 {
        client.post(&part(&second, "cancel"), &json!({})).expect(200);
    }
    client.card(None);
    client.post("/v1/cards", &wish).expect_error(422, "card_limit_reached", None);
    server.sign_up().card(None);
}

fn lists_are_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let visa = issue(&client, &json!({"type": "virtual", "bin": "489517", "label": "A"}));
    let master = issue(&client, &json!({"type": "virtual", "bin": "557213", "mode": "live"}));
    let plastic = issue(&client, &plastic());
    client.post(&format!("/v1/cards/{}/cancel", text(&visa, "id")), &json!({})).expect(200);
    for (filter, expected) in [
        ("status=active", vec![&master]),
        ("status=frozen", vec![&plastic]),
        ("status=cancelled", vec![&visa]),
        ("type=physical", vec![&plastic]),
        ("bin=557213", vec![&master]),
        ("brand=visa", vec![&plastic, &visa]),
        ("label=A", vec![&visa]),
        ("mode=live", vec![&master]),
        ("mode=sandbox", vec![&plastic, &visa]),
        (&format!("last4={}&bin=489517", text(&visa, "last4")), vec![&visa]),
        ("sort=created_at", vec![&visa, &master, &plastic]),
        ("sort=-status", vec![&plastic, &visa, &master]),
        ("created_after=2000-01-01T00:00:00Z&brand=mastercard", vec![&master]),
        ("created_before=2000-01-01T00:00:00Z", vec![]),
    ] {
        let list = client.get(&format!("/v1/cards?{filter}")).expect(200);
        let got: Vec<_> = items(&list).iter().map(|card| text(card, "id")).collect();
        let expected: Vec<_> = expected.into_iter().map(|card| text(card, "id")).collect();
        assert_eq!(got, expected, "{filter}");
    }
    for (filter, param) in [
        ("status=open", "status"),
        ("type=metal", "type"),
        ("brand=amex", "brand"),
        ("mode=test", "mode"),
        ("sort=label", "sort"),
        ("created_after=today", "created_after"),
    ] {
        let refused = client.get(&format!("/v1/cards?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}
