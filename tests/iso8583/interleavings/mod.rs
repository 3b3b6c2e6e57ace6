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

use std::collections::BTreeSet;

use cardium_testkit::Backend;

use self::{
    drive::play,
    model::{Flaw, Model},
    steps::Step,
};
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
    Server::own(backend, |_| {})
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

/// The cases of a normal run meet every answer, every beginning and every end that the model
/// knows: else it would agree for want of an occasion not to.
#[test]
fn the_cases_leave_nothing_out() {
    let mut met = BTreeSet::new();
    for case in (1..1 + CASES).map(generate::case) {
        let mut model = Model::new(case.funds, Flaw::None);
        for step in &case.steps {
            match step {
                Step::Send(sent) => {
                    met.insert(model.receive(sent));
                }
                Step::Freeze => model.freeze(true),
                Step::Unfreeze => model.freeze(false),
                Step::Load(cents) => model.load(*cents),
                Step::Expire => model.expire(),
            }
        }
        met.extend(model.records.iter().map(|record| record.origin.as_str()));
        met.extend(model.records.iter().map(record::Record::status));
        let (held, owed) = (model.held() > 0, model.owed() > 0);
        met.extend(held.then_some("holds at the end"));
        met.extend(owed.then_some("debts at the end"));
        met.extend((held && owed).then_some("both"));
    }
    let answers = ["00", "05", "51", "62", "94"];
    let origins = ["request", "advice", "single_message", "force_post", "refund"];
    let ends = ["open", "cleared", "reversed", "expired"];
    let sums = ["holds at the end", "debts at the end", "both"];
    let all = [&answers[..], &origins, &ends, &sums].concat();
    assert_eq!(met, all.into_iter().collect());
}
