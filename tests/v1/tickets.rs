//! `/v1/tickets`: questions of cardholders.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Server, assert_fields, ids, plastic, text},
};

on_both! {
    a_cardholder_asks;
    support_is_for_holders_of_an_active_card;
    requests_are_refused_by_field;
    lists_are_filtered_and_sorted;
    a_ticket_is_closed_once;
    open_tickets_are_bounded;
    a_foreign_ticket_is_unknown;
}

const FIELDS: [&str; 11] = [
    "id",
    "object",
    "status",
    "subject",
    "body",
    "request_id",
    "related_object",
    "metadata",
    "reply_by",
    "created_at",
    "updated_at",
];

fn question() -> Value {
    json!({"subject": "A late card", "body": "It was shipped ten days ago."})
}

fn question_with(field: &str, value: Value) -> Value {
    let mut question = question();
    question[field] = value;
    question
}

fn cardholder(server: &Server) -> Client {
    let client = server.sign_up();
    client.card(None);
    client
}

fn ask(client: &Client) -> Value {
    client.post("/v1/tickets", &question()).expect(201)
}

fn close(client: &Client, ticket: &Value) -> Value {
    let path = format!("/v1/tickets/{}/close", text(ticket, "id"));
    client.post(&path, &json!({})).expect(200)
}

fn a_cardholder_asks(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let request = client.get("/v1/cards");
    let request = request.header("X-Request-Id").expect("every answer has one");
    let subject = "Ünïcödé \u{1F4B3}";
    let body = json!({"subject": subject, "body": "x".repeat(10_000), "request_id": request,
        "related_object": card, "metadata": {"case": "7"}});
    let first = client.post_once("/v1/tickets", &body, "ask");
    let ticket = first.expect(201);
    assert_fields(&ticket, &FIELDS);
    assert!(text(&ticket, "id").starts_with("tk_"));
    assert_eq!((text(&ticket, "object"), text(&ticket, "status")), ("ticket", "open"));
    for field in ["subject", "body", "request_id", "related_object", "metadata"] {
        assert_eq!(ticket[field], body[field]);
    }
    let [asked, promised] = ["created_at", "reply_by"].map(|field| text(&ticket, field));
    // A day later to the second.
    assert_eq!(asked[10..], promised[10..]);
    assert!(promised > asked && ticket["updated_at"] == ticket["created_at"]);
    let again = client.post_once("/v1/tickets", &body, "ask");
    assert!(again.is_replay() && again.body == first.body);
    let path = format!("/v1/tickets/{}", text(&ticket, "id"));
    assert_eq!(client.get(&path).expect(200), ticket);
    assert_eq!(client.get("/v1/tickets").expect(200)["data"], json!([ticket]));
    // A plain question names nothing.
    let plain = ask(&client);
    let nothing = ["request_id", "related_object"].map(|field| &plain[field]);
    assert_eq!((nothing, &plain["metadata"]), ([&Value::Null; 2], &json!({})));
}

fn support_is_for_holders_of_an_active_card(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let refused = |client: &Client| {
        let reply = client.post("/v1/tickets", &question());
        reply.expect_error(403, "active_card_required", None);
    };
    refused(&client);
    // Somebody else's card is not the caller's, and plastic on its way is not active.
    cardholder(&server);
    client.post("/v1/cards", &plastic()).expect(201);
    refused(&client);
    let card = client.card(None);
    let turn = |verb: &str| {
        client.post(&format!("/v1/cards/{card}/{verb}"), &json!({})).expect(200);
    };
    let ticket = ask(&client);
    turn("freeze");
    refused(&client);
    turn("unfreeze");
    ask(&client);
    turn("cancel");
    refused(&client);
    // What was asked stays, and can be closed.
    assert_eq!(ids(&client.get("/v1/tickets").expect(200)).len(), 2);
    close(&client, &ticket);
}

