//! The card network's door: an independent client in front of the real server, on both databases.

mod advices;
mod clearing;
mod deciding;
mod hooking;
mod hostile;
mod increments;
mod inquiries;
mod interleavings;
mod interoperating;
mod linking;
mod partial;
mod refunds;
mod repeating;
mod reversing;
mod signing;
mod single_messages;
mod streams;

use std::{net::SocketAddr, sync::Arc};

use cardium_testkit::{Backend, Scratch};
use serde_json::Value;

use crate::support::{
    Process, Script, assert_verified, changed,
    customer::{Card, Customer},
};

/// What the card of an [`Issuer`] has at the start, in cents.
const FUNDS: i64 = 10_000;

/// A server of its own, with a customer who holds a card with 100.00 on it.
struct Issuer {
    process: Process,
    customer: Customer,
    card: Card,
    scratch: Arc<Scratch>,
}

impl Issuer {
    fn start(backend: Backend) -> Self {
        Self::with(backend, &[])
    }

    fn with(backend: Backend, arguments: &[&str]) -> Self {
        Self::on(Arc::new(Scratch::new(backend)), &[], arguments)
    }

    /// On a database, with more settings and arguments.
    fn on(scratch: Arc<Scratch>, settings: &[(&str, &str)], arguments: &[&str]) -> Self {
        let process = Process::with(&scratch, settings, arguments);
        let customer = Customer::sign_up(&process);
        customer.fund(1_000);
        let card = customer.issue();
        customer.load(&card, FUNDS);
        Self { process, customer, card, scratch }
    }

    fn address(&self) -> SocketAddr {
        self.process.iso8583
    }

    /// Sends messages one after the other on one connection and gives their responses.
    fn answers<const N: usize>(&self, messages: [&Value; N]) -> [Value; N] {
        let script = Script::signed_on();
        let script = messages.into_iter().fold(script, |script, message| script.send(message));
        let responses = script.play(self.address());
        responses.try_into().expect("each message has its response")
    }

    /// Asserts what the card has available and held, in cents.
    #[track_caller]
    fn assert_card(&self, available: i64, held: i64) {
        assert_eq!(self.customer.card_balance(&self.card), (available, held));
    }

    /// The card's steps, newest first: status, kind and why it was declined.
    fn steps(&self) -> Vec<(String, String, Option<String>)> {
        let listed = self.customer.get(&self.card.path("transactions?limit=100"));
        let steps = listed["data"].as_array().expect("a list has data").iter();
        let word = |value: &Value| value.as_str().map(str::to_owned);
        steps
            .map(|step| {
                let must = |field: &str| word(&step[field]).expect("a step has this field");
                (must("status"), must("kind"), word(&step["decline"]["code"]))
            })
            .collect()
    }

    /// Asserts the card's steps, oldest first, by status and kind.
    #[track_caller]
    fn assert_steps(&self, expected: &[(&str, &str)]) {
        let mut steps = self.steps();
        steps.reverse();
        let words: Vec<_> =
            steps.iter().map(|(status, kind, _)| (status.as_str(), kind.as_str())).collect();
        assert_eq!(words, expected);
    }

    /// Changes the card's controls.
    fn control(&self, part: &str, body: &Value) {
        let reply = self.customer.answered("PATCH", &self.card.path(part), Some(body));
        reply.success();
    }

    /// Stops the server and checks the books.
    fn close(mut self) {
        assert!(self.process.stop().success(), "the server stops in good order");
        assert_verified(&self.scratch);
    }
}

/// Twelve digits.
fn amount(cents: i64) -> String {
    format!("{cents:012}")
}

/// DE 95: the new total.
fn new_total(cents: i64) -> String {
    format!("{cents:012}{:030}", 0)
}

/// A message with several fields changed.
fn with(message: &Value, fields: &[(&str, &str)]) -> Value {
    fields.iter().fold(message.clone(), |message, (de, text)| changed(&message, de, text))
}

/// The message for 1.00 under a trace number of its own.
fn numbered(message: &Value, stan: u32) -> Value {
    with(message, &[("11", &format!("{stan:06}")), ("37", &format!("RRN000{stan:06}"))])
}

/// DE 39 of each response.
fn codes(responses: &[Value]) -> Vec<&str> {
    responses.iter().map(|response| response["39"].as_str().unwrap_or("none")).collect()
}
