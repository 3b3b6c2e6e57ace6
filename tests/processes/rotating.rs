//! The keys of access tokens take turns while two processes serve.

use std::sync::Arc;

use cardium_testkit::{Backend, Scratch};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use tokio::runtime::Builder;

use crate::{
    oauth::agent::{Agent, sound},
    support::{Answer, Client, Owner, Process, assert_exit, cardium, finish, text},
};

/// Which key signed a token.
fn kid(tokens: &Value) -> String {
    let (head, _) = text(tokens, "access_token").split_once('.').expect("a JWT");
    let head = BASE64URL_NOPAD.decode(head.as_bytes()).expect("base64url");
    let head: Value = serde_json::from_slice(&head).expect("a JSON object");
    text(&head, "kid").to_owned()
}

#[test]
fn tokens_of_before_and_after_a_turn_are_good_at_both() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let processes = [Process::start(&scratch), Process::start(&scratch)];
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let doors = processes
        .each_ref()
        .map(|process| Client::new(runtime.handle().clone(), &process.http.to_string()));
    let owner = Owner::at(&doors[0], runtime.handle().clone());
    let agent = Agent::at(doors[0].clone(), &sound());
    let url = owner.follow(&agent.link("read"), &Answer::default());
    let before = agent.token(&agent.exchange(&Agent::code_of(&url))).expect(200);
    let mut rotate = cardium(&scratch, &[]);
    rotate.arg("rotate-oauth-keys");
    let rotated = finish(&scratch, rotate);
    assert_exit(&rotated, 0);
    // The same client at the other process, which has signed nothing so far.
    let there = Agent { http: doors[1].clone(), id: agent.id.clone(), registration: Value::Null };
    let after = there.token(&there.refresh(text(&before, "refresh_token"))).expect(200);
    let says = |kid: &str, state: &str| rotated.output.contains(&format!("{kid} {state}"));
    assert!(says(&kid(&before), "retiring") && says(&kid(&after), "active"), "{}", rotated.output);
    for tokens in [&before, &after] {
        for door in [&agent, &there] {
            assert_eq!(door.call(tokens, "/v1/balance").status, 200);
        }
    }
}
