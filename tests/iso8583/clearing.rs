//! Clearing: what was held is posted, and what was never held is posted all the same.

use cardium_testkit::Backend;

use super::{FUNDS, Issuer, codes, with};
use crate::{
    on_both,
    support::{changed, clearing, customer::cents, purchase, repeat, without},
};

on_both! {
    a_clearing_posts_and_releases_the_hold;
    an_over_capture_is_owed_and_the_next_load_settles_it;
    a_force_post_needs_no_authorization;
    a_clearing_that_cannot_be_posted_says_why;
    an_authorization_is_cleared_in_parts;
    a_clearing_finds_its_authorization_by_the_networks_trace;
    a_clearing_after_the_hold_lapsed_is_posted;
    a_clearing_abroad_is_billed_at_the_networks_rate;
}

fn a_clearing_posts_and_releases_the_hold(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    issuer.assert_card(FUNDS - 4_000, 4_000);
    let advice = clearing(&request, &approved["38"], 3_500, 3);
    let [posted, again] = issuer.answers([&advice, &repeat(&advice)]);
    assert_eq!((&posted["t"], &posted["39"]), (&"0230".into(), &"00".into()));
    assert_eq!(posted, again);
    issuer.assert_card(FUNDS - 3_500, 0);
    let steps = issuer.customer.get(&issuer.card.path("transactions"));
    let statuses: Vec<_> = steps["data"].as_array().into_iter().flatten().collect();
    assert_eq!(statuses.len(), 2, "authorized and captured once: {steps}");
    issuer.close();
}

fn an_over_capture_is_owed_and_the_next_load_settles_it(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, FUNDS, 2);
    let [approved] = issuer.answers([&request]);
    let [posted] = issuer.answers([&clearing(&request, &approved["38"], FUNDS + 1_500, 3)]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(0, 0);
    let load = |amount| {
        let loaded = issuer.customer.load(&issuer.card, amount);
        ["receivable_settled_usd", "new_card_balance_usd"].map(|field| cents(&loaded[field]))
    };
    assert_eq!(load(1_000), [1_000, 0], "what is owed comes first");
    assert_eq!(load(2_000), [500, 1_500]);
    assert_eq!(load(100), [0, 1_600]);
    issuer.assert_card(1_600, 0);
    issuer.close();
}

fn a_force_post_needs_no_authorization(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 700, 2);
    let [posted] = issuer.answers([&clearing(&request, &"ZZZZZZ".into(), 700, 3)]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(FUNDS - 700, 0);
    issuer.close();
}

fn a_clearing_that_cannot_be_posted_says_why(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 700, 2);
    let advice = |stan| clearing(&request, &"ZZZZZZ".into(), 700, stan);
    let nobody = changed(&advice(3), "2", "4895170000000001");
    let nothing = changed(&advice(4), "4", "000000000000");
    let foreign = changed(&advice(5), "49", "978");
    let unknown = changed(&advice(6), "3", "310000");
    let short = without(advice(7), &["4"]);
    let miscounted = changed(&advice(8), "48", "98040201");
    let responses = issuer.answers([&nobody, &nothing, &foreign, &unknown, &short, &miscounted]);
    assert_eq!(codes(&responses), ["14", "13", "13", "12", "30", "30"]);
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn an_authorization_is_cleared_in_parts(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 5_000, 2);
    let [approved] = issuer.answers([&request]);
    let part = |cents, stan, sequence: &str| {
        let posted = clearing(&request, &approved["38"], cents, stan);
        changed(&posted, "48", &format!("9804{sequence}"))
    };
    let [first] = issuer.answers([&part(1_000, 3, "0102")]);
    assert_eq!(first["39"], "00");
    issuer.assert_card(FUNDS - 5_000, 4_000);
    let [last] = issuer.answers([&part(3_000, 4, "0202")]);
    assert_eq!(last["39"], "00");
    issuer.assert_card(FUNDS - 4_000, 0);
    issuer.assert_steps(&[
        ("authorized", "purchase"),
        ("captured", "clearing"),
        ("captured", "clearing"),
    ]);
    issuer.close();
}

/// Neither approval code nor merchant nor reference are those of the request.
fn a_clearing_finds_its_authorization_by_the_networks_trace(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = changed(&purchase(&issuer.card, 4_000, 2), "63", "NETWORK-TRACE-1");
    let strange = with(
        &clearing(&request, &"ZZZZZZ".into(), 3_000, 3),
        &[("42", "ANOTHER00000001"), ("37", "RRN999999999")],
    );
    let responses = issuer.answers([&request, &strange]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(FUNDS - 3_000, 0);
    issuer.assert_steps(&[("authorized", "purchase"), ("captured", "clearing")]);
    issuer.close();
}

fn a_clearing_after_the_hold_lapsed_is_posted(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    let steps = issuer.customer.get(&issuer.card.path("transactions"));
    let id = crate::support::customer::text(&steps["data"][0], "authorization_id");
    let path = format!("/v1/test/authorizations/{id}/expire");
    issuer.customer.post(&path, &serde_json::json!({}));
    issuer.assert_card(FUNDS, 0);
    let [late] = issuer.answers([&clearing(&request, &approved["38"], 4_000, 3)]);
    assert_eq!(late["39"], "00");
    issuer.assert_card(FUNDS - 4_000, 0);
    issuer.assert_steps(&[
        ("authorized", "purchase"),
        ("reversed", "expiry"),
        ("captured", "clearing"),
    ]);
    issuer.close();
}

fn a_clearing_abroad_is_billed_at_the_networks_rate(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 2_000, 2);
    let euros = with(
        &clearing(&request, &"ZZZZZZ".into(), 2_000, 3),
        &[("49", "978"), ("6", "000000002310"), ("51", "840")],
    );
    let [posted] = issuer.answers([&euros]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(FUNDS - 2_310, 0);
    issuer.close();
}
