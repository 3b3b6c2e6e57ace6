//! Authorizations: approval with a hold, and every reason to decline.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{FUNDS, Issuer};
use crate::{
    on_both,
    support::{Script, changed, purchase, without},
};

on_both! {
    an_approval_holds_the_money;
    what_cannot_be_approved_is_declined_with_its_reason;
    the_state_of_a_card_decides;
    a_card_past_its_expiry_is_declined;
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
        ("13", changed(&good, "4", "000000000000")),
        ("13", without(good.clone(), &["49"])),
        ("13", changed(&good, "49", "978")),
        ("12", changed(&good, "3", "200000")),
        ("12", changed(&good, "t", "0200")),
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
    let plastic = customer.post("/v1/cards", &json!({"type": "physical"}));
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
