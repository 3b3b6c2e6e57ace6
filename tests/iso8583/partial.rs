//! Approvals in part, where the terminal takes them (DE 48, sub-element 61).

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, amount, codes, with};
use crate::{
    on_both,
    support::{changed, clearing, purchase, repeat, reversal},
};

on_both! {
    a_terminal_that_takes_a_part_gets_what_is_there;
    a_part_of_a_converted_amount_is_told_in_both_currencies;
    a_terminal_that_takes_all_or_nothing_is_declined;
    a_single_message_is_approved_in_part_too;
}

const TAKES_A_PART: &str = "610510000";

fn flagged(issuer: &Issuer, cents: i64, stan: u32) -> Value {
    changed(&purchase(&issuer.card, cents, stan), "48", TAKES_A_PART)
}

fn a_terminal_that_takes_a_part_gets_what_is_there(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = flagged(&issuer, FUNDS + 2_000, 2);
    let [part, again] = issuer.answers([&request, &repeat(&request)]);
    assert_eq!((&part["39"], &part["4"]), (&"10".into(), &amount(FUNDS).into()));
    assert_eq!(part["54"], format!("0057840D{}", amount(FUNDS + 2_000)));
    assert!(part["38"].is_string());
    assert_eq!(part, again);
    issuer.assert_card(0, FUNDS);
    let [posted] = issuer.answers([&clearing(&request, &part["38"], FUNDS, 3)]);
    assert_eq!(posted["39"], "00");
    issuer.assert_card(0, 0);
    // With nothing left there is no part either.
    let [nothing] = issuer.answers([&flagged(&issuer, 100, 4)]);
    assert_eq!(nothing["39"], "51");
    issuer.close();
}

/// 150.00 EUR are 173.25 USD; the 100.00 USD on the card are 86.58 EUR and a rest.
fn a_part_of_a_converted_amount_is_told_in_both_currencies(backend: Backend) {
    let issuer = Issuer::start(backend);
    let euros = with(
        &flagged(&issuer, 15_000, 2),
        &[("49", "978"), ("6", "000000017325"), ("10", "61155000"), ("51", "840")],
    );
    let [part, again] = issuer.answers([&euros, &repeat(&euros)]);
    assert_eq!((&part["39"], &part["4"]), (&"10".into(), &amount(8_658).into()));
    assert_eq!((&part["6"], &part["51"]), (&amount(FUNDS).into(), &"840".into()));
    let originals = format!("0057978D{}0057840D{}", amount(15_000), amount(17_325));
    assert_eq!(part["54"], originals);
    assert_eq!(part, again);
    issuer.assert_card(0, FUNDS);
    let [reversed] = issuer.answers([&reversal("0420", &euros, 3)]);
    assert_eq!(reversed["39"], "00");
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn a_terminal_that_takes_all_or_nothing_is_declined(backend: Backend) {
    let issuer = Issuer::start(backend);
    let asked = |stan| purchase(&issuer.card, FUNDS + 1, stan);
    let refuses = changed(&asked(3), "48", "610500000");
    let other = changed(&asked(4), "48", "somebody else's data");
    let responses = issuer.answers([&asked(2), &refuses, &other]);
    assert_eq!(codes(&responses), ["51", "51", "51"]);
    let [enough] = issuer.answers([&flagged(&issuer, FUNDS, 5)]);
    assert_eq!((&enough["39"], &enough["54"]), (&"00".into(), &Value::Null));
    issuer.assert_card(0, FUNDS);
    issuer.close();
}

fn a_single_message_is_approved_in_part_too(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = changed(&flagged(&issuer, FUNDS + 1, 2), "t", "0200");
    let [part] = issuer.answers([&request]);
    assert_eq!((&part["t"], &part["39"]), (&"0210".into(), &"10".into()));
    assert_eq!(part["4"], amount(FUNDS));
    issuer.assert_card(0, 0);
    issuer.close();
}
