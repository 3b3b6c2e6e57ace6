//! The suite's scenarios of authorization servers. Their browser is the owner's.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    process::Stdio,
};

use cardium_testkit::Backend;
use serde_json::json;

use super::Suite;
use crate::support::{Answer, Owner, Server, text};

#[test]
fn the_authorization_server_conforms() {
    let server = Server::shared(Backend::Sqlite);
    let owner = Owner::sign_up(&server);
    let base = format!("http://{}", server.address());
    let port = free_port();
    let client = json!({
        "client_name": "Conformance suite",
        "redirect_uris": [format!("http://127.0.0.1:{port}/callback")],
        "token_endpoint_auth_method": "none",
    });
    let client = server.client().post("/oauth/register", &client).json();
    let (id, resource) = (text(&client, "client_id"), format!("{base}/mcp"));
    let port = port.to_string();
    let suite = Suite::new(&[
        "authorization",
        "--url",
        &base,
        "--client-id",
        id,
        "--resource",
        &resource,
        "-p",
        &port,
    ]);
    let said = drive(suite, &owner);
    assert!(said.contains("3 passed, 0 failed"), "{said}");
}

/// Runs the suite, and opens the link that it prints.
fn drive(suite: Suite, owner: &Owner) -> String {
    let mut command = suite.command();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().expect("it is piped")).lines() {
        let line = line.expect("the suite prints text");
        if line.starts_with("http://") && line.contains("/oauth/authorize?") {
            owner.follow_to_the_end(&line, &Answer::default());
        }
        said.push_str(&line);
        said.push('\n');
    }
    let mut errors = String::new();
    let mut stderr = child.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut errors).expect("the suite prints text");
    let status = child.wait().expect("the suite ends");
    assert!(status.success(), "{status}\n{said}\n{errors}");
    said
}

/// A port that was free a moment ago: the suite wants to be told one.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
