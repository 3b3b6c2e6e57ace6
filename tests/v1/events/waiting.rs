//! Requests that wait for the next event.

use std::{
    thread,
    time::{Duration, Instant},
};

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{ends, kinds, number, numbers, read};
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    whoever_waits_is_answered_when_something_happens;
    a_filter_waits_for_what_it_names;
    a_wait_without_an_event_ends_with_an_empty_list;
    a_wait_ends_with_its_credential;
    only_so_many_of_an_account_wait;
    a_server_that_stops_keeps_nobody_waiting;
}

/// Much less than the 30 seconds that the readers would wait.
const SOON: Duration = Duration::from_secs(10);

/// Reads with a wait, lets something happen meanwhile, and gives the answer with how long it took
/// after that.
fn while_waiting(client: &Client, query: &str, happen: impl FnOnce()) -> (Value, Duration) {
    thread::scope(|scope| {
        let reader = scope.spawn(|| (read(client, query), Instant::now()));
        happen();
        let happened = Instant::now();
        let (answer, answered) = reader.join().expect("it is answered");
        (answer, answered.saturating_duration_since(happened))
    })
}

fn whoever_waits_is_answered_when_something_happens(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    // What is there already is not waited for.
    let begun = Instant::now();
    assert_eq!(kinds(&read(&client, "?wait_seconds=30")), ["account.created"]);
    assert!(begun.elapsed() < SOON);
    for number in 2..5 {
        let query = format!("?after_seq={}&wait_seconds=30", number - 1);
        let (answer, took) = while_waiting(&client, &query, || {
            client.card(None);
        });
        assert_eq!((kinds(&answer), numbers(&answer)), (vec!["card.issued"], vec![number]));
        assert_eq!(ends(&answer), (false, number, number));
        assert!(took < SOON, "{took:?}");
    }
}

fn a_filter_waits_for_what_it_names(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (answer, _) = while_waiting(&client, "?type=card.frozen&wait_seconds=30", || {
        let card = client.card(None);
        client.topup(&json!({"amount_usd": 20}));
        client.post(&format!("/v1/cards/{card}/freeze"), &json!({})).expect(200);
    });
    assert_eq!((kinds(&answer), numbers(&answer)), (vec!["card.frozen"], vec![4]));
}

fn a_wait_without_an_event_ends_with_an_empty_list(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    let begun = Instant::now();
    let (answer, _) = while_waiting(&client, "?after_seq=1&wait_seconds=1", || {
        other.card(None);
    });
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!((numbers(&answer), ends(&answer)), (vec![], (false, 1, 1)));
    let filtered = read(&client, "?type=card.issued&wait_seconds=1");
    assert_eq!((numbers(&filtered), number(&filtered, "next_after_seq")), (vec![], 1));
}

/// What is revoked while it waits is told nothing more.
fn a_wait_ends_with_its_credential(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let key = client.with_token(text(&made, "key"));
    // It works, and is known to the server.
    read(&key, "");
    thread::scope(|scope| {
        let reader = scope.spawn(|| key.get("/v1/events?after_seq=1&wait_seconds=30"));
        client.delete(&format!("/v1/api_keys/{}", text(&made, "id"))).expect(204);
        client.card(None);
        let answer = reader.join().expect("it is answered");
        answer.expect_error(401, "invalid_credentials", None);
    });
}

/// Those beyond are answered at once; whoever waits is not disturbed.
fn only_so_many_of_an_account_wait(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let path = "/v1/events?after_seq=1&wait_seconds=30";
    let (sender, answers) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..20 {
            let sender = sender.clone();
            let client = &client;
            scope.spawn(move || sender.send(client.get(path).expect(200)));
        }
        for _ in 0..4 {
            let early = answers.recv_timeout(SOON).expect("four find no room");
            assert_eq!((numbers(&early), ends(&early)), (vec![], (false, 1, 1)));
        }
        client.card(None);
        for _ in 0..16 {
            let answer = answers.recv_timeout(SOON).expect("sixteen were waiting");
            assert_eq!(kinds(&answer), ["card.issued"]);
        }
    });
}

fn a_server_that_stops_keeps_nobody_waiting(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let requests = client.clone();
    let reader = thread::spawn(move || {
        let begun = Instant::now();
        (requests.get("/v1/events?after_seq=1&wait_seconds=30"), begun.elapsed())
    });
    // Once others find no room, it waits: all that this account may have are taken.
    let begun = Instant::now();
    let server = server.changed(|_| {});
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    let (answer, took) = reader.join().expect("it is answered");
    assert!(took < SOON, "{took:?}");
    assert_eq!(numbers(&answer.expect(200)), Vec::<i64>::new());
    drop(server);
}
