//! The card network's door: an independent client in front of the real server, on both databases.

mod clearing;
mod deciding;
mod hostile;
mod interleavings;
mod interoperating;
mod linking;
mod repeating;
mod reversing;
mod signing;
mod streams;
mod velocity;

use std::{net::SocketAddr, sync::Arc};

use cardium_testkit::{Backend, Scratch};
use serde_json::Value;

use crate::support::{
    Process, Script, assert_verified,
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

    /// Stops the server and checks the books.
    fn close(mut self) {
        assert!(self.process.stop().success(), "the server stops in good order");
        assert_verified(&self.scratch);
    }
}

/// DE 39 of each response.
fn codes(responses: &[Value]) -> Vec<&str> {
    responses.iter().map(|response| response["39"].as_str().unwrap_or("none")).collect()
}
