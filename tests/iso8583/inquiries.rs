//! Questions that move no money: account verification and balance inquiry.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FUNDS, Issuer, amount, codes, numbered, with};
use crate::{
    on_both,
    support::{changed, purchase, repeat, reversal, without},
};

on_both! {
    a_verification_holds_nothing;
    a_verification_is_declined_like_a_purchase;
    a_balance_inquiry_tells_both_balances;
    a_balance_inquiry_is_repeated_as_it_was;
    an_inquiry_is_declined_like_a_purchase;
}

fn verification(issuer: &Issuer, stan: u32) -> Value {
    purchase(&issuer.card, 0, stan)
}

fn inquiry(issuer: &Issuer, stan: u32) -> Value {
    changed(&without(purchase(&issuer.card, 0, stan), &["4"]), "3", "310000")
}

fn a_verification_holds_nothing(backend: Backend) {
    let issuer = Issuer::start(backend);
    let domestic = verification(&issuer, 2);
    let abroad = with(&verification(&issuer, 3), &[("49", "978")]);
    let cvv = format!("9203{}", issuer.card.cvv);
    let with_cvv = changed(&verification(&issuer, 4), "48", &cvv);
    let responses = issuer.answers([&domestic, &abroad, &with_cvv]);
    assert_eq!(codes(&responses), ["00"; 3]);
    assert!(responses.iter().all(|response| response["38"].is_string()));
    issuer.assert_card(FUNDS, 0);
    issuer.assert_steps(&[("authorized", "account_verification"); 3]);
    // There is nothing to take back, which is accepted like any other reversal.
    let [reversed] = issuer.answers([&reversal("0400", &domestic, 5)]);
    assert_eq!(reversed["39"], "00");
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn a_verification_is_declined_like_a_purchase(backend: Backend) {
    let issuer = Issuer::start(backend);
    let wrong = if issuer.card.cvv == "000" { "9203001" } else { "9203000" };
    let responses = issuer.answers([
        &changed(&verification(&issuer, 2), "48", wrong),
        &changed(&verification(&issuer, 3), "14", "2001"),
        &changed(&verification(&issuer, 4), "2", "4895170000000007"),
        &changed(&verification(&issuer, 5), "49", "XXX"),
        &without(verification(&issuer, 6), &["49"]),
    ]);
    assert_eq!(codes(&responses), ["05", "54", "14", "13", "13"]);
    issuer.customer.post(&issuer.card.path("freeze"), &json!({}));
    let [frozen] = issuer.answers([&verification(&issuer, 7)]);
    assert_eq!(frozen["39"], "62");
    issuer.close();
}

fn a_balance_inquiry_tells_both_balances(backend: Backend) {
    let issuer = Issuer::start(backend);
    let held = purchase(&issuer.card, 2_500, 2);
    let with_amount = changed(&inquiry(&issuer, 4), "4", &amount(0));
    let by_0200 = changed(&inquiry(&issuer, 5), "t", "0200");
    let [_, first, second, third] =
        issuer.answers([&held, &inquiry(&issuer, 3), &with_amount, &by_0200]);
    let told = "0001840C0000000100000002840C000000007500";
    for response in [&first, &second, &third] {
        assert_eq!((&response["39"], &response["54"]), (&"00".into(), &told.into()), "{response}");
        assert!(response["38"].is_string());
    }
    issuer.assert_card(FUNDS - 2_500, 2_500);
    issuer.close();
}

/// What was told stays told, whatever has happened since.
fn a_balance_inquiry_is_repeated_as_it_was(backend: Backend) {
    let issuer = Issuer::start(backend);
    let question = inquiry(&issuer, 2);
    let [first] = issuer.answers([&question]);
    let spent = purchase(&issuer.card, 2_500, 3);
    let [_, again] = issuer.answers([&spent, &repeat(&question)]);
    assert_eq!(first, again);
    issuer.close();
}

fn an_inquiry_is_declined_like_a_purchase(backend: Backend) {
    let issuer = Issuer::start(backend);
    let [unknown, expired] = issuer.answers([
        &numbered(&changed(&inquiry(&issuer, 2), "2", "4895170000000007"), 2),
        &changed(&inquiry(&issuer, 3), "14", "2001"),
    ]);
    assert_eq!((&unknown["39"], &expired["39"]), (&"14".into(), &"54".into()));
    issuer.customer.post(&issuer.card.path("freeze"), &json!({}));
    let [frozen] = issuer.answers([&inquiry(&issuer, 4)]);
    assert_eq!((&frozen["39"], &frozen["54"]), (&"62".into(), &Value::Null));
    issuer.close();
}
