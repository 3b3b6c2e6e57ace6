//! Revealing card numbers.

use cardium_testkit::Backend;
use serde_json::json;

use super::{is_luhn_valid, issue};
use crate::{
    on_both,
    support::{Server, assert_fields, text},
};

on_both! {
    a_reveal_shows_a_valid_number_once_a_request;
}

fn a_reveal_shows_a_valid_number_once_a_request(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = issue(&client, &json!({"type": "virtual", "bin": "489517"}));
    let path = format!("/v1/cards/{}/pan", text(&card, "id"));
    let reply = client.get(&path);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let revealed = reply.expect(200);
    let fields = ["object", "card_id", "mode", "pan", "pan_formatted", "cvv", "expires_at"];
    let more = ["exp_month", "exp_year", "audit_id"];
    assert_fields(&revealed, &[&fields[..], &more].concat());
    assert_eq!((text(&revealed, "object"), &revealed["card_id"]), ("card_pan", &card["id"]));
    let (pan, cvv) = (text(&revealed, "pan"), text(&revealed, "cvv"));
    assert!(is_luhn_valid(pan));
    let groups: Vec<_> = (0..4).map(|group| &pan[group * 4..group * 4 + 4]).collect();
    assert_eq!(text(&revealed, "pan_formatted"), groups.join(" "));
    assert!(cvv.len() == 3 && cvv.bytes().all(|byte| byte.is_ascii_digit()), "{cvv}");
    assert_eq!(revealed["expires_at"], card["expires_at"]);
    let (year, month) = (&revealed["exp_year"], revealed["exp_month"].as_u64());
    let expiry = format!("{year}-{:02}", month.expect("a number"));
    assert_eq!(text(&revealed, "expires_at"), expiry);
    // Each reveal is on record by itself, whatever idempotency key comes with it.
    // By POST as well, for clients that fetch links ahead.
    let posted = client.post(&format!("/v1/cards/{}/reveal", text(&card, "id")), &json!({}));
    assert_eq!(posted.header("Cache-Control"), Some("no-store"));
    let posted = posted.expect(200);
    assert_eq!(posted["pan"], revealed["pan"]);
    assert_ne!(posted["audit_id"], revealed["audit_id"]);
    let keyed = client.request(reqwest::Method::GET, &path).key("reveal");
    let again = keyed.send();
    assert!(!again.is_replay());
    let again = again.expect(200);
    assert!(text(&again, "audit_id").starts_with("audit_"));
    assert_ne!(again["audit_id"], revealed["audit_id"]);
    assert_eq!((&again["pan"], &again["cvv"]), (&revealed["pan"], &revealed["cvv"]));
    server.sign_up().get(&path).expect_error(404, "resource_not_found", None);
    client.post(&path.replace("pan", "cancel"), &json!({})).expect(200);
    client.get(&path).expect_error(409, "card_cancelled", None);
    let posted = client.post(&path.replace("pan", "reveal"), &json!({}));
    posted.expect_error(409, "card_cancelled", None);
}
