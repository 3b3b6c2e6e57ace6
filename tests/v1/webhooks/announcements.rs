//! What `cardium announce` sends.

use cardium_testkit::Backend;
use serde_json::json;

use super::{delivery::subscribe, receiver::Receiver};
use crate::{
    on_both,
    support::{Server, assert_exit, assert_fields, items, text},
};

on_both! {
    an_announcement_says_what_when_and_where;
    what_cannot_be_meant_is_not_announced;
}

fn an_announcement_says_what_when_and_where(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, other) = (server.sign_up(), server.sign_up());
    let (receiver, sandbox) = (Receiver::start(&[]), Receiver::start(&[]));
    let secret = subscribe(&client, &receiver, &json!(["system.maintenance"]));
    let body = json!({"url": sandbox.url, "events": "*", "mode": "sandbox"});
    client.post("/v1/webhooks", &body).expect(201);
    let [start, end] = ["2027-01-02T03:00:00Z", "2027-01-02T06:30:00+02:00"];
    let page = "https://status.example.com/42";
    let told = server.command(&[
        "announce",
        "maintenance",
        "--message",
        "Card issuing pauses.",
        "--starts-at",
        start,
        "--ends-at",
        end,
        "--url",
        page,
    ]);
    assert_exit(&told, 0);
    let id = told.output.split(' ').next().expect("the id comes first").to_owned();
    assert!(told.output.starts_with(&format!("{id} goes to 2 accounts")), "{}", told.output);
    let event = receiver.wait_for(1)[0].verified(&secret);
    assert_eq!((text(&event, "type"), text(&event, "mode")), ("system.maintenance", "live"));
    let object = &event["data"]["object"];
    assert_fields(
        object,
        &[
            "id",
            "object",
            "kind",
            "message",
            "starts_at",
            "ends_at",
            "sunset_at",
            "url",
            "created_at",
        ],
    );
    assert_eq!(
        *object,
        json!({"id": id, "object": "announcement", "kind": "maintenance",
            "message": "Card issuing pauses.", "starts_at": start,
            "ends_at": "2027-01-02T04:30:00Z", "sunset_at": null, "url": page,
            "created_at": object["created_at"]})
    );
    let path = format!("/v1/activity?object_id={id}");
    let line = other.get_until(&path, |list| !items(list).is_empty());
    assert_eq!(text(&items(&line)[0], "summary"), "Maintenance announced");
    assert_eq!(items(&line)[0]["actor"]["type"], "system");
    assert_eq!(text(&items(&line)[0], "object_type"), "announcement");
    // Whoever comes later was not there to be told.
    let later = server.sign_up();
    let told =
        server.command(&["announce", "deprecation", "--message", "v0 goes.", "--sunset-at", start]);
    assert!(told.output.contains("goes to 3 accounts"), "{}", told.output);
    let list =
        later.get_until("/v1/activity?type=system.deprecation", |list| !items(list).is_empty());
    assert_eq!(items(&list).len(), 1);
    assert_eq!(server.events(later.account()), 2);
    assert!(sandbox.received().is_empty());
}

fn what_cannot_be_meant_is_not_announced(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let long = "x".repeat(501);
    let times = ["2027-01-02T03:00:00Z", "2027-01-02T04:00:00Z"];
    for (arguments, code, says) in [
        (vec!["maintenance", "--message", ""], 1, "the message must have 1 to 500 characters"),
        (vec!["maintenance", "--message", &long], 1, "the message must have 1 to 500 characters"),
        (
            vec!["maintenance", "--message", "x", "--starts-at", times[1], "--ends-at", times[0]],
            1,
            "the end must lie after a beginning",
        ),
        (vec!["maintenance", "--message", "x", "--sunset-at", times[0]], 1, "has a sunset"),
        (vec!["deprecation", "--message", "x", "--url", "http://a.example"], 1, "https://"),
        (vec!["deprecation", "--message", "x", "--sunset-at", "soon"], 2, "2026-12-01T02:00:00Z"),
        (vec!["holidays", "--message", "x"], 2, "maintenance"),
        (vec!["maintenance"], 2, "--message"),
    ] {
        let refused = server.command(&[&["announce"], &arguments[..]].concat());
        assert_exit(&refused, code);
        assert!(refused.errors.contains(says), "{says:?} is not in {}", refused.errors);
    }
    assert_eq!(server.count("SELECT COUNT(*) AS count FROM announcements"), 0);
    assert_eq!(server.events(client.account()), 1);
}
