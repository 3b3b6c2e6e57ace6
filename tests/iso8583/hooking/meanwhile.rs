//! What happens while a request waits for its answer.

use std::thread;

use cardium_testkit::Backend;
use serde_json::json;

use super::{
    Answer, Endpoint, FUNDS, PATIENT, asking, at_once, beside, hook_check, meanwhile, newest,
    timeout,
};
use crate::{
    on_both,
    support::{customer::dollars, purchase, repeat, reversal},
};

on_both! {
    repeats_wait_for_the_same_answer;
    a_reversal_wins;
    a_freeze_declines;
    money_that_is_gone_declines;
}

fn repeats_wait_for_the_same_answer(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    let request = purchase(&issuer.card, 700, 2);
    let copies = [request.clone(), repeat(&request), request.clone(), repeat(&request)];
    let answers = thread::scope(|scope| {
        let answers = scope.spawn(|| at_once(&issuer, &copies));
        endpoint.wait_for(1);
        issuer.assert_card(FUNDS, 0);
        endpoint.answer(Answer::Say("approve"));
        answers.join().expect("all copies are answered")
    });
    assert_eq!(answers[0]["39"], "00");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(endpoint.questions().len(), 1);
    issuer.assert_card(FUNDS - 700, 700);
    let [later] = issuer.answers([&repeat(&request)]);
    assert_eq!(later, answers[0]);
    issuer.close();
}

fn a_reversal_wins(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    let request = purchase(&issuer.card, 700, 2);
    let answer = meanwhile(&issuer, &endpoint, &request, || {
        let reversed = beside(&issuer, &reversal("0420", &request, 3));
        assert_eq!(reversed["39"], "00");
        endpoint.answer(Answer::Say("approve"));
    });
    assert_eq!(answer["39"], "05");
    issuer.assert_card(FUNDS, 0);
    assert_eq!(newest(&issuer)["decline"]["code"], "reversed_before");
    let [again] = issuer.answers([&repeat(&request)]);
    assert_eq!(again, answer);
    assert_eq!(endpoint.questions().len(), 1);
    issuer.close();
}

fn a_freeze_declines(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    let request = purchase(&issuer.card, 700, 2);
    let answer = meanwhile(&issuer, &endpoint, &request, || {
        issuer.customer.post(&issuer.card.path("freeze"), &json!({}));
        endpoint.answer(Answer::Say("approve"));
    });
    assert_eq!(answer["39"], "62");
    assert_eq!(hook_check(&issuer, &newest(&issuer)), "passed");
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}

fn money_that_is_gone_declines(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    let request = purchase(&issuer.card, FUNDS, 2);
    let answer = meanwhile(&issuer, &endpoint, &request, || {
        issuer.customer.post(&issuer.card.path("unload"), &json!({"amount_usd": dollars(1)}));
        endpoint.answer(Answer::Say("approve"));
    });
    assert_eq!(answer["39"], "51");
    issuer.assert_card(FUNDS - 1, 0);
    issuer.close();
}
