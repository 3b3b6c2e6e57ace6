//! Authorizations: approval with a hold, and every reason to decline.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FUNDS, Issuer, with};
use crate::{
    on_both,
    support::{Script, changed, purchase, without},
};

on_both! {
    an_approval_holds_the_money;
    what_cannot_be_approved_is_declined_with_its_reason;
    the_state_of_a_card_decides;
    a_card_past_its_expiry_is_declined;
    the_controls_of_a_card_decide;
    the_limits_of_a_card_decide;
    a_foreign_purchase_is_billed_at_the_networks_rate;
    guessing_the_cvv_ends;
    the_fee_of_a_conversion_comes_on_top;
}

const COUNTRY_CLUB: &str = "COUNTRY CLUB             LISBON       PT";

fn an_approval_holds_the_money(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 4_295, 2);
    let cvv = format!("9203{}", issuer.card.cvv);
    let with_cvv = changed(&purchase(&issuer.card, 5, 3), "48", &cvv);
    let [response, second] = issuer.answers([&request, &with_cvv]);
    assert_eq!((&response["t"], &response["39"]), (&"0110".into(), &"00".into()));
    let code = response["38"].as_str().expect("an approval has a code");
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{code}");
    for de in ["2", "3", "4", "7", "11", "12", "13", "32", "37", "41", "42", "49"] {
        assert_eq!(response[de], request[de], "DE {de} comes back");
    }
    assert_eq!(second["39"], "00", "the right CVV2 is accepted");
    issuer.assert_card(FUNDS - 4_300, 4_300);
    issuer.close();
}

/// Everything that a request alone can be declined for: nothing is held in the end.
fn what_cannot_be_approved_is_declined_with_its_reason(backend: Backend) {
    let issuer = Issuer::start(backend);
    let good = purchase(&issuer.card, 100, 0);
    let other_cvv = if issuer.card.cvv == "000" { "001" } else { "000" };
    let bad_cvv = format!("9203{other_cvv}");
    let too_much = format!("{:012}", FUNDS + 1);
    let cases = [
        ("14", changed(&good, "2", "4895170000000001")),
        ("14", changed(&good, "2", "4895170000000007")),
        ("54", changed(&good, "14", "2001")),
        ("51", changed(&good, "4", &too_much)),
        ("05", changed(&good, "48", &bad_cvv)),
        ("13", with(&good, &[("4", "000000000000"), ("3", "010000")])),
        ("13", without(good.clone(), &["49"])),
        ("13", changed(&good, "49", "978")),
        ("13", with(&good, &[("6", "000000000100"), ("51", "978")])),
        ("13", with(&good, &[("6", "000000000100"), ("51", "840"), ("49", "XXX")])),
        ("13", changed(&good, "6", "000000000100")),
        ("12", changed(&good, "3", "020000")),
        ("12", changed(&good, "3", "990000")),
        ("12", changed(&good, "t", "0102")),
        ("30", without(good.clone(), &["4"])),
        ("30", without(good.clone(), &["2"])),
        ("30", changed(&good, "2", "411111111111111A")),
        ("30", changed(&good, "4", "0000000001.0")),
        ("30", changed(&good, "14", "2913")),
    ];
    let number = |(stan, (_, message)): (usize, &(&str, Value))| {
        changed(message, "11", &format!("{:06}", stan + 2))
    };
    let script = cases
        .iter()
        .enumerate()
        .map(number)
        .fold(Script::signed_on(), |script, next| script.send(&next));
    let responses = script.play(issuer.address());
    for ((code, message), response) in cases.iter().zip(&responses) {
        assert_eq!(response["39"], *code, "{message} is answered {response}");
        assert_eq!(response["38"], Value::Null, "a decline has no approval code");
    }
    issuer.assert_card(FUNDS, 0);
    let shown = changed(&changed(&good, "43", COUNTRY_CLUB), "11", "000099");
    let [last] = issuer.answers([&shown]);
    assert_eq!(last["39"], "00", "the card was never the problem: {last}");
    issuer.close();
}

