//! Events on their way to a receiver on loopback.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::receiver::Receiver;
use crate::{
    on_both,
    support::{Client, Server, assert_fields, text, until, usd},
};

on_both! {
    every_event_arrives_signed_and_in_sequence;
    endpoints_get_what_they_asked_for;
    a_failing_receiver_is_tried_again_after_thirty_seconds;
    a_receiver_that_fails_for_good_gets_seven_attempts;
    an_account_sees_only_its_own_events;
}

/// Subscribes a receiver; gives the signing secret.
pub(super) fn subscribe(client: &Client, receiver: &Receiver, events: &Value) -> String {
    let body = json!({"url": receiver.url, "events": events});
    let made = client.post("/v1/webhooks", &body).expect(201);
    text(&made, "signing_secret").to_owned()
}

fn every_event_arrives_signed_and_in_sequence(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let secret = subscribe(&client, &receiver, &json!(["*"]));
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    for verb in ["freeze", "unfreeze"] {
        client.post(&format!("/v1/cards/{card}/{verb}"), &json!({})).expect(200);
    }
    let made = client.authorize(&card, &json!({"amount_usd": 7}));
    let received = receiver.wait_for(6);
    let mut events: Vec<_> = received.iter().map(|event| event.verified(&secret)).collect();
    events.sort_by_key(|event| event["account_seq"].as_i64());
    let fields = ["id", "object", "type", "account_seq", "object_version", "mode", "created_at"];
    for (event, (place, kind)) in events.iter().zip((2..).zip([
        "topup.created",
        "topup.confirmed",
        "card.issued",
        "card.frozen",
        "card.unfrozen",
        "transaction.authorized",
    ])) {
        assert_fields(event, &[&fields[..], &["data"]].concat());
        assert_eq!((text(event, "type"), &event["account_seq"]), (kind, &json!(place)));
        assert_eq!((text(event, "object"), text(event, "mode")), ("event", "live"));
        assert!(text(event, "id").starts_with("evt_"));
        let object = text(event, "type").split('.').next();
        assert_eq!(event["data"]["object"]["object"].as_str(), object);
    }
    assert_eq!(usd(&events[2]["data"]["object"], "balance_usd"), "100.00");
    assert_eq!(text(&events[3]["data"]["object"], "status"), "frozen");
    assert_eq!(events[5]["data"]["object"], made);
    let mut deliveries: Vec<_> =
        received.iter().map(|event| event.header("cryptocardium-delivery")).collect();
    deliveries.sort_unstable();
    deliveries.dedup();
    assert_eq!(deliveries.len(), received.len());
}

fn endpoints_get_what_they_asked_for(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (named, all, live) = (Receiver::start(&[]), Receiver::start(&[]), Receiver::start(&[]));
    let secret = subscribe(&client, &named, &json!(["card.frozen", "card.cancelled"]));
    subscribe(&client, &all, &json!("*"));
    let body = json!({"url": live.url, "events": "*", "mode": "live"});
    client.post("/v1/webhooks", &body).expect(201);
    let card = client.card(None);
    for verb in ["freeze", "unfreeze", "cancel"] {
        client.post(&format!("/v1/cards/{card}/{verb}"), &json!({})).expect(200);
    }
    client.topup(&json!({"amount_usd": 500}));
    let received = named.wait_for(2);
    let mut kinds: Vec<_> =
        received.iter().map(|event| text(&event.verified(&secret), "type").to_owned()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["card.cancelled", "card.frozen"]);
    assert_eq!(all.wait_for(5).len(), 5);
    let event: Value = serde_json::from_slice(&live.wait_for(1)[0].body).expect("JSON");
    assert_eq!(text(&event, "type"), "topup.created");
}

/// Waits until the result of so many attempts is on record: only then does the next one have
/// its time.
pub(super) fn wait_for_record(server: &Server, attempts: usize) {
    let sql = format!(
        "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE attempts = {attempts} \
         AND last_status <> 0"
    );
    until("the result of an attempt", || (server.count(&sql) == 1).then_some(()));
}

fn a_failing_receiver_is_tried_again_after_thirty_seconds(backend: Backend) {
    let server = Server::own(backend, |_| {});
    // A redirect is a failure like any other, and nobody follows it.
    let elsewhere = Receiver::start(&[]);
    let found = format!("302 Found\r\nLocation: {}", elsewhere.url);
    let receiver = Receiver::start(&["500 Internal Server Error", &found]);
    let client = server.sign_up();
    let secret = subscribe(&client, &receiver, &json!(["card.issued"]));
    client.card(None);
    for (attempt, delay) in [(1, 30), (2, 300)] {
        receiver.wait_for(attempt);
        wait_for_record(&server, attempt);
        server.advance(delay * 11 / 10 + 1);
    }
    let received = receiver.wait_for(3);
    wait_for_record(&server, 3);
    let [first, second, third] = &received[..] else {
        panic!("{} webhooks", received.len());
    };
    for (earlier, later, delay) in [(first, second, 30), (second, third, 300)] {
        assert_eq!(later.verified(&secret), earlier.verified(&secret));
        assert_eq!(later.body, earlier.body);
        let header = "cryptocardium-delivery";
        assert_eq!(later.header(header), earlier.header(header));
        let waited = later.signed_at() - earlier.signed_at();
        assert!((delay..=delay * 11 / 10 + 20).contains(&waited), "{waited}");
    }
    assert!(elsewhere.received().is_empty());
}

fn a_receiver_that_fails_for_good_gets_seven_attempts(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let receiver = Receiver::start(&["410 Gone"; 8]);
    let client = server.sign_up();
    let key = client.api_key(&["card:issue"]);
    subscribe(&client, &receiver, &json!(["card.issued"]));
    key.card(None);
    for (attempt, delay) in (1..).zip([30, 300, 1_800, 7_200, 43_200, 86_400, 864_000]) {
        receiver.wait_for(attempt);
        wait_for_record(&server, attempt);
        server.advance(delay * 11 / 10 + 1);
    }
    key.card(None);
    let received = receiver.wait_for(8);
    let event = |at: usize| received[at].header("cryptocardium-event-id");
    assert!((0..7).all(|at| event(at) == event(0)) && event(7) != event(0));
    let waited: Vec<_> =
        received[..7].windows(2).map(|two| two[1].signed_at() - two[0].signed_at()).collect();
    for (waited, delay) in waited.iter().zip([30, 300, 1_800, 7_200, 43_200, 86_400]) {
        assert!((delay..=delay * 11 / 10 + 20).contains(waited), "{waited} after {delay}");
    }
}

fn an_account_sees_only_its_own_events(backend: Backend) {
    let server = Server::shared(backend);
    let (client, other) = (server.sign_up(), server.sign_up());
    let receiver = Receiver::start(&[]);
    subscribe(&client, &receiver, &json!("*"));
    other.card(None);
    let card = client.card(None);
    let received = receiver.wait_for(1);
    let event: Value = serde_json::from_slice(&received[0].body).expect("JSON");
    assert_eq!(event["data"]["object"]["id"], json!(card));
}
