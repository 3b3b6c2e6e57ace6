//! What the stream shows, in which order, and to whom.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ends, kinds, numbers, read};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, items, text},
    v1::webhooks::receiver::Receiver,
};

on_both! {
    the_stream_is_dense_and_in_order;
    an_event_is_what_its_webhook_was;
    filters_let_through_what_they_name;
    a_filtered_reader_gets_on;
    what_cannot_be_read_is_refused;
    nobody_reads_another_account;
    a_test_key_reads_the_sandbox_alone;
}

/// Reads the whole stream in pieces of this size.
fn drain(client: &Client, limit: usize) -> Vec<Value> {
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let stretch = read(client, &format!("?after_seq={after}&limit={limit}"));
        seen.extend(items(&stretch).iter().cloned());
        let (has_more, next, last) = ends(&stretch);
        assert_eq!(has_more, next < last, "{stretch}");
        if !has_more {
            return seen;
        }
        assert_eq!((items(&stretch).len(), next), (limit, after + limit as i64));
        after = next;
    }
}

fn the_stream_is_dense_and_in_order(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(None);
    let path = format!("/v1/cards/{card}/load");
    let load = |_| client.request(Method::POST, &path).json(&json!({"amount_usd": 1}));
    for reply in client.all((0..30).map(load).collect()) {
        reply.expect(200);
    }
    let whole = read(&client, "?limit=100");
    assert_fields(&whole, &["object", "data", "has_more", "next_after_seq", "last_seq"]);
    let count = server.events(client.account());
    assert_eq!(numbers(&whole), (1..=count).collect::<Vec<_>>());
    assert_eq!(ends(&whole), (false, count, count));
    assert_eq!(
        kinds(&whole)[..4],
        ["account.created", "topup.created", "topup.confirmed", "card.issued"]
    );
    for limit in [1, 7, 25] {
        assert_eq!(drain(&client, limit), items(&whole), "{limit}");
    }
    let rest = read(&client, &format!("?after_seq={}", count - 2));
    assert_eq!(items(&rest), &items(&whole)[items(&whole).len() - 2..]);
    let end = read(&client, &format!("?after_seq={count}"));
    assert_eq!((items(&end).len(), ends(&end)), (0, (false, count, count)));
    assert_eq!(numbers(&read(&client, "")), (1..=25).collect::<Vec<_>>());
}

fn an_event_is_what_its_webhook_was(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let body = json!({"url": receiver.url, "events": "*"});
    client.post("/v1/webhooks", &body).expect(201);
    client.card(None);
    let sent = receiver.wait_for(1).remove(0);
    let id = sent.header("cryptocardium-event-id");
    let shown = client.get(&format!("/v1/events/{id}"));
    assert_eq!(shown.expect(200)["id"], id);
    assert_eq!(shown.body, sent.body, "byte for byte");
    let listed = client.get("/v1/events?type=card.issued");
    assert_eq!(items(&listed.expect(200)).len(), 1);
    let within = String::from_utf8(listed.body).expect("JSON is UTF-8");
    let body = String::from_utf8(sent.body).expect("JSON is UTF-8");
    assert!(within.contains(&body), "{within} has not {body}");
}

/// An account with events of both books.
fn of_both_books(server: &Server) -> Client {
    let client = server.sign_up();
    client.fund("500.00");
    client.card(None);
    client.topup(&json!({"amount_usd": 20}));
    client
}