fn the_state_of_a_card_decides(backend: Backend) {
    let issuer = Issuer::start(backend);
    let (customer, card) = (&issuer.customer, &issuer.card);
    let answer = |stan| issuer.answers([&purchase(card, 100, stan)])[0]["39"].clone();
    customer.post(&card.path("freeze"), &json!({}));
    assert_eq!(answer(2), "62");
    customer.post(&card.path("unfreeze"), &json!({}));
    assert_eq!(answer(3), "00");
    issuer.assert_card(FUNDS - 100, 100);
    let plastic = customer.post("/v1/cards", &crate::support::plastic());
    let plastic = customer.reveal(crate::support::customer::text(&plastic, "id"));
    let [response] = issuer.answers([&purchase(&plastic, 100, 4)]);
    assert_eq!(response["39"], "78", "plastic awaits activation");
    let closed = customer.issue();
    customer.post(&closed.path("cancel"), &json!({}));
    let [response] = issuer.answers([&purchase(&closed, 100, 5)]);
    assert_eq!(response["39"], "14", "a closed card is as unknown as any");
    issuer.close();
}

fn a_card_past_its_expiry_is_declined(backend: Backend) {
    let issuer = Issuer::with(backend, &["--test-clock"]);
    let ten_years = 10 * 366 * 86_400;
    issuer.customer.post("/v1/test/clock", &json!({"advance_seconds": ten_years}));
    let [response] = issuer.answers([&purchase(&issuer.card, 100, 2)]);
    assert_eq!(response["39"], "54");
    issuer.close();
}

fn the_controls_of_a_card_decide(backend: Backend) {
    let issuer = Issuer::start(backend);
    let good = purchase(&issuer.card, 100, 0);
    let mut stan = 1;
    let mut answer = |fields: &[(&str, &str)]| {
        stan += 1;
        let number = format!("{stan:06}");
        let message = with(&with(&good, fields), &[("11", &number)]);
        issuer.answers([&message])[0]["39"].as_str().map(str::to_owned)
    };
    let code = |text: &str| Some(text.to_owned());
    issuer.control("controls", &json!({"channels": {"contactless": false, "magstripe": false}}));
    assert_eq!(answer(&[("22", "071")]), code("62"));
    assert_eq!(answer(&[("22", "901")]), code("62"));
    assert_eq!(answer(&[("22", "051"), ("25", "00")]), code("00"), "the chip stays open");
    issuer.control("controls", &json!({"channels": {"atm": false}}));
    assert_eq!(answer(&[("3", "010000"), ("22", "051")]), code("62"));
    issuer.control("geo", &json!({"deny_countries": ["PT"]}));
    assert_eq!(answer(&[]), code("62"));
    let nowhere = "CORNER COFFEE            LISBON       ZZ";
    assert_eq!(answer(&[("43", nowhere), ("19", "620")]), code("62"), "DE 19 tells as well");
    issuer.control("geo", &json!({"deny_countries": []}));
    issuer.control("mcc", &json!({"mode": "deny", "mccs": ["5814"]}));
    assert_eq!(answer(&[]), code("57"));
    assert_eq!(answer(&[("18", "5999")]), code("00"));
    issuer.control("controls", &json!({"merchant_lock": true}));
    assert_eq!(answer(&[("18", "5999")]), code("00"));
    assert_eq!(answer(&[("18", "5999"), ("42", "MERCHANT0000002")]), code("57"));
    issuer.control("controls", &json!({"merchant_lock": false, "single_use": true}));
    assert_eq!(answer(&[("18", "5999")]), code("65"));
    issuer.assert_card(FUNDS - 300, 300);
    issuer.close();
}

