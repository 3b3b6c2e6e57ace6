//! Refunds (0200 and 0220 with DE 3 = 20) and their announcement (0100).

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, amount, codes, new_total, numbered, with};
use crate::{
    on_both,
    support::{changed, clearing, customer::cents, purchase, repeat, reversal, without},
};

on_both! {
    a_refund_of_a_purchase_gives_it_back;
    a_refund_of_nothing_known_stands_alone;
    a_refund_settles_what_is_owed_first;
    a_refund_is_reversed_in_any_order;
    a_refund_that_cannot_be_posted_says_why;
    a_credit_authorization_moves_no_money;
}

/// A refund by advice (0220) or request (0200).
fn refund(kind: &str, about: &Value, cents: i64, stan: u32) -> Value {
    let stan = format!("{stan:06}");
    let fields = [("t", kind), ("3", "200000"), ("4", &amount(cents)), ("11", &stan)];
    without(with(about, &fields), &["14"])
}

fn a_refund_of_a_purchase_gives_it_back(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_000, 2);
    let [approved] = issuer.answers([&request]);
    let posted = clearing(&request, &approved["38"], 4_000, 3);
    let advised = refund("0220", &posted, 1_500, 4);
    let asked = refund("0200", &posted, 500, 5);
    let [_, advised, again, asked] = issuer.answers([&posted, &advised, &repeat(&advised), &asked]);
    assert_eq!((&advised["t"], &advised["39"]), (&"0230".into(), &"00".into()));
    assert_eq!(advised, again);
    assert_eq!((&asked["t"], &asked["39"]), (&"0210".into(), &"00".into()));
    issuer.assert_card(FUNDS - 2_000, 0);
    issuer.assert_steps(&[
        ("authorized", "purchase"),
        ("captured", "clearing"),
        ("refunded", "refund"),
        ("refunded", "refund"),
    ]);
    let steps = issuer.customer.get(&issuer.card.path("transactions"));
    let ids: Vec<_> = (0..4).map(|index| &steps["data"][index]["authorization_id"]).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "all are about one purchase: {steps}");
    issuer.close();
}

fn a_refund_of_nothing_known_stands_alone(backend: Backend) {
    let issuer = Issuer::start(backend);
    let single = changed(&purchase(&issuer.card, 1_000, 2), "t", "0200");
    let stranger = numbered(&purchase(&issuer.card, 1_000, 9), 90);
    let unlinked = refund("0220", &stranger, 700, 3);
    let [bought, unlinked] = issuer.answers([&single, &unlinked]);
    assert_eq!((&bought["39"], &unlinked["39"]), (&"00".into(), &"00".into()));
    // It quotes the purchase, but there is no more than that to give back.
    let excessive = changed(&refund("0220", &single, 1_001, 4), "38", &code(&bought));
    let [excessive] = issuer.answers([&excessive]);
    assert_eq!(excessive["39"], "00");
    issuer.assert_card(FUNDS - 1_000 + 700 + 1_001, 0);
    issuer.close();
}

fn code(approved: &Value) -> String {
    approved["38"].as_str().expect("an approval has a code").to_owned()
}

fn a_refund_settles_what_is_owed_first(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 100, 2);
    let forced = clearing(&request, &"ZZZZZZ".into(), FUNDS + 1_000, 3);
    let back = refund("0220", &numbered(&request, 80), 1_500, 4);
    let responses = issuer.answers([&forced, &back]);
    assert_eq!(codes(&responses), ["00", "00"]);
    issuer.assert_card(500, 0);
    issuer.close();
}

fn a_refund_is_reversed_in_any_order(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 100, 2);
    let [first, second, third] = [3, 4, 5].map(|stan| refund("0220", &request, 1_000, stan));
    let part = changed(&reversal("0420", &second, 7), "95", &new_total(400));
    let early = reversal("0420", &third, 8);
    let responses = issuer.answers([
        &first,
        &second,
        &reversal("0420", &first, 6),
        &part,
        &early,
        &third,
        &repeat(&third),
    ]);
    assert_eq!(codes(&responses), ["00"; 7]);
    issuer.assert_card(FUNDS + 400, 0);
    // What was given back is spent: taking it back then is owed.
    let spent = changed(&purchase(&issuer.card, FUNDS + 400, 20), "t", "0200");
    let last = reversal("0420", &refund("0220", &request, 400, 21), 22);
    let responses = issuer.answers([&spent, &refund("0220", &request, 400, 21)]);
    assert_eq!(codes(&responses), ["00", "00"]);
    let drained = changed(&purchase(&issuer.card, 400, 23), "t", "0200");
    let responses = issuer.answers([&drained, &last]);
    assert_eq!(codes(&responses), ["00", "00"]);
    let loaded = issuer.customer.load(&issuer.card, 1_000);
    assert_eq!(cents(&loaded["receivable_settled_usd"]), 400);
    issuer.close();
}

fn a_refund_that_cannot_be_posted_says_why(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 100, 2);
    for (kind, stan) in [("0200", 10), ("0220", 20)] {
        let good = |next: u32| refund(kind, &request, 100, stan + next);
        let responses = issuer.answers([
            &changed(&good(1), "2", "4895170000000007"),
            &changed(&good(2), "4", &amount(0)),
            &changed(&good(3), "49", "978"),
            &without(good(4), &["4"]),
        ]);
        assert_eq!(codes(&responses), ["14", "13", "13", "30"], "{kind}");
    }
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn a_credit_authorization_moves_no_money(backend: Backend) {
    let issuer = Issuer::start(backend);
    let announced = changed(&purchase(&issuer.card, 1_000, 2), "3", "200000");
    let [approved, again] = issuer.answers([&announced, &repeat(&announced)]);
    assert_eq!((&approved["t"], &approved["39"]), (&"0110".into(), &"00".into()));
    assert!(approved["38"].is_string());
    assert_eq!(approved, again);
    issuer.assert_card(FUNDS, 0);
    issuer.assert_steps(&[("authorized", "credit_authorization")]);
    let closed = issuer.customer.issue();
    issuer.customer.post(&closed.path("cancel"), &serde_json::json!({}));
    let [refused] = issuer.answers([&changed(&purchase(&closed, 1_000, 3), "3", "200000")]);
    assert_eq!(refused["39"], "14");
    issuer.close();
}