fn filters_let_through_what_they_name(backend: Backend) {
    let server = Server::shared(backend);
    let client = of_both_books(&server);
    for (query, found) in [
        ("?type=card.issued", vec![4]),
        ("?type=card.issued,topup.confirmed", vec![3, 4]),
        ("?type=card.issued&after_seq=4", vec![]),
        ("?type=topup.created", vec![2, 5]),
        ("?type=topup.created&limit=1", vec![2]),
        ("?type=topup.created&mode=sandbox", vec![5]),
        ("?mode=sandbox", vec![5]),
        ("?mode=live", vec![1, 2, 3, 4]),
        ("?type=dispute.won", vec![]),
    ] {
        let stretch = read(&client, query);
        assert_eq!(numbers(&stretch), found, "{query}");
        let cut = query.contains("limit=1");
        let (read_to, last) = if cut { (2, 5) } else { (5, 5) };
        assert_eq!(ends(&stretch), (cut, read_to, last), "{query}");
    }
    // A key's own mode does not make holes in the sequence.
    let key = client.api_key(&["webhook:read"]);
    assert_eq!(numbers(&read(&key, "")), [1, 2, 3, 4, 5]);
}

/// One answer looks at a thousand events; its reader goes on after them, found or not.
fn a_filtered_reader_gets_on(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("2000.00");
    let card = client.card(None);
    let (path, body) = (format!("/v1/cards/{card}/load"), json!({"amount_usd": 1}));
    let load = |_| client.request(Method::POST, &path).json(&body);
    for _ in 0..67 {
        for reply in client.all((0..15).map(load).collect()) {
            reply.expect(200);
        }
    }
    client.post(&format!("/v1/cards/{card}/freeze"), &json!({})).expect(200);
    let first = read(&client, "?type=card.frozen&wait_seconds=30");
    assert_eq!((numbers(&first), ends(&first)), (vec![], (true, 1_000, 1_010)));
    let second = read(&client, "?type=card.frozen&after_seq=1000");
    assert_eq!((numbers(&second), ends(&second)), (vec![1_010], (false, 1_010, 1_010)));
}

fn what_cannot_be_read_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let refused = |query: &str| client.get(&format!("/v1/events?{query}"));
    for (query, param) in [
        ("after_seq=-1", "after_seq"),
        ("after_seq=two", "after_seq"),
        ("after_seq=2", "after_seq"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("wait_seconds=31", "wait_seconds"),
        ("wait_seconds=-1", "wait_seconds"),
        ("mode=both", "mode"),
    ] {
        refused(query).expect_error(400, "invalid_field", Some(param));
    }
    for query in ["type=card.eaten", "type=card.issued,x", "type="] {
        refused(query).expect_error(422, "unknown_event", Some("type"));
    }
    let beyond = refused("after_seq=2").expect_error(400, "invalid_field", Some("after_seq"));
    assert!(text(&beyond, "message").contains("number 1"), "{beyond}");
}

fn nobody_reads_another_account(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (server.sign_up(), server.sign_up());
    theirs.card(None);
    let event = server.last_event(theirs.account());
    let path = format!("/v1/events/{event}");
    assert_eq!(theirs.get(&path).expect(200)["type"], "card.issued");
    mine.get(&path).expect_error(404, "resource_not_found", None);
    assert_eq!(kinds(&read(&mine, "")), ["account.created"]);
    let other = mine.api_key(&["activity:read"]);
    for path in ["/v1/events", path.as_str()] {
        other.get(path).expect_error(403, "insufficient_scope", None);
    }
}

fn a_test_key_reads_the_sandbox_alone(backend: Backend) {
    let server = Server::shared(backend);
    let client = of_both_books(&server);
    let made = client.post("/v1/api_keys", &json!({"name": "x", "mode": "sandbox"})).expect(201);
    let key = client.with_token(text(&made, "key"));
    let seen = read(&key, "");
    assert_eq!((numbers(&seen), ends(&seen)), (vec![5], (false, 5, 5)));
    key.get("/v1/events?mode=live").expect_error(403, "insufficient_scope", None);
    let whole = read(&client, "");
    for event in items(&whole) {
        let shown = key.get(&format!("/v1/events/{}", text(event, "id")));
        if event["mode"] == "sandbox" {
            assert_eq!(shown.expect(200), *event);
        } else {
            shown.expect_error(404, "resource_not_found", None);
        }
    }
}