fn the_limits_of_a_card_decide(backend: Backend) {
    let issuer = Issuer::start(backend);
    issuer.control("limits", &json!({"per_transaction_usd": 20, "daily_usd": 30}));
    let responses =
        issuer.answers([&purchase(&issuer.card, 2_001, 2), &purchase(&issuer.card, 2_000, 3)]);
    assert_eq!(super::codes(&responses), ["61", "00"]);
    let [above] = issuer.answers([&purchase(&issuer.card, 1_001, 4)]);
    assert_eq!(above["39"], "61");
    issuer.control("limits", &json!({"count_per_day": 1}));
    let [once_more] = issuer.answers([&purchase(&issuer.card, 1, 5)]);
    assert_eq!(once_more["39"], "65");
    issuer.assert_card(FUNDS - 2_000, 2_000);
    issuer.close();
}

fn a_foreign_purchase_is_billed_at_the_networks_rate(backend: Backend) {
    let issuer = Issuer::start(backend);
    let euros = with(
        &purchase(&issuer.card, 2_000, 2),
        &[("49", "978"), ("6", "000000002310"), ("10", "61155000"), ("51", "840")],
    );
    let [approved] = issuer.answers([&euros]);
    assert_eq!((&approved["39"], &approved["49"]), (&"00".into(), &"978".into()));
    issuer.assert_card(FUNDS - 2_310, 2_310);
    let steps = issuer.customer.get(&issuer.card.path("transactions"));
    let fx = &steps["data"][0]["fx"];
    assert_eq!(
        (&fx["merchant_amount"], &fx["merchant_currency"]),
        (&"20.00".into(), &"EUR".into())
    );
    // Half of it goes back, in the merchant's currency.
    let back = crate::support::reversal("0420", &euros, 3);
    let [reversed] = issuer.answers([&changed(&back, "95", &super::new_total(1_000))]);
    assert_eq!(reversed["39"], "00");
    issuer.assert_card(FUNDS - 1_155, 1_155);
    issuer.close();
}

fn guessing_the_cvv_ends(backend: Backend) {
    let issuer = Issuer::start(backend);
    let wrong = if issuer.card.cvv == "000" { "001" } else { "000" };
    let guess = |stan| changed(&purchase(&issuer.card, 100, stan), "48", &format!("9203{wrong}"));
    let right = changed(&guess(20), "48", &format!("9203{}", issuer.card.cvv));
    let guesses = (2..12).fold(Script::signed_on(), |script, stan| script.send(&guess(stan)));
    let responses = guesses.send(&right).play(issuer.address());
    let answers = super::codes(&responses);
    assert_eq!(answers.first(), Some(&"05"));
    let locked = answers.iter().position(|code| *code == "59").expect("the guessing ends");
    assert!(answers[..locked].iter().all(|code| *code == "05"), "{answers:?}");
    assert!(answers[locked..].iter().all(|code| *code == "59"), "the right one too: {answers:?}");
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

/// The fee is ours: the network neither sends it nor is told of it.
fn the_fee_of_a_conversion_comes_on_top(backend: Backend) {
    let scratch = std::sync::Arc::new(cardium_testkit::Scratch::new(backend));
    let fee = [("CARDIUM__FEES__CONVERSION_BASIS_POINTS", "150")];
    let issuer = Issuer::on(scratch, &fee, &[]);
    let helper = format!("/v1/test/cards/{}/authorizations", issuer.card.id);
    let wish = json!({"amount_usd": 20, "currency": "EUR"});
    let made = issuer.customer.post(&helper, &wish);
    issuer.assert_card(FUNDS - 2_030, 2_030);
    let id = crate::support::customer::text(&made, "authorization_id");
    let path = |verb| format!("/v1/test/authorizations/{id}/{verb}");
    issuer.customer.post(&path("reverse"), &json!({"amount_usd": 10}));
    issuer.assert_card(FUNDS - 1_015, 1_015);
    issuer.customer.post(&path("capture"), &json!({}));
    issuer.assert_card(FUNDS - 1_015, 0);
    issuer.customer.post(&path("reverse"), &json!({}));
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}
