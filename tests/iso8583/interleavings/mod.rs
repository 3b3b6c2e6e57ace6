//! Random interleavings of one card's messages: the real server against a naive model of the
//! rules, on both databases.
//!
//! `CARDIUM_MODEL_CASES` sets how many cases are played, `CARDIUM_MODEL_SEED` the first seed; a
//! failure prints what to set to play just its case.

mod drive;
mod generate;
mod messages;
mod model;
mod player;
mod record;
mod steps;

use cardium_testkit::Backend;

use self::{drive::play, model::Flaw};
use crate::{on_both, support::Server};

/// Cases of a normal run; the nightly one has 10,000.
const CASES: u64 = 400;
/// Within how many cases a wrong rule is found.
const SOON: u64 = 200;

on_both! {
    cards_are_what_the_rules_make_of_their_messages;
    wrong_rules_are_found;
}

fn server(backend: Backend) -> Server {
    Server::own(backend, |settings| {
        // A message that waits for a writer on a busy machine is decided all the same.
        settings.iso8583.patience_ms = 20_000;
    })
}

fn variable(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn cards_are_what_the_rules_make_of_their_messages(backend: Backend) {
    let first = variable("CARDIUM_MODEL_SEED", 1);
    let seeds = first..first + variable("CARDIUM_MODEL_CASES", CASES);
    let differences = play(&server(backend), seeds, Flaw::None);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// A model that gets one rule wrong shows that the comparison sees that rule.
fn wrong_rules_are_found(backend: Backend) {
    let server = server(backend);
    for flaw in Flaw::WRONG {
        let differences = play(&server, 1..1 + SOON, flaw);
        assert!(!differences.is_empty(), "{flaw:?} is not noticed");
    }
}
