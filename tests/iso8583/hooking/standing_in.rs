//! No usable answer in time.

use std::thread;

use cardium_testkit::Backend;
use serde_json::Value;

use super::{
    Answer, Endpoint, FUNDS, HASTY, PATIENT, asking, at_once, beside, codes, hook_check, newest,
    stand_in, timeout,
};
use crate::{
    on_both,
    support::{eventually, purchase},
};

on_both! {
    silence_approves_where_the_rule_says_so;
    silence_leaves_it_to_the_programmes_own_rules;
    a_late_answer_is_dropped_and_told_of;
    garbage_is_no_answer;
    beyond_the_bound_nobody_is_asked;
}

fn silence_approves_where_the_rule_says_so(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(HASTY), stand_in("approve")]);
    let [answer] = issuer.answers([&purchase(&issuer.card, 100, 2)]);
    assert_eq!(answer["39"], "00");
    issuer.assert_card(FUNDS - 100, 100);
    assert_eq!(hook_check(&issuer, &newest(&issuer)), "passed");
    issuer.close();
}

fn silence_leaves_it_to_the_programmes_own_rules(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(HASTY), stand_in("rules_only")]);
    let [answer] = issuer.answers([&purchase(&issuer.card, 100, 2)]);
    assert_eq!(answer["39"], "00");
    issuer.assert_card(FUNDS - 100, 100);
    assert_eq!(hook_check(&issuer, &newest(&issuer)), Value::Null);
    issuer.close();
}

fn a_late_answer_is_dropped_and_told_of(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(HASTY), stand_in("decline")]);
    let [answer] = issuer.answers([&purchase(&issuer.card, 100, 2)]);
    assert_eq!(answer["39"], "91");
    let declined = newest(&issuer);
    assert_eq!(declined["decline"]["code"], "hook_unavailable");
    assert_eq!(hook_check(&issuer, &declined), "failed");
    let told = || {
        let kind = "kind = 'transaction.hook_late'";
        issuer.scratch.count(&format!("SELECT COUNT(*) AS count FROM events WHERE {kind}"))
    };
    assert_eq!(told(), 0);
    endpoint.answer(Answer::Say("approve"));
    eventually("word of the late answer", || (told() == 1).then_some(()));
    issuer.assert_card(FUNDS, 0);
    assert_eq!(newest(&issuer), declined);
    issuer.close();
}

fn garbage_is_no_answer(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT), stand_in("decline")]);
    let approve = || r#"{"decision":"approve"}"#.to_owned();
    let garbage = [
        Answer::Raw("200 OK", "approve".to_owned()),
        Answer::Say("maybe"),
        Answer::Raw("500 Internal Server Error", approve()),
        Answer::Raw("201 Created", approve()),
        Answer::Raw("302 Found\r\nLocation: /decide", approve()),
        Answer::Raw("200 OK", format!("{}{}", " ".repeat(4_096), approve())),
        Answer::HangUp,
    ];
    for (answer, stan) in garbage.into_iter().zip(2..) {
        endpoint.answer(answer);
        let [answer] = issuer.answers([&purchase(&issuer.card, 100, stan)]);
        assert_eq!(answer["39"], "91", "request {stan}");
    }
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn beyond_the_bound_nobody_is_asked(backend: Backend) {
    let endpoint = Endpoint::start();
    let one = ("CARDIUM__DECISION_HOOK__MAX_AT_ONCE", "1");
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT), stand_in("decline"), one]);
    let first = purchase(&issuer.card, 100, 2);
    thread::scope(|scope| {
        let waits = scope.spawn(|| at_once(&issuer, &[first]));
        endpoint.wait_for(1);
        let second = beside(&issuer, &purchase(&issuer.card, 200, 3));
        assert_eq!(second["39"], "91");
        endpoint.answer(Answer::Say("approve"));
        assert_eq!(codes(&waits.join().expect("it is answered")), ["00"]);
    });
    assert_eq!(endpoint.questions().len(), 1);
    issuer.assert_card(FUNDS - 100, 100);
    issuer.close();
}
