//! Events that grew old.

use cardium_testkit::Backend;
use serde_json::json;

use super::{ends, numbers, read};
use crate::{
    on_both,
    support::{Server, items, text, until},
};

on_both! {
    old_events_go_and_their_reader_is_told;
}

const DAY: u64 = 86_400;

fn old_events_go_and_their_reader_is_told(backend: Backend) {
    // Nobody answers: in ninety days the account would be told of that, by a young event.
    let server = Server::own(backend, |settings| {
        settings.webhooks.warn_after_hours = 4_000;
        settings.webhooks.disable_after_hours = 5_000;
    });
    let client = server.sign_up();
    let key = client.api_key(&["webhook:read", "webhook:write", "activity:read", "card:issue"]);
    let hook = json!({"url": "https://hooks.example.com/", "events": "*"});
    let hook = key.post("/v1/webhooks", &hook).expect(201);
    let hook = format!("/v1/webhooks/{}", text(&hook, "id"));
    key.card(None);
    let old = server.last_event(client.account());
    let replay = format!("{hook}/replay/{old}");
    until("a delivery", || {
        (server.rows_of(client.account(), "webhook_deliveries") == 1).then_some(())
    });
    key.patch(&hook, &json!({"status": "disabled"})).expect(200);
    server.advance(89 * DAY);
    key.card(None);
    assert_eq!(numbers(&read(&key, "?after_seq=0")), [1, 2, 3]);
    key.patch(&hook, &json!({"status": "enabled"})).expect(200);
    server.advance(2 * DAY);
    until("the end of the old events", || (server.events(client.account()) == 1).then_some(()));
    for after in ["0", "1"] {
        let path = format!("/v1/events?after_seq={after}&wait_seconds=30");
        let gone = key.get(&path).expect_error(410, "event_expired", Some("after_seq"));
        assert!(text(&gone, "message").contains("has number 3"), "{gone}");
    }
    // Without a number, and after the last that is gone, all that is kept is there.
    for query in ["", "?after_seq=2"] {
        let kept = read(&key, query);
        assert_eq!((numbers(&kept), ends(&kept)), (vec![3], (false, 3, 3)), "{query}");
    }
    key.get(&format!("/v1/events/{old}")).expect_error(404, "resource_not_found", None);
    key.post(&replay, &json!({})).expect_error(410, "event_expired", None);
    assert_eq!(items(&key.get("/v1/activity").expect(200)).len(), 1);
    server.advance(90 * DAY);
    until("the end of all events", || (server.events(client.account()) == 0).then_some(()));
    until("the end of all deliveries", || {
        (server.rows_of(client.account(), "webhook_deliveries") == 0).then_some(())
    });
    let nothing = read(&key, "");
    assert_eq!((numbers(&nothing), ends(&nothing)), (vec![], (false, 3, 3)));
    key.get("/v1/events?after_seq=2").expect_error(410, "event_expired", Some("after_seq"));
    assert_eq!(ends(&read(&key, "?after_seq=3")), (false, 3, 3));
}
