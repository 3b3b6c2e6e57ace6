//! What the protocol itself asks: handshake or discovery, the list of tools, methods that are not
//! there.

use cardium_api_v1::operation::{Access, Agents, operations};
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{BOTH_REVISIONS, Mcp, Revision, parsed};
use crate::{
    on_both,
    support::{Agent, Server},
};

on_both! {
    a_client_shakes_hands;
    a_client_discovers;
    tools_are_those_that_the_credential_may_call;
    what_is_not_declared_is_not_there;
    there_are_no_sessions_to_read_or_end;
}

fn a_client_shakes_hands(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for path in ["/mcp", "/v1"] {
        let mcp = Mcp { client: &client, revision: Revision::November2025, path };
        let info = json!({"name": "test", "version": "1"});
        let params =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info});
        let result = mcp.result("initialize", params);
        assert_eq!(result["protocolVersion"], "2025-11-25");
        assert_eq!(result["serverInfo"]["name"], "cardium");
        assert_eq!(result["capabilities"], json!({"tools": {}}));
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        let reply = client
            .request(Method::POST, path)
            .header("Accept", "application/json, text/event-stream")
            .json(&ready)
            .send();
        assert_eq!((reply.status, reply.body.len()), (202, 0));
        assert!(reply.header("Mcp-Session-Id").is_none());
    }
}

fn a_client_discovers(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let result = Mcp::new(&client).result("server/discover", json!({}));
    let versions = result["supportedVersions"].as_array().expect("a list");
    for revision in BOTH_REVISIONS {
        assert!(versions.contains(&revision.as_str().into()), "{result}");
    }
    assert_eq!(result["capabilities"], json!({"tools": {}}));
    let other = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": {
        "io.modelcontextprotocol/protocolVersion": "1999-01-01",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }}});
    let reply = client
        .request(Method::POST, "/mcp")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", "1999-01-01")
        .header("Mcp-Method", "tools/list")
        .json(&other)
        .send();
    assert_eq!(reply.status, 400, "{reply:?}");
}

fn tools_are_those_that_the_credential_may_call(backend: Backend) {
    let server = Server::shared(backend);
    let session = server.sign_up();
    let all = Mcp::new(&session).tools();
    assert!(operations().all(|operation| all.iter().any(|name| name == operation.id)));
    assert!(all.iter().any(|name| name == "simulate_deposit"), "the rails are simulated");
    let scopes = ["card:read", "webhook:read"];
    let key = session.api_key(&scopes);
    let agent = Agent::new(&server, &session, &scopes);
    // Whoever acts under a grant looks at it and at what it asked, and gives it back.
    let own = ["get_grant", "revoke_grant", "get_approval"];
    for (client, own) in [(&key, &[][..]), (&agent.client, &own[..])] {
        for revision in BOTH_REVISIONS {
            let offered = Mcp { revision, ..Mcp::new(client) }.tools();
            for operation in operations() {
                let may = own.is_empty() || operation.agents == Agents::MayCall;
                let expected = may
                    && match operation.access {
                        Access::Public | Access::Bearer(None) => true,
                        Access::Session => false,
                        Access::Bearer(Some(scope)) | Access::Own(scope) => {
                            scopes.contains(&scope.as_str()) || own.contains(&operation.id)
                        }
                    };
                let is_there = offered.iter().any(|name| name == operation.id);
                assert_eq!(is_there, expected, "{}", operation.id);
            }
        }
    }
}

fn what_is_not_declared_is_not_there(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for revision in BOTH_REVISIONS {
        let mcp = Mcp { revision, ..Mcp::new(&client) };
        for method in ["prompts/list", "resources/list", "resources/templates/list", "cards/steal"]
        {
            assert_eq!(mcp.error(method, json!({})), -32601, "{method} {revision:?}");
        }
        let unknown = json!({"name": "steal_card", "arguments": {}});
        let answer = parsed(&mcp.send("tools/call", unknown));
        assert_eq!(answer["error"]["code"], -32602, "{revision:?}");
        assert_eq!(answer["error"]["message"], "There is no tool named `steal_card`.");
    }
    let ping = Mcp { revision: Revision::November2025, ..Mcp::new(&client) };
    assert_eq!(ping.result("ping", json!({})), json!({}));
}

fn there_are_no_sessions_to_read_or_end(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for path in ["/mcp", "/v1"] {
        for method in [Method::GET, Method::DELETE, Method::PUT] {
            let reply =
                client.request(method.clone(), path).header("Accept", "text/event-stream").send();
            assert_eq!((reply.status, reply.header("Allow")), (405, Some("POST")), "{method}");
            assert_eq!(parsed(&reply)["error"]["code"], -32600, "{method}");
        }
    }
    let missing = client.get("/mcp/cards");
    missing.expect_error(404, "resource_not_found", None);
    client.get("/v1/unheard_of").expect_error(404, "resource_not_found", None);
    let list: Value = client.get("/v1/cards").expect(200);
    assert_eq!(list["object"], "list");
    let elsewhere = Mcp { path: "/v1/cards", ..Mcp::new(&client) }.send("tools/list", json!({}));
    assert_ne!(elsewhere.status, 200, "cards are made there");
}
