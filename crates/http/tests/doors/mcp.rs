//! The MCP server before and behind the protocol's library.

use std::time::Duration;

use actix_web::test::TestRequest;
use cardium_auth::{Scope, TokenKind};
use serde_json::{Value, json};

use crate::support::{Doors, Reply};

const ACCEPT: &str = "application/json, text/event-stream";

fn request(path: &str, token: &str, message: &Value) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header(("Host", "localhost:8080"))
        .insert_header(("Accept", ACCEPT))
        .insert_header(("Authorization", format!("Bearer {token}")))
        .set_json(message)
}

fn call(tool: &str, arguments: Value) -> Value {
    let mut params = json!({"name": tool});
    params["arguments"] = arguments;
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
}

/// The error object of a refused call.
fn refusal(reply: &Reply) -> (&str, Option<&str>) {
    assert_eq!((reply.status, &reply.body["result"]["isError"]), (200, &json!(true)), "{reply:?}");
    let error = &reply.body["result"]["_meta"]["cardium/error"];
    (error["code"].as_str().unwrap(), error["param"].as_str())
}

#[actix_web::test]
async fn a_tool_answers_what_its_operation_does() {
    let doors = Doors::new();
    let token = doors.session();
    for path in ["/mcp", "/v1", "/mcp/"] {
        let reply = doors.send(request(path, &token, &call("list_cards", json!({})))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let page = json!({"object": "list", "data": [], "has_more": false, "next_cursor": null});
        assert_eq!(reply.body["result"]["structuredContent"], page);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    let reply = doors.send(request("/v1/cards", &token, &call("list_cards", json!({})))).await;
    assert_eq!(reply.refusal().0, 400, "cards are made there");
}

#[actix_web::test]
async fn refusals_are_results_that_name_the_argument() {
    let doors = Doors::new();
    let token = doors.session();
    for (tool, arguments, code, param) in [
        ("list_cards", json!({"limit": 0}), "invalid_field", Some("limit")),
        ("list_cards", json!({"colour": 1}), "invalid_field", Some("colour")),
        ("get_card", json!({}), "missing_required_field", Some("id")),
        ("get_card", json!({"id": "x"}), "resource_not_found", None),
        ("issue_card", json!({"type": "virtual"}), "missing_required_field", Some("bin")),
    ] {
        let reply = doors.send(request("/mcp", &token, &call(tool, arguments))).await;
        assert_eq!(refusal(&reply), (code, param), "{tool}");
    }
    let reply = doors.send(request("/mcp", &token, &call("drop_tables", json!({})))).await;
    assert_eq!(reply.body["error"]["code"], -32602);
}

#[actix_web::test]
async fn the_list_is_what_the_key_may_call() {
    let doors = Doors::new();
    let key = doors.credential(TokenKind::ApiKey(None), &[Scope::CardRead], Duration::ZERO);
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let reply = doors.send(request("/mcp", &key, &list)).await;
    let tools = reply.body["result"]["tools"].as_array().unwrap();
    let has = |name: &str| tools.iter().any(|tool| tool["name"] == name);
    assert!(has("list_cards") && has("sign_in") && has("advance_clock"));
    assert!(!has("issue_card") && !has("create_api_key") && !has("simulate_refund"));
    let reply = doors.send(request("/mcp", &key, &call("issue_card", json!({})))).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope", None));
    let challenge = reply.header("www-authenticate").unwrap();
    let asked = r#"error="insufficient_scope", scope="card:read card:issue", "#;
    assert!(challenge.contains(asked), "{challenge}");
    assert!(challenge.ends_with(r#"/.well-known/oauth-protected-resource/mcp""#), "{challenge}");
}

#[actix_web::test]
async fn strangers_and_other_hosts_stay_out() {
    let doors = Doors::new();
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let reply = doors.send(request("/mcp", "sess_nobody", &list)).await;
    assert_eq!(reply.refusal(), (401, "invalid_credentials", None));
    let token = doors.session();
    let reply = doors
        .send(request("/mcp", &token, &list).insert_header(("Origin", "http://localhost:3")))
        .await;
    assert_eq!(reply.status, 200);
}

#[actix_web::test]
async fn a_message_has_one_meaning_or_none() {
    let doors = Doors::new();
    let token = doors.session();
    for (body, code) in [("{", -32700), ("[]", -32600), (r#"{"id":1,"id":2}"#, -32700)] {
        let request = request("/mcp", &token, &json!({})).set_payload(body);
        let reply = doors.send(request).await;
        assert_eq!((reply.status, &reply.body["error"]["code"]), (400, &json!(code)), "{body}");
    }
    let late = request("/mcp", &token, &call("load_card", json!({"id": "x", "amount_usd": 1})));
    let reply = doors.send(late).await;
    assert_eq!(refusal(&reply).0, "resource_not_found");
}
