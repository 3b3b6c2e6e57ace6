//! Increments: a request with the same DE 63 raises the hold.

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, codes, new_total};
use crate::{
    on_both,
    support::{changed, clearing, purchase, repeat, reversal, without},
};

on_both! {
    a_request_with_the_same_trace_raises_the_hold;
    a_declined_raise_leaves_the_old_hold;
    a_raise_is_reversed_alone_or_with_the_rest;
    a_trace_that_was_cleared_begins_anew;
    the_same_trace_on_another_card_is_another_transaction;
}

fn traced(issuer: &Issuer, cents: i64, stan: u32) -> Value {
    changed(&purchase(&issuer.card, cents, stan), "63", "STAY-0001")
}

fn a_request_with_the_same_trace_raises_the_hold(backend: Backend) {
    let issuer = Issuer::start(backend);
    let (first, raise) = (traced(&issuer, 4_000, 2), traced(&issuer, 1_500, 3));
    let [approved, raised, again] = issuer.answers([&first, &raise, &repeat(&raise)]);
    assert_eq!((&approved["39"], &raised["39"]), (&"00".into(), &"00".into()));
    assert_eq!(approved["38"], raised["38"], "it is one authorization");
    assert_eq!(raised, again);
    issuer.assert_card(FUNDS - 5_500, 5_500);
    let [posted] = issuer.answers([&clearing(&first, &approved["38"], 5_000, 4)]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(FUNDS - 5_000, 0);
    issuer.assert_steps(&[
        ("authorized", "purchase"),
        ("authorized", "increment"),
        ("captured", "clearing"),
    ]);
    issuer.close();
}

fn a_declined_raise_leaves_the_old_hold(backend: Backend) {
    let issuer = Issuer::start(backend);
    let responses = issuer.answers([&traced(&issuer, 4_000, 2), &traced(&issuer, FUNDS, 3)]);
    assert_eq!(codes(&responses), ["00", "51"]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    issuer.close();
}

fn a_raise_is_reversed_alone_or_with_the_rest(backend: Backend) {
    let issuer = Issuer::start(backend);
    let first = traced(&issuer, 4_000, 2);
    let (second, third) = (traced(&issuer, 1_000, 3), traced(&issuer, 2_000, 4));
    let responses = issuer.answers([&first, &second, &third, &reversal("0420", &second, 5)]);
    assert_eq!(codes(&responses), ["00"; 4]);
    issuer.assert_card(FUNDS - 6_000, 6_000);
    // DE 95 is the new total of all of them.
    let down = changed(&reversal("0400", &first, 6), "95", &new_total(2_500));
    let [reversed] = issuer.answers([&down]);
    assert_eq!(reversed["39"], "00");
    issuer.assert_card(FUNDS - 2_500, 2_500);
    // Zeros there are a full reversal of the first message, which has more than is left.
    let all = changed(&reversal("0400", &first, 7), "95", &new_total(0));
    let [reversed] = issuer.answers([&all]);
    assert_eq!(reversed["39"], "00");
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn a_trace_that_was_cleared_begins_anew(backend: Backend) {
    let issuer = Issuer::start(backend);
    let first = traced(&issuer, 4_000, 2);
    let [approved] = issuer.answers([&first]);
    let posted = clearing(&first, &approved["38"], 4_000, 3);
    let responses = issuer.answers([&posted, &traced(&issuer, 1_000, 4)]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS - 5_000, 1_000);
    issuer.assert_steps(&[
        ("authorized", "purchase"),
        ("captured", "clearing"),
        ("authorized", "purchase"),
    ]);
    issuer.close();
}

fn the_same_trace_on_another_card_is_another_transaction(backend: Backend) {
    let issuer = Issuer::start(backend);
    let other = issuer.customer.issue();
    issuer.customer.load(&other, 1_000);
    let elsewhere = without(changed(&traced(&issuer, 500, 3), "2", &other.pan), &["14"]);
    let responses = issuer.answers([&traced(&issuer, 4_000, 2), &elsewhere]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    assert_eq!(issuer.customer.card_balance(&other), (500, 500));
    issuer.close();
}
