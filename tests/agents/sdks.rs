//! The official SDKs of MCP: from the first refusal to a revoked grant.

use std::process::Command;

use cardium_testkit::Backend;

use super::dialogue::{converse, node, python};
use crate::{
    on_both,
    support::{Owner, Server, text},
};

on_both! {
    the_python_sdk_gets_along;
}

#[test]
fn the_typescript_sdk_gets_along() {
    for door in ["/mcp", "/v1"] {
        gets_along(Backend::Sqlite, door, node("mcp_agent.mjs"));
    }
}

fn the_python_sdk_gets_along(backend: Backend) {
    for door in ["/mcp", "/v1"] {
        gets_along(backend, door, python("mcp_agent.py"));
    }
}

/// An agent that finds its own way is given a card with 50.00 on it.
fn gets_along(backend: Backend, door: &str, mut agent: Command) {
    let server = Server::shared(backend);
    let owner = Owner::sign_up(&server);
    owner.client.fund("500.00");
    agent.arg(format!("http://{}{door}", server.address()));
    let done = converse(agent, &owner);
    assert_eq!(done["registrations"], 1, "{done}");
    let card = owner.client.get(&format!("/v1/cards/{}", text(&done, "card"))).expect(200);
    assert_eq!(card["available_usd"].to_string(), "50.00");
    let grants = owner.client.get("/v1/grants").expect(200);
    assert_eq!(grants["data"][0]["status"], "revoked", "{grants}");
}
