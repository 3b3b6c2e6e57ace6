//! Routes, methods, headers and sizes.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::Value;

use crate::{
    on_both,
    support::{Client, Server},
};

on_both! {
    unknown_routes_are_refused;
    other_methods_are_refused;
    oversized_heads_are_refused;
    oversized_bodies_are_refused_unread;
    every_answer_has_its_own_request_id;
}

fn unknown_routes_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for path in [
        "/",
        "/mcp/cards",
        "/v2/cards",
        "/v1/nope",
        "/v1/cards/",
        "/v1/cards//load",
        "/v1/Cards",
        "/v1/api",
        "/v1/accounts",
        "/v1/accounts/you",
        "//v1/balance",
        "/v1/balance/history/x",
    ] {
        let method = if path == "/v1/accounts" { Method::POST } else { Method::GET };
        let reply = client.request(method, path).send();
        if path == "/v1/accounts" {
            reply.expect_error(400, "missing_required_field", Some("email"));
        } else {
            reply.expect_error(404, "resource_not_found", None);
        }
    }
}

/// Passes a refusal of a method that names those that are served.
fn expect_allowed(client: &Client, method: Method, path: &str, allowed: &[&str]) {
    let refused = client.request(method, path).send();
    refused.expect_error(405, "method_not_allowed", None);
    let header = refused.header("Allow").expect("405 comes with Allow (RFC 9110, 15.5.6)");
    let mut served: Vec<_> = header.split(", ").collect();
    served.sort_unstable();
    assert_eq!(served, allowed, "{path}");
}

fn other_methods_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        expect_allowed(&client, method, "/v1/cards", &["GET", "POST"]);
    }
    for (method, path, allowed) in [
        (Method::GET, "/v1/accounts", "POST"),
        (Method::POST, "/v1/balance", "GET"),
        (Method::GET, "/v1/sessions", "DELETE POST"),
        (Method::POST, "/v1/cards/x/pan", "GET"),
        (Method::GET, "/v1/cards/x/load", "POST"),
    ] {
        let allowed: Vec<_> = allowed.split(' ').collect();
        expect_allowed(&client, method, path, &allowed);
    }
}

fn oversized_heads_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let get = |path: &str| client.request(Method::GET, path);
    get("/v1/balance").header("X-Fits", &"x".repeat(4_096)).send().expect(200);
    let long = get("/v1/balance").header("X-Long", &"x".repeat(4_097)).send();
    long.expect_error(431, "headers_too_large", None);
    let many = (0..9).fold(get("/v1/balance"), |request, number| {
        request.header(&format!("X-Part-{number}"), &"x".repeat(1_000))
    });
    many.send().expect_error(431, "headers_too_large", None);
    let path = format!("/v1/topups?txid={}", "x".repeat(8_200));
    get(&path).send().expect_error(431, "headers_too_large", None);
    client.get("/v1/balance").expect(200);
}

/// Sends these bytes and reads until the server closes: status and body.
fn raw(server: &Server, request: &[u8]) -> (u16, Value) {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.write_all(request).expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer arrives");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    (status.expect("a status line"), body)
}

fn oversized_bodies_are_refused_unread(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let head = |length: &str| {
        format!(
            "POST /v1/topups HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n",
            client.token()
        )
    };
    let (status, body) = raw(&server, head("26214401").as_bytes());
    assert_eq!((status, body["code"].as_str()), (413, Some("body_too_large")));
    let body = "{\"amount_usd\":20}";
    let request = format!("{}{body}", head(&body.len().to_string()));
    assert_eq!(raw(&server, request.as_bytes()).0, 201);
}

fn every_answer_has_its_own_request_id(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let paths = ["/v1/balance", "/v1/nope", "/v1/cards/x", "/livez", "/v1/cards?limit=0"];
    let request = |number: usize| client.request(Method::GET, paths[number % paths.len()]);
    let replies = client.all((0..50).map(request).collect());
    let mut ids: Vec<_> =
        replies.iter().map(|reply| reply.header("X-Request-Id").expect("an id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 50);
    // The caller's own is not taken over.
    let own = client.request(Method::GET, "/v1/balance").header("X-Request-Id", "mine").send();
    assert_ne!(own.header("X-Request-Id"), Some("mine"));
}
