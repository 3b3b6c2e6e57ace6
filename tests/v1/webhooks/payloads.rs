//! Whole objects, or their names alone.

use cardium_testkit::Backend;
use serde_json::json;

use super::receiver::Receiver;
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_thin_event_names_its_object_and_no_more;
    payloads_and_orderings_are_words;
}

fn a_thin_event_names_its_object_and_no_more(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let body = json!({"url": receiver.url, "events": ["card.issued"], "payload": "thin"});
    let made = client.post("/v1/webhooks", &body).expect(201);
    assert_eq!((text(&made, "payload"), text(&made, "ordering")), ("thin", "none"));
    let secret = text(&made, "signing_secret");
    let first = client.card(None);
    let thin = receiver.wait_for(1)[0].verified(secret);
    assert_eq!(thin["data"], json!({"object": {"id": first, "object": "card"}}));
    let path = format!("/v1/webhooks/{}", text(&made, "id"));
    client.patch(&path, &json!({"payload": "full"})).expect(200);
    client.card(None);
    let full = receiver.wait_for(2)[1].verified(secret);
    assert_eq!(text(&full["data"]["object"], "status"), "active");
    let fields = |event: &serde_json::Value| -> Vec<String> {
        event.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(fields(&thin), fields(&full));
}

fn payloads_and_orderings_are_words(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let url = "https://hooks.example.com/";
    for (field, word) in [("payload", "big"), ("ordering", "always"), ("payload", "")] {
        let mut body = json!({"url": url, "events": "*"});
        body[field] = json!(word);
        client.post("/v1/webhooks", &body).expect_error(400, "invalid_field", Some(field));
    }
    let body = json!({"url": url, "events": "*", "ordering": "per_object"});
    let made = client.post("/v1/webhooks", &body).expect(201);
    assert_eq!((text(&made, "payload"), text(&made, "ordering")), ("full", "per_object"));
    let path = format!("/v1/webhooks/{}", text(&made, "id"));
    for (field, word) in [("payload", "big"), ("ordering", "always")] {
        let refused = client.patch(&path, &json!({field: word}));
        refused.expect_error(400, "invalid_field", Some(field));
    }
}
