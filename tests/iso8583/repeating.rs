//! Repeats: one effect, the same answer.

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, codes, new_total, with};
use crate::{
    on_both,
    support::{Script, changed, clearing, purchase, repeat, reversal, without},
};

on_both! {
    a_repeat_gets_the_same_answer_and_holds_nothing;
    a_repeat_with_other_facts_is_a_duplicate;
    a_decline_is_repeated_too;
    every_kind_of_message_is_repeated_without_effect;
    a_conflicting_copy_of_any_kind_is_a_duplicate;
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

/// One message of each kind that moves 1.00, and the reversal of the first.
fn one_of_each(issuer: &Issuer) -> Vec<Value> {
    let request = |stan| purchase(&issuer.card, 100, stan);
    let advice = with(&request(3), &[("t", "0120"), ("38", "STAND1"), ("39", "00")]);
    let single = changed(&request(4), "t", "0200");
    let posted = clearing(&request(5), &"ZZZZZZ".into(), 1_000, 6);
    let refund = with(&single, &[("3", "200000"), ("11", "000007")]);
    let returned = with(&posted, &[("3", "200000"), ("11", "000008"), ("4", "000000000100")]);
    let inquiry = changed(&without(request(9), &["4"]), "3", "310000");
    let nothing = changed(&request(10), "4", "000000000000");
    let back = reversal("0400", &request(2), 11);
    vec![request(2), advice, single, posted, refund, returned, inquiry, nothing, back]
}

fn every_kind_of_message_is_repeated_without_effect(backend: Backend) {
    let issuer = Issuer::start(backend);
    let messages = one_of_each(&issuer);
    let send = |messages: &[Value]| {
        let script = messages.iter().fold(Script::signed_on(), |script, next| script.send(next));
        script.play(issuer.address())
    };
    let first = send(&messages);
    assert!(codes(&first).iter().all(|code| *code == "00"), "{first:?}");
    let balance = issuer.customer.card_balance(&issuer.card);
    let steps = issuer.steps().len();
    let repeats: Vec<_> = messages.iter().map(repeat).collect();
    assert_eq!(send(&repeats), first);
    assert_eq!(issuer.customer.card_balance(&issuer.card), balance);
    assert_eq!(issuer.steps().len(), steps);
    issuer.close();
}

fn a_conflicting_copy_of_any_kind_is_a_duplicate(backend: Backend) {
    let issuer = Issuer::start(backend);
    let messages = one_of_each(&issuer);
    let conflicts: Vec<_> = messages.iter().map(|message| changed(message, "49", "978")).collect();
    let all: Vec<_> = messages.iter().chain(&conflicts).collect();
    let script = all.iter().fold(Script::signed_on(), |script, next| script.send(next));
    let responses = script.play(issuer.address());
    let (first, second) = responses.split_at(messages.len());
    assert!(codes(first).iter().all(|code| *code == "00"), "{first:?}");
    assert!(codes(second).iter().all(|code| *code == "94"), "{second:?}");
    // A reversal may also disagree on what it takes back and on what it leaves.
    let back = messages.last().expect("it ends with the reversal");
    let other = reversal("0400", &purchase(&issuer.card, 100, 3), 11);
    let elsewhere = changed(back, "90", other["90"].as_str().expect("it quotes its original"));
    let responses = issuer.answers([&elsewhere, &changed(back, "95", &new_total(50))]);
    assert_eq!(codes(&responses), ["94", "94"]);
    assert_eq!(issuer.customer.card_balance(&issuer.card).0, FUNDS - 100 - 100 - 1_000 + 200);
    issuer.close();
}
