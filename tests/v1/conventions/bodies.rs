//! Bodies that are not what they should be.

use cardium_api_v1::operation::Access;
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use super::samples::{Sample, operations};
use crate::{
    on_both,
    support::{Server, plastic, text},
};

on_both! {
    ignored_fields_are_named;
    what_is_no_clean_object_is_refused;
    text_that_cannot_be_stored_is_refused;
    only_json_is_taken;
    unknown_fields_and_large_bodies_are_taken;
    text_is_kept_as_it_came;
}

fn what_is_no_clean_object_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let before = (client.holdings(), server.events(client.account()));
    let nested = |depth: usize, open: &str, close: &str| {
        format!("{{\"amount_usd\":20,\"note\":{}1{}}}", open.repeat(depth), close.repeat(depth))
    };
    for body in [
        "{",
        "}",
        "[]",
        "null",
        "20",
        "\"amount_usd\"",
        "[{\"amount_usd\":20}]",
        "{\"amount_usd\":20",
        "{\"amount_usd\":20}}",
        "{\"amount_usd\":20} {\"amount_usd\":20}",
        "{\"amount_usd\":20,}",
        "{'amount_usd':20}",
        "{amount_usd:20}",
        "{\"amount_usd\":20,\"amount_usd\":20}",
        "{\"amount_usd\":20,\"note\":{\"a\":1,\"a\":1}}",
        "{\"amount_usd\":NaN}",
        "{\"amount_usd\":Infinity}",
        "{\"amount_usd\":+20}",
        "{\"amount_usd\":020}",
        "{\"amount_usd\":20.}",
        "{\"amount_usd\":.5}",
        "{\"amount_usd\":0x14}",
        "{\"amount_usd\":20/*comment*/}",
        "\u{feff}{\"amount_usd\":20}",
        "{\"$serde_json::private::Number\":\"20\",\"amount_usd\":20}",
        "amount_usd=20",
        &nested(200, "[", "]"),
        &nested(100_000, "[", "]"),
        &nested(100_000, "{\"a\":", "}"),
    ] {
        let refused = client.post_raw("/v1/topups", body);
        let shown: String = body.chars().take(60).collect();
        assert_eq!(refused.status, 400, "{shown}");
        refused.expect_error(400, "invalid_json", None);
    }
    client.post_raw("/v1/topups", "").expect_error(
        400,
        "missing_required_field",
        Some("amount_usd"),
    );
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn text_that_cannot_be_stored_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let before = (client.holdings(), server.events(client.account()));
    let labels: [&[u8]; 5] =
        [b"a\\u0000b", b"\\ud800", b"\\udc00\\ud800", b"\xff", b"\xed\xa0\x80"];
    for label in labels {
        let start = b"{\"type\":\"physical\",\"label\":\"";
        let body = [&start[..], label, &b"\"}"[..]].concat();
        let refused = client.post_raw("/v1/cards", body);
        refused.expect_error(400, "invalid_field", Some("label"));
    }
    let email = json!({"email": "a\u{0}@example.com", "password": "12345678"});
    let refused = client.post("/v1/accounts", &email);
    refused.expect_error(400, "invalid_field", Some("email"));
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn only_json_is_taken(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = "{\"amount_usd\":20}";
    let send = |kind: Option<&str>, body: &str| {
        let request = client.request(Method::POST, "/v1/topups").body(body);
        match kind {
            Some(kind) => request.header("Content-Type", kind).send(),
            None => request.send(),
        }
    };
    for kind in [
        None,
        Some(""),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/jsonp"),
        Some("application/xml"),
    ] {
        let refused = send(kind, body);
        refused.expect_error(415, "unsupported_media_type", Some("Content-Type"));
    }
    let refused = send(Some("application/x-www-form-urlencoded"), "amount_usd=20");
    refused.expect_error(415, "unsupported_media_type", Some("Content-Type"));
    for kind in ["application/json", "Application/JSON; charset=UTF-8"] {
        send(Some(kind), body).expect(201);
    }
}

fn unknown_fields_and_large_bodies_are_taken(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"amount_usd": 20, "colour": "red", "note": "x".repeat(1 << 20)});
    client.post("/v1/topups", &body).expect(201);
    let card = client.card(None);
    let freeze = client.request(Method::POST, &format!("/v1/cards/{card}/freeze")).send();
    assert_eq!(text(&freeze.expect(200), "status"), "frozen");
}

fn text_is_kept_as_it_came(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for label in ["'; DROP TABLE cards; --", "Ünïcödé 💳 \u{202e}", "\\ \" \n \u{1f}", "%s {}", ""]
    {
        let mut body = plastic();
        body["label"] = json!(label);
        let card = client.post("/v1/cards", &body).expect(201);
        assert_eq!(text(&card, "label"), label);
        let path = format!("/v1/cards/{}", text(&card, "id"));
        assert_eq!(text(&client.get(&path).expect(200), "label"), label);
    }
}

fn ignored_fields_are_named(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    for operation in operations().filter(|operation| operation.fields().is_some()) {
        let mut body = sample.body(operation);
        body["amount_uds"] = json!(1);
        let reply = sample.request_with(&server.client(), operation, &body).send();
        // Whoever may not call learns nothing of the body.
        let public = operation.access == Access::Public;
        assert_eq!(reply.header("Warning-Fields").is_some(), public, "{}", operation.id);
        let reply = sample.request_with(&sample.client, operation, &body).send();
        assert_eq!(reply.header("Warning-Fields"), Some("amount_uds"), "{}", operation.id);
    }
}
