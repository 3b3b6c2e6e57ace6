//! Single messages (0200): decided and posted at once.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FUNDS, Issuer, amount, codes, new_total, numbered, with};
use crate::{
    on_both,
    support::{changed, purchase, repeat, reversal, without},
};

on_both! {
    a_single_message_posts_at_once;
    a_single_message_that_is_declined_posts_nothing;
    a_single_message_is_reversed;
    a_single_message_after_its_reversal_is_declined;
}

fn single(issuer: &Issuer, cents: i64, stan: u32) -> Value {
    changed(&purchase(&issuer.card, cents, stan), "t", "0200")
}

fn a_single_message_posts_at_once(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = single(&issuer, 4_000, 2);
    let cash = with(&single(&issuer, 1_000, 3), &[("3", "010000"), ("22", "051")]);
    let [posted, again, cash] = issuer.answers([&request, &repeat(&request), &cash]);
    assert_eq!((&posted["t"], &posted["39"]), (&"0210".into(), &"00".into()));
    assert!(posted["38"].is_string());
    assert_eq!(posted, again);
    assert_eq!(cash["39"], "00");
    issuer.assert_card(FUNDS - 5_000, 0);
    issuer.assert_steps(&[("captured", "single_message"), ("captured", "single_message")]);
    issuer.close();
}

fn a_single_message_that_is_declined_posts_nothing(backend: Backend) {
    let issuer = Issuer::start(backend);
    let good = single(&issuer, 100, 2);
    let responses = issuer.answers([
        &single(&issuer, FUNDS + 1, 3),
        &numbered(&changed(&good, "4", &amount(0)), 4),
        &numbered(&changed(&good, "49", "978"), 5),
        &numbered(&changed(&good, "3", "990000"), 6),
        &numbered(&without(good.clone(), &["4"]), 7),
        &numbered(&changed(&good, "2", "4895170000000007"), 8),
        &numbered(&changed(&good, "14", "2001"), 9),
    ]);
    assert_eq!(codes(&responses), ["51", "13", "13", "12", "30", "14", "54"]);
    issuer.customer.post(&issuer.card.path("freeze"), &json!({}));
    let [frozen] = issuer.answers([&numbered(&good, 10)]);
    assert_eq!(frozen["39"], "62");
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn a_single_message_is_reversed(backend: Backend) {
    let issuer = Issuer::start(backend);
    let (whole, part) = (single(&issuer, 4_000, 2), single(&issuer, 3_000, 3));
    let back = reversal("0420", &whole, 4);
    let in_part = changed(&reversal("0400", &part, 5), "95", &new_total(500));
    let responses = issuer.answers([&whole, &part, &back, &repeat(&back), &in_part]);
    assert_eq!(codes(&responses), ["00"; 5]);
    issuer.assert_card(FUNDS - 500, 0);
    issuer.close();
}

fn a_single_message_after_its_reversal_is_declined(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = single(&issuer, 4_000, 2);
    let back = reversal("0420", &request, 3);
    let responses = issuer.answers([&back, &request, &repeat(&request)]);
    assert_eq!(codes(&responses), ["00", "05", "05"]);
    issuer.assert_card(FUNDS, 0);
    let reason = Some("reversed_before".to_owned());
    assert_eq!(issuer.steps(), [("declined".into(), "single_message".into(), reason)]);
    issuer.close();
}
