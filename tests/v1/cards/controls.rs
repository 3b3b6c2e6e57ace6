//! `PATCH /v1/cards/{id}/controls`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FIELDS, assert_guarded, part};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, text},
};

on_both! {
    controls_are_merged_and_cleared;
    controls_are_refused_by_field;
    controls_are_guarded;
}

fn controls_are_merged_and_cleared(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let mut expected = json!({
        "single_use": false, "merchant_lock": false, "locked_merchant_id": null,
        "expires_at": null,
        "channels": {"ecommerce": true, "contactless": true, "atm": true, "magstripe": true},
    });
    let mut check = |body: &Value, changes: &[(&str, Value)]| {
        for (pointer, value) in changes {
            *expected.pointer_mut(pointer).expect("a documented field") = value.clone();
        }
        let set = client.patch(&part(&card, "controls"), body).expect(200);
        assert_fields(&set, &FIELDS);
        assert_eq!(set["controls"], expected, "{body}");
        let read = client.get(&format!("/v1/cards/{card}")).expect(200);
        assert_eq!(read["controls"], expected, "{body}");
    };
    check(&json!({}), &[]);
    check(&json!({"single_use": true}), &[("/single_use", json!(true))]);
    check(&json!({"merchant_lock": true}), &[("/merchant_lock", json!(true))]);
    let year = issued_in(&client, &card);
    let utc = json!(format!("{}-12-31T22:00:00Z", year + 1));
    let east = format!("{}-01-01T00:00:00+02:00", year + 2);
    check(&json!({"expires_at": east}), &[("/expires_at", utc)]);
    check(
        &json!({"channels": {"atm": false, "magstripe": false, "chip": true}}),
        &[("/channels/atm", json!(false)), ("/channels/magstripe", json!(false))],
    );
    check(&json!({"channels": {"atm": null}}), &[("/channels/atm", json!(true))]);
    check(
        &json!({"single_use": null, "merchant_lock": false, "expires_at": null, "channels": null}),
        &[
            ("/single_use", json!(false)),
            ("/merchant_lock", json!(false)),
            ("/expires_at", Value::Null),
            ("/channels/magstripe", json!(true)),
        ],
    );
}

/// The year in which a card was issued, some before it expires.
fn issued_in(client: &Client, card: &str) -> u32 {
    let card = client.get(&format!("/v1/cards/{card}")).expect(200);
    let year = text(&card, "created_at").get(..4).and_then(|year| year.parse().ok());
    year.expect("a moment begins with its year")
}

fn controls_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let read = || client.get(&format!("/v1/cards/{card}")).expect(200);
    let before = read();
    let beyond = format!("{}-01-01T00:00:00Z", issued_in(&client, &card) + 9);
    for (body, param) in [
        (json!({"expires_at": beyond}), "expires_at"),
        (json!({"single_use": "yes"}), "single_use"),
        (json!({"merchant_lock": 1}), "merchant_lock"),
        (json!({"expires_at": "tomorrow"}), "expires_at"),
        (json!({"expires_at": "2020-01-01T00:00:00Z", "single_use": true}), "expires_at"),
        (json!({"channels": ["atm"]}), "channels"),
        (json!({"channels": {"atm": "off"}}), "channels.atm"),
        (json!({"channels": {"chip": false}}), "channels.chip"),
    ] {
        let refused = client.patch(&part(&card, "controls"), &body);
        refused.expect_error(400, "invalid_field", Some(param));
    }
    assert_eq!(read(), before);
}

fn controls_are_guarded(backend: Backend) {
    assert_guarded(&Server::shared(backend), "controls", &json!({"single_use": true}));
}
