//! The operator's decision endpoint, in front of the real server.

mod answering;
mod endpoint;
mod meanwhile;
mod restarting;
mod standing_in;

use std::{sync::Arc, thread};

use cardium_testkit::{Backend, Scratch};
use serde_json::Value;

use super::{FUNDS, Issuer, codes};
use crate::support::{Line, Script, customer::text};
use endpoint::{Answer, Endpoint};

const SECRET: &str = "a secret of the operator's";
/// Longer than any of these tests: the endpoint is never late.
const PATIENT: &str = "5000";
/// The endpoint that does not answer is late soon.
const HASTY: &str = "250";

/// An issuer that asks this endpoint.
fn asking(backend: Backend, endpoint: &Endpoint, settings: &[(&str, &str)]) -> Issuer {
    on(Arc::new(Scratch::new(backend)), endpoint, settings)
}

fn on(scratch: Arc<Scratch>, endpoint: &Endpoint, settings: &[(&str, &str)]) -> Issuer {
    Issuer::on(scratch, &all_settings(endpoint, settings), &[])
}

fn all_settings<'a>(
    endpoint: &'a Endpoint,
    settings: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let hook = [
        ("CARDIUM__DECISION_HOOK__URL", endpoint.url.as_str()),
        ("CARDIUM__DECISION_HOOK__SECRET", SECRET),
    ];
    [&hook, settings].concat()
}

const fn timeout(milliseconds: &'static str) -> (&'static str, &'static str) {
    ("CARDIUM__DECISION_HOOK__TIMEOUT_MS", milliseconds)
}

const fn stand_in(rule: &'static str) -> (&'static str, &'static str) {
    ("CARDIUM__DECISION_HOOK__STAND_IN", rule)
}

/// Sends a request and, once the endpoint was asked, does something else before it answers.
fn meanwhile(issuer: &Issuer, endpoint: &Endpoint, request: &Value, work: impl FnOnce()) -> Value {
    let asked = endpoint.questions().len();
    thread::scope(|scope| {
        let answer = scope.spawn(|| {
            let [answer] = issuer.answers([request]);
            answer
        });
        endpoint.wait_for(asked + 1);
        work();
        answer.join().expect("the request is answered")
    })
}

/// Sends a message from another line, without a client's start between: the endpoint is asked.
fn beside(issuer: &Issuer, message: &Value) -> Value {
    let line = Line::signed_on(issuer.address());
    line.and_then(|mut line| line.exchange(message)).expect("it is answered")
}

/// The newest transaction of the issuer's card.
fn newest(issuer: &Issuer) -> Value {
    issuer.customer.get(&format!("/v1/transactions?card_id={}", issuer.card.id))["data"][0].clone()
}

/// What came of the endpoint's check in a transaction's decision; null where it was not made.
fn hook_check(issuer: &Issuer, transaction: &Value) -> Value {
    let path = format!("/v1/transactions/{}/decision", text(transaction, "id"));
    let decision = issuer.customer.get(&path);
    let checks = decision["checks"].as_array().expect("a decision has checks");
    let found = checks.iter().find(|check| check["rule"] == "decision_hook");
    found.map_or(Value::Null, |check| check["result"].clone())
}

/// Sends messages at once and gives their responses.
fn at_once(issuer: &Issuer, messages: &[Value]) -> Vec<Value> {
    Script::signed_on().send_all(messages).play(issuer.address())
}
