//! Who gets in, what a client without the right token is told, and what is too much.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use super::{BOTH_REVISIONS, Mcp, parsed};
use crate::{on_both, support::Server};

on_both! {
    a_stranger_is_told_where_to_go;
    a_token_that_is_not_enough_is_told_what_is;
    rest_says_the_same;
    hosts_and_origins_of_others_are_refused;
    pages_that_may_call_can_and_no_others;
    messages_are_bounded_and_strict;
    what_is_no_message_is_refused_as_one;
}

fn place(server: &Server, resource: &str) -> String {
    let base = server.address();
    format!(r#"resource_metadata="http://{base}/.well-known/oauth-protected-resource{resource}""#)
}

fn a_stranger_is_told_where_to_go(backend: Backend) {
    let server = Server::shared(backend);
    let nobody = server.client();
    for path in ["/mcp", "/v1"] {
        for revision in BOTH_REVISIONS {
            let reply = Mcp { client: &nobody, revision, path }.send("tools/list", json!({}));
            reply.expect_error(401, "invalid_credentials", None);
            let said = reply.header("WWW-Authenticate").expect("a challenge").to_owned();
            assert!(said.starts_with(r#"Bearer scope="account:read "#), "{said}");
            assert!(said.ends_with(&place(&server, path)), "{said}");
        }
        let get = nobody.request(Method::GET, path).header("Accept", "text/event-stream").send();
        get.expect_error(401, "invalid_credentials", None);
    }
    let wrong = nobody.signed_in("", "sess_unknown");
    let reply = Mcp::new(&wrong).send("tools/list", json!({}));
    reply.expect_error(401, "invalid_credentials", None);
    let said = reply.header("WWW-Authenticate").expect("a challenge");
    assert!(said.starts_with(r#"Bearer error="invalid_token", scope="#), "{said}");
    // A stranger's body is neither parsed nor a reason to hang up on the next request.
    let reply = nobody.post_raw("/mcp", vec![b'x'; 10_000]);
    assert_eq!(reply.status, 401);
    assert_eq!(nobody.post_raw("/mcp", Vec::new()).status, 401);
}

fn a_token_that_is_not_enough_is_told_what_is(backend: Backend) {
    let server = Server::shared(backend);
    let session = server.sign_up();
    let card = session.card(None);
    let key = session.api_key(&["card:read"]);
    for revision in BOTH_REVISIONS {
        let mcp = Mcp { revision, ..Mcp::new(&key) };
        let params = json!({"name": "load_card", "arguments": {"id": card, "amount_usd": 1}});
        let reply = mcp.send("tools/call", params);
        reply.expect_error(403, "insufficient_scope", None);
        let said = reply.header("WWW-Authenticate").expect("a challenge").to_owned();
        let expected = format!(
            r#"Bearer error="insufficient_scope", scope="card:read card:fund", {}"#,
            place(&server, "/mcp")
        );
        assert_eq!(said, expected);
        assert_eq!(mcp.done("get_card", json!({"id": card}))["id"], card);
    }
}

fn rest_says_the_same(backend: Backend) {
    let server = Server::shared(backend);
    let nobody = server.client();
    let reply = nobody.get("/v1/cards");
    let expected = format!(r#"Bearer scope="card:read", {}"#, place(&server, "/v1"));
    assert_eq!(reply.header("WWW-Authenticate"), Some(expected.as_str()));
    let key = server.sign_up().api_key(&["card:read"]);
    let reply = key.get("/v1/balance");
    let expected = format!(
        r#"Bearer error="insufficient_scope", scope="balance:read card:read", {}"#,
        place(&server, "/v1")
    );
    assert_eq!((reply.status, reply.header("WWW-Authenticate")), (403, Some(expected.as_str())));
    let reply = key.get("/v1/cards/card_nowhere");
    assert!(reply.header("WWW-Authenticate").is_none());
}

fn hosts_and_origins_of_others_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let mcp = Mcp::new(&client);
    let with = |name, value| mcp.request("tools/list", json!({})).header(name, value).send();
    let refused = |name, value| {
        let reply = with(name, value);
        let error = &parsed(&reply)["error"];
        assert_eq!((reply.status, &error["code"]), (403, &json!(-32600)), "{value}");
        let said = error["message"].as_str().expect("a message").to_owned();
        assert!(said.contains(name), "{said}");
    };
    refused("Host", "evil.example");
    assert_eq!(with("Host", "localhost:1").status, 200, "any port of this machine");
    for origin in ["https://evil.example", "null", "http://127.0.0.1.evil.example"] {
        refused("Origin", origin);
    }
    assert_eq!(with("Origin", "http://localhost:6274").status, 200);
    let nobody = server.client();
    let stranger = Mcp::new(&nobody).request("tools/list", json!({}));
    let reply = stranger.header("Host", "evil.example").send();
    let said = reply.header("WWW-Authenticate").expect("a challenge");
    assert!(!said.contains("evil") && !said.contains("resource_metadata"), "{said}");
}

fn messages_are_bounded_and_strict(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let accept = "application/json, text/event-stream";
    let post = |body: Vec<u8>| {
        let request = client.request(Method::POST, "/mcp").header("Accept", accept);
        request.header("Content-Type", "application/json").body(body).send()
    };
    let large = post(vec![b' '; 26 * 1_024 * 1_024]);
    large.expect_error(413, "body_too_large", None);
    for (body, code) in [
        (&b"{"[..], -32700),
        (b"[", -32700),
        (b"[1]", -32600),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (b"5", -32600),
        (br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32700),
        (br#"{"jsonrpc":"2.0","id":1,"method":"pi\u0000ng"}"#, -32600),
    ] {
        let reply = post(body.to_vec());
        let answer = parsed(&reply);
        assert_eq!((reply.status, &answer["error"]["code"]), (400, &code.into()), "{answer}");
        assert!(answer["id"].is_null());
    }
    let message = Mcp::new(&client).message("tools/list", json!({}));
    let plain = client.request(Method::POST, "/mcp").header("Accept", accept);
    let plain = plain.header("Content-Type", "text/plain").body(message.to_string()).send();
    assert_eq!((plain.status, &parsed(&plain)["error"]["code"]), (415, &json!(-32600)));
    let deaf = client.request(Method::POST, "/mcp").header("Accept", "text/html").json(&message);
    let deaf = deaf.send();
    let error = &parsed(&deaf)["error"];
    assert_eq!((deaf.status, &error["code"]), (406, &json!(-32600)));
    let said = error["message"].as_str().expect("a message");
    assert!(said.contains("application/json and text/event-stream"), "{said}");
}

fn what_is_no_message_is_refused_as_one(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (message, id) in [
        (json!({"jsonrpc": "2.0", "id": 5, "method": 5}), json!(5)),
        (json!({"jsonrpc": "2.0", "id": "a"}), json!("a")),
        (json!({"jsonrpc": "1.0", "id": 5, "method": "ping"}), json!(5)),
        (json!({}), json!(null)),
    ] {
        let request = client.request(Method::POST, "/mcp").json(&message);
        let reply = request.header("Accept", "application/json, text/event-stream").send();
        let answer = parsed(&reply);
        let shown = (reply.status, &answer["error"]["code"], &answer["id"]);
        assert_eq!(shown, (400, &json!(-32600), &id), "{message}: {answer}");
    }
}

fn pages_that_may_call_can_and_no_others(backend: Backend) {
    const ALLOWED: &str = "Access-Control-Allow-Origin";
    let server = Server::shared(backend);
    let client = server.sign_up();
    let nobody = server.client();
    let (page, evil) = ("http://localhost:6274", "https://evil.example");
    for path in ["/mcp", "/v1"] {
        let ask = |origin: &str| {
            let request = nobody.request(Method::OPTIONS, path).header("Origin", origin);
            let request = request.header("Access-Control-Request-Method", "POST");
            request.header("Access-Control-Request-Headers", "authorization,mcp-method").send()
        };
        let told = ask(page);
        assert_eq!((told.status, told.header(ALLOWED)), (204, Some(page)), "{path}");
        assert_eq!(told.header("Access-Control-Allow-Methods"), Some("POST"));
        assert_eq!(told.header("Vary"), Some("Origin"));
        let sent = told.header("Access-Control-Allow-Headers").expect("what may be sent");
        for name in ["Authorization", "Content-Type", "MCP-Protocol-Version", "Mcp-Method"] {
            assert!(sent.split(", ").any(|one| one == name), "{sent}");
        }
        assert!(told.header("Access-Control-Allow-Credentials").is_none());
        let told = ask(evil);
        assert_eq!((told.status, told.header(ALLOWED)), (403, None), "{path}");
        assert_eq!(parsed(&told)["error"]["code"], -32600);
        for (client, status) in [(&client, 200), (&nobody, 401)] {
            let mcp = Mcp { path, ..Mcp::new(client) };
            let reply = mcp.request("tools/list", json!({})).header("Origin", page).send();
            assert_eq!((reply.status, reply.header(ALLOWED)), (status, Some(page)), "{path}");
            let shown = reply.header("Access-Control-Expose-Headers").expect("what may be read");
            assert!(shown.contains("WWW-Authenticate"), "{shown}");
            let reply = mcp.request("tools/list", json!({})).header("Origin", evil).send();
            assert!(reply.header(ALLOWED).is_none() && reply.status > 400, "{path}");
            let reply = mcp.request("tools/list", json!({})).send();
            assert!(reply.header(ALLOWED).is_none() && reply.header("Vary").is_none(), "{path}");
        }
    }
}
