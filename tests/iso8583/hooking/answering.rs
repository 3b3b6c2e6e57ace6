//! Answers that come in time.

use cardium_testkit::Backend;

use super::{Answer, Endpoint, FUNDS, PATIENT, SECRET, asking, codes, hook_check, newest, timeout};
use crate::{
    on_both,
    support::{changed, purchase},
};

on_both! {
    the_endpoint_decides_what_the_programme_would_approve;
    it_is_not_asked_about_what_needs_no_say;
    questions_share_a_connection;
}

fn the_endpoint_decides_what_the_programme_would_approve(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    endpoint.answer(Answer::Say("approve"));
    let [approved] = issuer.answers([&purchase(&issuer.card, 1_234, 2)]);
    assert_eq!(approved["39"], "00");
    issuer.assert_card(FUNDS - 1_234, 1_234);
    let authorized = newest(&issuer);
    assert_eq!(hook_check(&issuer, &authorized), "passed");

    let question = endpoint.wait_for(1);
    assert!(question.is_signed_with(SECRET));
    assert!(!question.is_signed_with("another secret of somebody"));
    let asked = question.json();
    assert_eq!(asked["object"], "authorization_request");
    assert_eq!(asked["card_id"], issuer.card.id.as_str());
    assert_eq!(asked["authorization_id"], authorized["authorization_id"]);
    assert_eq!((&asked["kind"], &asked["mode"]), (&"purchase".into(), &"live".into()));
    assert_eq!(asked["amount_usd"].to_string(), "12.34");
    assert_eq!(asked["merchant"], authorized["merchant"]);
    assert_eq!(asked["channel"], "ecommerce");
    let checks = asked["checks"].as_array().expect("it has the programme's checks");
    assert!(checks.iter().all(|check| check["result"] == "passed"), "{checks:?}");
    assert!(!asked.to_string().contains(&issuer.card.pan), "no card number leaves");

    endpoint.answer(Answer::Say("decline"));
    let [declined] = issuer.answers([&purchase(&issuer.card, 100, 3)]);
    assert_eq!(declined["39"], "05");
    issuer.assert_card(FUNDS - 1_234, 1_234);
    let transaction = newest(&issuer);
    assert_eq!(transaction["decline"]["code"], "hook_declined");
    assert_eq!(hook_check(&issuer, &transaction), "failed");
    issuer.close();
}

fn it_is_not_asked_about_what_needs_no_say(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    let too_much = purchase(&issuer.card, FUNDS + 1, 2);
    let verification = purchase(&issuer.card, 0, 3);
    let inquiry = changed(&purchase(&issuer.card, 0, 4), "3", "310000");
    let answers = issuer.answers([&too_much, &verification, &inquiry]);
    assert_eq!(codes(&answers), ["51", "00", "00"]);
    assert_eq!(endpoint.questions().len(), 0);
    issuer.close();
}

fn questions_share_a_connection(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    for stan in 2..6 {
        endpoint.answer(Answer::Say("approve"));
        let [answer] = issuer.answers([&purchase(&issuer.card, 100, stan)]);
        assert_eq!(answer["39"], "00");
    }
    assert_eq!((endpoint.questions().len(), endpoint.connections()), (4, 1));
    issuer.close();
}
