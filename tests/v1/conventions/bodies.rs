//! Bodies that are not what they should be.

use std::{io::Write, net::TcpStream};

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
    whoever_is_not_signed_in_sends_small_bodies;
    what_is_announced_and_never_comes_is_in_nobodys_way;
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

fn whoever_is_not_signed_in_sends_small_bodies(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    let body = json!({"email": "nobody@example.com", "password": "x", "note": "x".repeat(17_000)});
    for path in ["/v1/accounts", "/v1/sessions"] {
        client.post(path, &body).expect_error(413, "body_too_large", None);
    }
    server.sign_up().post("/v1/topups", &json!({"amount_usd": 20, "note": body})).expect(201);
}

/// The beginning of a request whose body goes on for long.
fn begin(server: &Server, (path, head): (&str, &str), body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n");
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream.write_all(body.as_bytes()).expect("the beginning is sent");
    stream
}

/// There are eight places for large bodies, and a minute for each to arrive.
fn what_is_announced_and_never_comes_is_in_nobodys_way(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let bearer = format!("Authorization: Bearer {}\r\n", client.token());
    let mut open = Vec::new();
    for _ in 0..8 {
        let head = format!("{bearer}Content-Length: 70000\r\n");
        open.push(begin(&server, ("/v1/topups", &head), "{"));
        let head = format!("{bearer}Transfer-Encoding: chunked\r\n");
        open.push(begin(&server, ("/v1/topups", &head), "1\r\n{\r\n"));
        open.push(begin(&server, ("/v1/sessions", "Content-Length: 70000\r\n"), "{"));
        let head = "Transfer-Encoding: chunked\r\n";
        open.push(begin(&server, ("/v1/sessions", head), "1\r\n{\r\n"));
    }
    // Another round trip behind them: all of them have been looked at by then, or nearly.
    client.get("/v1/balance").expect(200);
    let body = json!({"amount_usd": 20, "note": "x".repeat(100_000)});
    let replies = client
        .all((0..4).map(|_| client.request(Method::POST, "/v1/topups").json(&body)).collect());
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [201; 4]);
    drop(open);
}
