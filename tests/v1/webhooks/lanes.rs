//! A receiver that hangs holds up itself and nobody else.

use std::{
    collections::BTreeSet,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use cardium_testkit::Backend;
use serde_json::json;

use super::{
    delivery::subscribe,
    receiver::{Received, Receiver},
};
use crate::{
    on_both,
    support::{Server, text, until},
};

on_both! {
    hanging_receivers_hold_up_nobody_else;
    a_receiver_that_hung_gets_everything_in_the_end;
}

/// A receiver that takes connections and never says anything.
struct Silent {
    url: String,
    taken: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it is bound"));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                kept.lock().expect("no test panics here").push(stream);
            }
        });
        Self { url, taken }
    }

    fn connections(&self) -> usize {
        self.taken.lock().expect("no test panics here").len()
    }
}

fn hanging_receivers_hold_up_nobody_else(backend: Backend) {
    // What one attempt may take at most (config/default.toml, webhooks.timeout_seconds).
    const ATTEMPT: Duration = Duration::from_secs(10);
    // So few connections that a hundred and sixty attempts would take all of them.
    let server = Server::own(backend, |settings| settings.webhooks.concurrency = 256);
    let (client, other) = (server.sign_up(), server.sign_up());
    let silent: Vec<_> = (0..16).map(|_| Silent::start()).collect();
    for receiver in &silent {
        let body = json!({"url": receiver.url, "events": "*"});
        client.post("/v1/webhooks", &body).expect(201);
    }
    let receiver = Receiver::start(&[]);
    subscribe(&other, &receiver, &json!("*"));
    let begun = Instant::now();
    for _ in 0..10 {
        client.card(None);
    }
    until("an attempt at each", || silent.iter().all(|one| one.connections() > 0).then_some(()));
    for _ in 0..5 {
        other.card(None);
    }
    receiver.wait_for(5);
    // None of the others' attempts is over yet, and each receiver has no more than two.
    let over = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE attempts > 0 \
                AND state <> 'delivered'";
    let over = server.count(over);
    let connections: Vec<_> = silent.iter().map(Silent::connections).collect();
    let held_up = over > 0 || connections.iter().any(|count| *count > 2);
    // On a machine that is so slow they may be, whoever held up whom.
    assert!(!held_up || begun.elapsed() >= ATTEMPT, "{over} are over, {connections:?} were made");
}

fn a_receiver_that_hung_gets_everything_in_the_end(backend: Backend) {
    let server = Server::own(backend, |settings| settings.webhooks.timeout_seconds = 1);
    let client = server.sign_up();
    let silent = Silent::start();
    let body = json!({"url": silent.url, "events": ["card.issued"]});
    let made = client.post("/v1/webhooks", &body).expect(201);
    let cards: Vec<_> = (0..6).map(|_| client.card(None)).collect();
    let failed = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE attempts > 0";
    until("an attempt that failed", || (server.count(failed) > 0).then_some(()));
    let receiver = Receiver::start(&[]);
    let path = format!("/v1/webhooks/{}", text(&made, "id"));
    client.patch(&path, &json!({"url": receiver.url})).expect(200);
    // What was tried in vain is due after half a minute, and the lane rests a moment.
    server.advance(40);
    let secret = text(&made, "signing_secret");
    let id =
        |webhook: &Received| text(&webhook.verified(secret)["data"]["object"], "id").to_owned();
    // At least once each: an attempt that took its second was made again.
    let cards: BTreeSet<_> = cards.into_iter().collect();
    until("every card", || {
        let issued: BTreeSet<_> = receiver.received().iter().map(id).collect();
        (issued == cards).then_some(())
    });
}
