//! Processes that end, and lines that break, while a request waits.

use std::sync::Arc;

use cardium_testkit::{Backend, Scratch};
use serde_json::{Value, json};

use super::{
    Answer, Endpoint, FUNDS, HASTY, Issuer, PATIENT, SECRET, all_settings, asking, meanwhile,
    newest, stand_in, timeout,
};
use crate::{
    on_both,
    support::{Line, Process, eventually, framed, purchase, repeat},
};

on_both! {
    a_restart_decides_by_the_stand_in_rule;
    a_caller_that_hangs_up_is_decided_all_the_same;
    whoever_decides_first_decides;
    a_record_that_does_not_read_is_given_up;
}

fn waiting(issuer: &Issuer) -> i64 {
    let waiting = "state = 'waiting'";
    let sql = format!("SELECT COUNT(*) AS count FROM pending_authorizations WHERE {waiting}");
    issuer.scratch.count(&sql)
}

/// Sends a request and leaves without waiting for its answer.
fn send_and_leave(issuer: &Issuer, request: &Value) -> Line {
    let mut line = Line::signed_on(issuer.address()).expect("the listener takes connections");
    line.write(&framed(request)).expect("the line takes messages");
    line
}

fn a_restart_decides_by_the_stand_in_rule(backend: Backend) {
    let endpoint = Endpoint::start();
    let mut issuer = asking(backend, &endpoint, &[timeout(PATIENT), stand_in("approve")]);
    let request = purchase(&issuer.card, 700, 2);
    let line = send_and_leave(&issuer, &request);
    let asked = endpoint.wait_for(1).json();
    issuer.assert_card(FUNDS, 0);
    issuer.process.kill();
    drop(line);
    assert_eq!(waiting(&issuer), 1);

    let settings = [timeout(HASTY), stand_in("approve")];
    let settings = all_settings(&endpoint, &settings);
    issuer.process = Process::with(&Arc::clone(&issuer.scratch), &settings, &["--test-clock"]);
    issuer.customer = issuer.customer.at(&issuer.process);
    issuer.customer.by_session().post("/v1/test/clock", &json!({"advance_seconds": 10}));
    eventually("the decision", || (waiting(&issuer) == 0).then_some(()));
    issuer.assert_card(FUNDS - 700, 700);
    let [first] = issuer.answers([&repeat(&request)]);
    assert_eq!(first["39"], "00");
    let authorized = newest(&issuer);
    assert_eq!(authorized["authorization_id"], asked["authorization_id"]);
    let [again] = issuer.answers([&repeat(&request)]);
    assert_eq!(again, first);
    issuer.assert_card(FUNDS - 700, 700);
    assert_eq!(endpoint.questions().len(), 1);
    assert!(endpoint.questions()[0].is_signed_with(SECRET));
    issuer.close();
}

fn a_caller_that_hangs_up_is_decided_all_the_same(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT), stand_in("decline")]);
    let request = purchase(&issuer.card, 700, 2);
    let line = send_and_leave(&issuer, &request);
    endpoint.wait_for(1);
    drop(line);
    endpoint.answer(Answer::Say("approve"));
    eventually("the decision", || (waiting(&issuer) == 0).then_some(()));
    issuer.assert_card(FUNDS - 700, 700);
    let [again] = issuer.answers([&repeat(&request)]);
    assert_eq!(again["39"], "00");
    issuer.close();
}

/// By the worker's clock the endpoint's time is over, while whoever asked still waits.
fn whoever_decides_first_decides(backend: Backend) {
    let endpoint = Endpoint::start();
    let settings = [timeout(PATIENT), stand_in("approve")];
    let settings = all_settings(&endpoint, &settings);
    let issuer = Issuer::on(Arc::new(Scratch::new(backend)), &settings, &["--test-clock"]);
    let answer = meanwhile(&issuer, &endpoint, &purchase(&issuer.card, 700, 2), || {
        let clock = json!({"advance_seconds": 60});
        issuer.customer.by_session().post("/v1/test/clock", &clock);
        eventually("the worker's decision", || (waiting(&issuer) == 0).then_some(()));
        issuer.assert_card(FUNDS - 700, 700);
        endpoint.answer(Answer::Say("decline"));
    });
    assert_eq!(answer["39"], "00");
    issuer.assert_card(FUNDS - 700, 700);
    issuer.close();
}

/// Such as one of a later version, after a step back: nobody can decide it, nobody is held up.
fn a_record_that_does_not_read_is_given_up(backend: Backend) {
    let endpoint = Endpoint::start();
    let issuer = asking(backend, &endpoint, &[timeout(PATIENT)]);
    let id = match backend {
        Backend::Sqlite => "zeroblob(16)",
        Backend::Postgres => "decode(repeat('00', 16), 'hex')",
    };
    issuer.scratch.execute(&format!(
        "INSERT INTO pending_authorizations \
         VALUES ({id}, {id}, {id}, {id}, 0, 'USD', {id}, '', 0, 'waiting', NULL, 0, 1)"
    ));
    eventually("the end of it", || (waiting(&issuer) == 0).then_some(()));
    issuer.assert_card(FUNDS, 0);
    issuer.close();
}
