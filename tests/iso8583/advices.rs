//! Advices (0120): what the network decided in our place has happened already.

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, amount, codes, new_total, numbered, with};
use crate::{
    on_both,
    support::{Script, changed, clearing, customer::cents, purchase, repeat, reversal, without},
};

on_both! {
    an_advice_holds_what_the_network_approved;
    an_advice_beyond_the_balance_is_owed_until_it_is_cleared;
    an_advice_of_a_decline_is_noted;
    an_advice_under_the_names_of_its_request_happens_once;
    an_advice_after_its_request_was_taken_back_stands;
    an_advice_of_what_was_declined_is_taken;
    an_advice_and_its_clearing_at_once_meet;
    an_advice_that_cannot_be_taken_says_why;
    an_advice_is_reversed_in_any_order;
    a_new_total_is_that_of_the_whole_in_any_order;
    what_an_early_reversal_left_is_taken_back_later;
}

/// The network approved `cents` with the code `STAND1`.
fn advice(issuer: &Issuer, cents: i64, stan: u32) -> Value {
    let fields = [("t", "0120"), ("38", "STAND1"), ("39", "00")];
    with(&purchase(&issuer.card, cents, stan), &fields)
}

fn an_advice_holds_what_the_network_approved(backend: Backend) {
    let issuer = Issuer::start(backend);
    let advice = advice(&issuer, 4_000, 2);
    let [taken, again] = issuer.answers([&advice, &repeat(&advice)]);
    assert_eq!((&taken["t"], &taken["39"]), (&"0130".into(), &"00".into()));
    assert_eq!(taken, again);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    let posted = clearing(&without(advice, &["39"]), &"STAND1".into(), 4_000, 3);
    let [posted] = issuer.answers([&posted]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(FUNDS - 4_000, 0);
    issuer.assert_steps(&[("authorized", "advice"), ("captured", "clearing")]);
    issuer.close();
}

fn an_advice_beyond_the_balance_is_owed_until_it_is_cleared(backend: Backend) {
    let issuer = Issuer::start(backend);
    let advice = advice(&issuer, FUNDS + 5_000, 2);
    let [taken] = issuer.answers([&advice]);
    assert_eq!(taken["39"], "00");
    issuer.assert_card(0, FUNDS);
    let loaded = issuer.customer.load(&issuer.card, 2_000);
    assert_eq!(cents(&loaded["receivable_settled_usd"]), 2_000, "what is owed comes first");
    let whole = clearing(&without(advice, &["39"]), &"STAND1".into(), FUNDS + 5_000, 3);
    let [posted] = issuer.answers([&whole]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(0, 0);
    let loaded = issuer.customer.load(&issuer.card, 4_000);
    assert_eq!(cents(&loaded["receivable_settled_usd"]), 3_000, "it is owed once");
    issuer.assert_card(1_000, 0);
    issuer.close();
}

fn an_advice_of_a_decline_is_noted(backend: Backend) {
    let issuer = Issuer::start(backend);
    let declined = changed(&without(advice(&issuer, 4_000, 2), &["38"]), "39", "51");
    let [taken] = issuer.answers([&declined]);
    assert_eq!(taken["39"], "00", "an advice is accepted whatever it tells");
    issuer.assert_card(FUNDS, 0);
    let reason = Some("stand_in_declined".to_owned());
    assert_eq!(issuer.steps(), [("declined".into(), "advice".into(), reason)]);
    issuer.close();
}

fn an_advice_under_the_names_of_its_request_happens_once(backend: Backend) {
    let issuer = Issuer::start(backend);
    let bought = with(&purchase(&issuer.card, 4_000, 2), &[("63", "T1")]);
    let told = with(&bought, &[("t", "0120"), ("38", "STAND1"), ("39", "00")]);
    let responses = issuer.answers([&bought, &told, &repeat(&told)]);
    assert_eq!(codes(&responses), ["00"; 3]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    issuer.assert_steps(&[("authorized", "purchase")]);
    // The network takes back our answer, which it got too late, and goes by its own.
    assert_eq!(codes(&issuer.answers([&reversal("0420", &bought, 3)])), ["00"]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    assert_eq!(codes(&issuer.answers([&reversal("0420", &told, 4)])), ["00"]);
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn an_advice_after_its_request_was_taken_back_stands(backend: Backend) {
    let issuer = Issuer::start(backend);
    let bought = with(&purchase(&issuer.card, 4_000, 2), &[("63", "T1")]);
    let told = with(&bought, &[("t", "0120"), ("38", "STAND1"), ("39", "00")]);
    let responses = issuer.answers([&bought, &reversal("0420", &bought, 3), &told]);
    assert_eq!(codes(&responses), ["00"; 3]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    issuer.close();
}

fn an_advice_of_what_was_declined_is_taken(backend: Backend) {
    let issuer = Issuer::start(backend);
    let bought = purchase(&issuer.card, FUNDS + 1_000, 2);
    let told = with(&bought, &[("t", "0120"), ("38", "STAND1"), ("39", "00")]);
    let responses = issuer.answers([&bought, &told, &repeat(&told), &repeat(&bought)]);
    assert_eq!(codes(&responses), ["51", "00", "00", "51"]);
    issuer.assert_card(0, FUNDS);
    issuer.assert_steps(&[("declined", "purchase"), ("authorized", "advice")]);
    issuer.close();
}

/// Both leave a network's queue in one go, so they may share a batch.
fn an_advice_and_its_clearing_at_once_meet(backend: Backend) {
    let issuer = Issuer::start(backend);
    let told = with(&advice(&issuer, FUNDS + 1_000, 2), &[("63", "T1")]);
    let posted = clearing(&without(told.clone(), &["39"]), &"STAND1".into(), FUNDS + 1_000, 3);
    let script = Script::signed_on().send_all(&[told, posted]);
    let responses = script.play(issuer.address());
    assert_eq!(codes(&responses), ["00"; 2]);
    issuer.assert_card(0, 0);
    issuer.assert_steps(&[("authorized", "advice"), ("captured", "clearing")]);
    issuer.close();
}

fn an_advice_that_cannot_be_taken_says_why(backend: Backend) {
    let issuer = Issuer::start(backend);
    let good = advice(&issuer, 100, 2);
    let responses = issuer.answers([
        &numbered(&changed(&good, "2", "4895170000000007"), 3),
        &numbered(&changed(&good, "4", &amount(0)), 4),
        &numbered(&changed(&good, "49", "978"), 5),
        &numbered(&changed(&good, "3", "310000"), 6),
        &numbered(&without(good.clone(), &["4"]), 7),
        &numbered(&without(good.clone(), &["2"]), 8),
    ]);
    assert_eq!(codes(&responses), ["14", "00", "13", "12", "30", "30"]);
    issuer.assert_card(FUNDS, 0);
    // What the network said of a question about no money is noted.
    issuer.assert_steps(&[("authorized", "advice")]);
    issuer.close();
}

fn an_advice_is_reversed_in_any_order(backend: Backend) {
    let issuer = Issuer::start(backend);
    let (first, second) = (advice(&issuer, 4_000, 2), advice(&issuer, FUNDS + 1_000, 3));
    let responses = issuer.answers([
        &first,
        &reversal("0420", &first, 4),
        &reversal("0420", &second, 5),
        &second,
        &repeat(&second),
    ]);
    assert_eq!(codes(&responses), ["00"; 5]);
    issuer.assert_card(FUNDS, 0);
    issuer.assert_steps(&[
        ("authorized", "advice"),
        ("reversed", "authorization_reversal"),
        ("authorized", "advice"),
        ("reversed", "authorization_reversal"),
    ]);
    let loaded = issuer.customer.load(&issuer.card, 100);
    assert_eq!(cents(&loaded["receivable_settled_usd"]), 0, "nothing is owed any more");
    issuer.close();
}

/// An advice raises an authorization to 50.00, and DE 95 of its reversal leaves 45.00 of that.
fn a_new_total_is_that_of_the_whole_in_any_order(backend: Backend) {
    for (trace, reversed_first) in [("STAY-0001", false), ("STAY-0002", true)] {
        let issuer = Issuer::start(backend);
        let traced = |message: &Value| changed(message, "63", trace);
        let request = traced(&purchase(&issuer.card, 4_000, 2));
        let raise = traced(&advice(&issuer, 1_000, 3));
        let back = changed(&reversal("0420", &raise, 4), "95", &new_total(4_500));
        let (second, third) = if reversed_first { (&back, &raise) } else { (&raise, &back) };
        assert_eq!(codes(&issuer.answers([&request, second, third])), ["00"; 3]);
        issuer.assert_card(FUNDS - 4_500, 4_500);
        issuer.close();
    }
}

fn what_an_early_reversal_left_is_taken_back_later(backend: Backend) {
    let issuer = Issuer::start(backend);
    let advice = advice(&issuer, FUNDS + 4_000, 2);
    let in_part = changed(&reversal("0420", &advice, 3), "95", &new_total(FUNDS + 1_000));
    assert_eq!(codes(&issuer.answers([&in_part, &advice])), ["00"; 2]);
    issuer.assert_card(0, FUNDS);
    let rest = reversal("0420", &advice, 4);
    let again = reversal("0420", &advice, 5);
    assert_eq!(codes(&issuer.answers([&rest, &again])), ["00"; 2]);
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}
