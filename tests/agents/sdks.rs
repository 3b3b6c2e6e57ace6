//! The official SDKs of MCP: from the first refusal to a revoked grant.

use std::{path::PathBuf, process::Command};

use cardium_testkit::{Backend, Scratch};

use super::dialogue::{converse, node, prepared, python};
use crate::{
    on_both,
    support::{Client, Owner, Server, text},
};

on_both! {
    the_python_sdk_gets_along;
    the_typescript_sdks_get_along;
    fastmcp_gets_along;
}

/// The one that most programs have, and the one that takes its place.
fn the_typescript_sdks_get_along(backend: Backend) {
    for sdk in ["sdk", "client"] {
        for door in ["/mcp", "/v1"] {
            let mut agent = node("mcp_agent.mjs");
            agent.arg(sdk);
            gets_along(backend, door, agent);
        }
    }
}

fn the_python_sdk_gets_along(backend: Backend) {
    for door in ["/mcp", "/v1"] {
        gets_along(backend, door, python("mcp_agent.py"));
    }
}

fn fastmcp_gets_along(backend: Backend) {
    let server = Server::shared(backend);
    let owner = Owner::sign_up(&server);
    let mut agent = python("fastmcp_agent.py");
    agent.arg(format!("http://{}/mcp", server.address()));
    let done = converse(agent, &owner);
    assert_eq!((&done["account"], &done["consents"]), (&owner.client.account().into(), &1.into()));
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

/// The Inspector checks every tool's schemas with `--strict`, in both eras of the protocol.
#[test]
fn the_inspector_lists_and_calls_tools() {
    let server = Server::shared(Backend::Sqlite);
    let client = server.sign_up();
    for era in ["legacy", "modern"] {
        let list = ["--protocol-era", era, "--method", "tools/list", "--strict"];
        let listed = inspect(&server, &client, &list);
        assert!(listed.contains("\"issue_card\""), "{listed}");
        let call = ["--protocol-era", era, "--method", "tools/call", "--tool-name", "get_account"];
        let account = inspect(&server, &client, &call);
        assert!(account.contains(client.account()), "{account}");
    }
}

fn inspect(server: &Server, client: &Client, arguments: &[&str]) -> String {
    let packages = PathBuf::from(prepared("CARDIUM_TEST_NODE_MODULES"));
    let mut inspector = Command::new(prepared("CARDIUM_TEST_NODE"));
    inspector.arg(packages.join("@modelcontextprotocol/inspector/clients/launcher/build/index.js"));
    inspector.args(["--cli", &format!("http://{}/mcp", server.address()), "--transport", "http"]);
    inspector.args(["--header", &format!("Authorization: Bearer {}", client.token())]);
    inspector.args(arguments);
    // What it remembers of servers is not the caller's.
    let home = Scratch::new(Backend::Sqlite);
    let output = inspector.env("HOME", home.folder()).output();
    let output = output.unwrap_or_else(|error| panic!("{inspector:?}: {error}"));
    let (said, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{inspector:?}: {}\n{said}\n{errors}", output.status);
    said.into_owned()
}
