//! Requests that wait for the next event.

use std::{
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{ends, kinds, number, numbers, read};
use crate::{
    on_both,
    support::{Client, Reply, Server, text},
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

/// Sixteen that wait for the account's second event: the one more that found no room was answered,
/// so all of them wait by now.
struct Crowd(Receiver<Reply>);

impl Crowd {
    fn gather(client: &Client) -> Self {
        let (sender, answers) = channel();
        for _ in 0..17 {
            let (sender, client) = (sender.clone(), client.clone());
            thread::spawn(move || {
                let answer = client.get("/v1/events?after_seq=1&wait_seconds=30");
                sender.send(answer).expect("the test waits for it");
            });
        }
        let crowd = Self(answers);
        let early = crowd.next().expect(200);
        assert_eq!((numbers(&early), ends(&early)), (vec![], (false, 1, 1)));
        assert!(crowd.0.try_recv().is_err(), "the others wait");
        crowd
    }

    fn next(&self) -> Reply {
        self.0.recv_timeout(SOON).expect("it is answered")
    }
}

fn only_so_many_of_an_account_wait(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let crowd = Crowd::gather(&client);
    let at_once = read(&client, "?after_seq=1&wait_seconds=30");
    assert_eq!(ends(&at_once), (false, 1, 1));
    client.card(None);
    for _ in 0..16 {
        assert_eq!(kinds(&crowd.next().expect(200)), ["card.issued"]);
    }
}

/// What is revoked while it waits is told nothing more.
fn a_wait_ends_with_its_credential(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    let crowd = Crowd::gather(&client.with_token(text(&made, "key")));
    client.delete(&format!("/v1/api_keys/{}", text(&made, "id"))).expect(204);
    client.card(None);
    for _ in 0..16 {
        crowd.next().expect_error(401, "invalid_credentials", None);
    }
}

fn a_server_that_stops_keeps_nobody_waiting(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let crowd = Crowd::gather(&server.sign_up());
    let begun = Instant::now();
    let _restarted = server.changed(|_| {});
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    for _ in 0..16 {
        assert_eq!(numbers(&crowd.next().expect(200)), Vec::<i64>::new());
    }
}