fn requests_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = cardholder(&server);
    for (body, code, param) in [
        (json!({"body": "Ten letters."}), "missing_required_field", "subject"),
        (json!({"subject": "Late"}), "missing_required_field", "body"),
        (question_with("subject", json!("ab")), "invalid_field", "subject"),
        (question_with("subject", json!("x".repeat(121))), "invalid_field", "subject"),
        (question_with("subject", json!(5)), "invalid_field", "subject"),
        (question_with("body", json!("Too short")), "invalid_field", "body"),
        (question_with("body", json!("x".repeat(10_001))), "invalid_field", "body"),
        (question_with("body", json!("a NUL: \u{0}....")), "invalid_field", "body"),
        (question_with("request_id", json!("req_1")), "invalid_field", "request_id"),
        (question_with("request_id", json!(client.account())), "invalid_field", "request_id"),
        (question_with("related_object", json!("card_1")), "invalid_field", "related_object"),
        (question_with("related_object", json!("")), "invalid_field", "related_object"),
        (question_with("metadata", json!([])), "invalid_field", "metadata"),
        (question_with("metadata", json!({"a": "x".repeat(501)})), "invalid_field", "metadata"),
    ] {
        client.post("/v1/tickets", &body).expect_error(400, code, Some(param));
    }
    assert!(ids(&client.get("/v1/tickets").expect(200)).is_empty());
}

fn lists_are_filtered_and_sorted(backend: Backend) {
    let server = Server::shared(backend);
    let client = cardholder(&server);
    let [first, second, third] = [(); 3].map(|()| ask(&client));
    close(&client, &second);
    for (filter, expected) in [
        ("", vec![&third, &second, &first]),
        ("status=open", vec![&third, &first]),
        ("status=answered", vec![]),
        ("status=closed", vec![&second]),
        ("sort=created_at&limit=2", vec![&first, &second]),
        ("sort=status", vec![&second, &first, &third]),
        ("created_before=2000-01-01T00:00:00Z", vec![]),
    ] {
        let list = client.get(&format!("/v1/tickets?{filter}")).expect(200);
        let expected: Vec<_> = expected.into_iter().map(|ticket| text(ticket, "id")).collect();
        assert_eq!(ids(&list), expected, "{filter}");
    }
    let page = client.get("/v1/tickets?limit=2").expect(200);
    let next = format!("/v1/tickets?limit=2&cursor={}", text(&page, "next_cursor"));
    assert_eq!(ids(&client.get(&next).expect(200)), [text(&first, "id")]);
    for (filter, param) in [("status=new", "status"), ("sort=subject", "sort")] {
        let refused = client.get(&format!("/v1/tickets?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn a_ticket_is_closed_once(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = cardholder(&server);
    let ticket = ask(&client);
    server.advance(60);
    let closed = close(&client, &ticket);
    assert_eq!(text(&closed, "status"), "closed");
    assert!(text(&closed, "updated_at") > text(&ticket, "updated_at"));
    server.advance(60);
    assert_eq!(close(&client, &ticket), closed);
    let path = format!("/v1/tickets/{}", text(&ticket, "id"));
    assert_eq!(client.get(&path).expect(200), closed);
}

fn open_tickets_are_bounded(backend: Backend) {
    let server = Server::own(backend, |settings| settings.limits.open_tickets = 5);
    let client = cardholder(&server);
    let body = question();
    let request = |_| client.request(Method::POST, "/v1/tickets").json(&body);
    let replies = client.all((0..12).map(request).collect());
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!((made.len(), refused.len()), (5, 7));
    for reply in refused {
        reply.expect_error(422, "ticket_limit_reached", None);
    }
    close(&client, &made[0].json());
    ask(&client);
    let refused = client.post("/v1/tickets", &body);
    refused.expect_error(422, "ticket_limit_reached", None);
    ask(&cardholder(&server));
}

fn a_foreign_ticket_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (cardholder(&server), cardholder(&server));
    let ticket = ask(&theirs);
    let path = format!("/v1/tickets/{}", text(&ticket, "id"));
    mine.get(&path).expect_error(404, "resource_not_found", None);
    let refused = mine.post(&format!("{path}/close"), &json!({}));
    refused.expect_error(404, "resource_not_found", None);
    assert!(ids(&mine.get("/v1/tickets").expect(200)).is_empty());
    assert_eq!(theirs.get(&path).expect(200), ticket);
}
