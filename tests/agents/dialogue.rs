//! Programs that use the libraries of others. Such a program speaks to the test line by line, in
//! JSON: it asks for what only a person can do, and in the end says what it has seen.

use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Answer, Owner, text};

/// A Node.js program of tests/node.
pub fn node(script: &str) -> Command {
    let mut command = Command::new(prepared("CARDIUM_TEST_NODE"));
    command.env("CARDIUM_TEST_NODE_MODULES", prepared("CARDIUM_TEST_NODE_MODULES"));
    command.arg(format!("{}/node/{script}", env!("CARGO_MANIFEST_DIR")));
    command
}

/// A Python program of tests/python.
pub fn python(script: &str) -> Command {
    let mut command = Command::new(prepared("CARDIUM_TEST_PYTHON"));
    command.arg(format!("{}/python/{script}", env!("CARGO_MANIFEST_DIR")));
    command
}

/// What `tests/run` prepares.
pub fn prepared(variable: &str) -> OsString {
    let found = std::env::var_os(variable);
    found.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests with `tests/run`, which prepares it")
    })
}

/// Runs a program whose user is this owner; gives what it says in the end.
#[track_caller]
pub fn converse(mut command: Command, owner: &Owner) -> Value {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut input = child.stdin.take().expect("it is piped");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut done = Value::Null;
    for line in output.lines() {
        let line = line.expect("the program prints text");
        // Libraries print notes of their own.
        let Ok(said) = serde_json::from_str::<Value>(&line) else { continue };
        if let Some(result) = said.get("done") {
            done = result.clone();
            continue;
        }
        let mut reply = answer(&said, owner).to_string();
        reply.push('\n');
        input.write_all(reply.as_bytes()).expect("the program listens");
    }
    drop(input);
    let finished = child.wait_with_output().expect("the program ends");
    let errors = String::from_utf8_lossy(&finished.stderr);
    assert!(finished.status.success(), "{command:?}: {}\n{errors}", finished.status);
    assert!(!done.is_null(), "{command:?} said nothing\n{errors}");
    done
}

/// What the owner does when it is asked.
fn answer(said: &Value, owner: &Owner) -> Value {
    match said["ask"].as_str() {
        Some("authorize") => {
            let mut answer = Answer::default();
            if let Some(scopes) = said["scopes"].as_array() {
                let scopes = scopes.iter().map(|scope| scope.as_str().expect("text").to_owned());
                answer.scopes = Some(scopes.collect());
            }
            for (name, value) in said["fields"].as_object().into_iter().flatten() {
                answer = answer.with(name, value.as_str().expect("fields are text"));
            }
            json!({"location": owner.follow(text(said, "url"), &answer)})
        }
        Some("approve") => {
            let path = format!("/v1/approvals/{}/decision", text(said, "id"));
            let body = json!({"decision": "approve", "password": crate::support::PASSWORD});
            owner.client.post(&path, &body).expect(200)
        }
        Some("revoke") => {
            let grants = owner.client.get("/v1/grants?status=active").expect(200);
            for grant in crate::support::items(&grants) {
                let path = format!("/v1/grants/{}", text(grant, "id"));
                owner.client.request(reqwest::Method::DELETE, &path).send().expect(204);
            }
            json!({})
        }
        _ => panic!("nobody knows what to do about {said}"),
    }
}
