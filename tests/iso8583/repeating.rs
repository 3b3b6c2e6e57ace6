//! Repeats: one effect, the same answer.

use cardium_testkit::Backend;

use super::{FUNDS, Issuer, codes};
use crate::{
    on_both,
    support::{Script, changed, purchase, repeat},
};

on_both! {
    a_repeat_gets_the_same_answer_and_holds_nothing;
    a_repeat_with_other_facts_is_a_duplicate;
    a_decline_is_repeated_too;
}

fn a_repeat_gets_the_same_answer_and_holds_nothing(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 100, 2);
    let [first, again] = issuer.answers([&request, &repeat(&request)]);
    assert_eq!(first, again);
    // On another connection, under the first type, and many times at once.
    let copies = vec![request.clone(); 20];
    let responses = Script::signed_on().send_all(&copies).play(issuer.address());
    assert!(responses.iter().all(|response| *response == first), "{responses:?}");
    issuer.assert_card(FUNDS - 100, 100);
    issuer.close();
}

fn a_repeat_with_other_facts_is_a_duplicate(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, 100, 2);
    let more = changed(&repeat(&request), "4", "000000000200");
    let other = issuer.customer.issue();
    let elsewhere = changed(&repeat(&request), "2", &other.pan);
    let responses = issuer.answers([&request, &more, &elsewhere, &repeat(&request)]);
    assert_eq!(codes(&responses), ["00", "94", "94", "00"]);
    assert_eq!(responses[0], responses[3]);
    issuer.assert_card(FUNDS - 100, 100);
    issuer.close();
}

/// The money came between the two copies: the answer stays, as the merchant has acted on it.
fn a_decline_is_repeated_too(backend: Backend) {
    let issuer = Issuer::start(backend);
    let request = purchase(&issuer.card, FUNDS + 100, 2);
    let [first] = issuer.answers([&request]);
    issuer.customer.load(&issuer.card, 1_000);
    let [again] = issuer.answers([&repeat(&request)]);
    assert_eq!(first["39"], "51");
    assert_eq!(first, again);
    issuer.assert_card(FUNDS + 1_000, 0);
    issuer.close();
}
