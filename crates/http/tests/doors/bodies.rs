//! Bodies, queries and the idempotency header.

use std::{
    rc::Rc,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use actix_web::{rt, test::TestRequest};
use cardium_app::{
    Database, Lane,
    database::{Job, SubmitError},
};

use crate::support::{Doors, NOW, dispute};

/// A write path that keeps its jobs.
struct Parked(Mutex<mpsc::Sender<Box<dyn Job>>>);

impl Database for Parked {
    fn submit(&self, _: Lane, _: Duration, job: Box<dyn Job>) {
        self.0.lock().unwrap().send(job).unwrap();
    }
}

fn post(path: &str, token: &str) -> TestRequest {
    let request = TestRequest::post().uri(path);
    request.insert_header(("Authorization", format!("Bearer {token}")))
}

#[actix_web::test]
async fn a_body_must_be_declared_as_json() {
    let doors = Doors::new();
    let token = doors.session();
    for declared in ["application/x-www-form-urlencoded", "text/plain", "application/jsonx"] {
        let request = post("/v1/topups", &token).insert_header(("Content-Type", declared));
        let reply = doors.send(request.set_payload("{}")).await;
        let refusal = (415, "unsupported_media_type", Some("Content-Type"));
        assert_eq!(reply.refusal(), refusal, "{declared}");
    }
    let silent = doors.send(post("/v1/topups", &token).set_payload("{}")).await;
    assert_eq!(silent.status, 415);
    let empty = doors.send(post("/v1/topups", &token)).await;
    assert_eq!(empty.refusal(), (400, "missing_required_field", Some("amount_usd")));
}

#[actix_web::test]
async fn an_oversized_body_is_refused() {
    let doors = Doors::with(|wiring| wiring.settings.body_limit = 1_000);
    let token = doors.session();
    let fits = doors.post("/v1/topups", &token, &" ".repeat(1_000)).await;
    assert_eq!(fits.refusal(), (400, "missing_required_field", Some("amount_usd")));
    let over = doors.post("/v1/topups", &token, &" ".repeat(1_001)).await;
    assert_eq!(over.refusal(), (413, "body_too_large", None));
    let declared = post("/v1/topups", &token).insert_header(("Content-Length", "99999999"));
    assert_eq!(doors.send(declared).await.refusal(), (413, "body_too_large", None));
}

#[actix_web::test]
async fn whoever_is_not_signed_in_sends_small_bodies() {
    let doors = Doors::new();
    for path in ["/v1/accounts", "/v1/sessions"] {
        let fits = doors.post(path, "", &" ".repeat(16 * 1_024)).await;
        assert_eq!(fits.refusal(), (400, "missing_required_field", Some("email")), "{path}");
        let over = doors.post(path, "", &" ".repeat(16 * 1_024 + 1)).await;
        assert_eq!(over.refusal(), (413, "body_too_large", None), "{path}");
        let declared = post(path, "").insert_header(("Content-Length", "70000"));
        assert_eq!(doors.send(declared).await.refusal(), (413, "body_too_large", None), "{path}");
    }
}

#[actix_web::test]
async fn large_bodies_are_parsed_like_small_ones() {
    let doors = Doors::new();
    let token = doors.session();
    let body = format!(r#"{{"amount_usd": 0.001, "note": "{}"}}"#, "x".repeat(100_000));
    let reply = doors.post("/v1/topups", &token, &body).await;
    assert_eq!(reply.refusal(), (422, "invalid_precision", Some("amount_usd")));
}

/// There are eight places; what a body was parsed to is as large as the body.
#[actix_web::test]
async fn a_large_body_keeps_its_place_until_its_answer() {
    let (parked, jobs) = mpsc::channel();
    let database = Arc::new(Parked(Mutex::new(parked)));
    let doors = Rc::new(Doors::with(|wiring| {
        wiring.database = database.clone();
        wiring.settings.body_patience = Duration::from_millis(500);
    }));
    let token = doors.session();
    let body = format!(r#"{{"amount_usd": 500, "note": "{}"}}"#, "x".repeat(100_000));
    let send = || {
        let (doors, token, body) = (Rc::clone(&doors), token.clone(), body.clone());
        rt::spawn(async move { doors.post_declared("/v1/topups", &token, &body).await })
    };
    let under_way: Vec<_> = (0..8).map(|_| send()).collect();
    let mut held: Vec<Box<dyn Job>> = Vec::new();
    while held.len() < 8 {
        rt::task::yield_now().await;
        held.extend(jobs.try_iter());
    }
    let ninth = send().await.unwrap();
    assert_eq!(ninth.refusal(), (503, "service_unavailable", None), "there is no place for it");
    held.into_iter().for_each(|job| job.fail(SubmitError::Overloaded));
    for request in under_way {
        assert_eq!(request.await.unwrap().status, 503);
    }
    let next = send();
    while jobs.try_recv().map(|job| job.fail(SubmitError::Overloaded)).is_err() {
        rt::task::yield_now().await;
    }
    assert_eq!(next.await.unwrap().status, 503, "the places are free again");
}

#[actix_web::test]
async fn a_duplicate_that_waits_in_vain_is_told_of_the_first() {
    let (parked, jobs) = mpsc::channel();
    let database = Arc::new(Parked(Mutex::new(parked)));
    let doors = Rc::new(Doors::with(|wiring| wiring.database = database.clone()));
    let token = doors.session();
    let send = |key: &'static str| {
        let (doors, token) = (Rc::clone(&doors), token.clone());
        rt::spawn(async move {
            let request = post("/v1/topups", &token).insert_header(("Idempotency-Key", key));
            let request = request.insert_header(("Content-Type", "application/json"));
            doors.send(request.set_payload(r#"{"amount_usd": 20}"#)).await
        })
    };
    let next = async || loop {
        match jobs.try_recv() {
            Ok(job) => break job,
            Err(_) => rt::task::yield_now().await,
        }
    };
    let (first, one) = (send("k"), next().await);
    let (duplicate, two) = (send("k"), next().await);
    let (other, three) = (send("other"), next().await);
    two.fail(SubmitError::DeadlinePassed);
    let told = duplicate.await.unwrap();
    assert_eq!(told.refusal(), (409, "idempotency_in_progress", Some("Idempotency-Key")));
    assert_eq!(told.header("Retry-After"), Some("1"));
    three.fail(SubmitError::DeadlinePassed);
    assert_eq!(other.await.unwrap().refusal(), (503, "service_unavailable", None));
    one.fail(SubmitError::Overloaded);
    assert_eq!(first.await.unwrap().refusal(), (503, "service_unavailable", None));
}

/// The stub keeps no files, which shows where one was to be kept.
#[actix_web::test]
async fn no_file_is_kept_for_a_dispute_that_takes_none() {
    let doors = Doors::new();
    let token = doors.session();
    let mut dispute = dispute();
    let path = format!("/v1/disputes/{}/evidence", dispute.id);
    let file = r#"{"type": "other", "filename": "a", "content_type": "text/plain",
        "content_base64": "YWJj"}"#;
    *doors.reads.dispute.lock().unwrap() = Some(dispute.clone());
    let refused = doors.post(&path, &token, file).await;
    assert!(refused.body["message"].as_str().unwrap().contains("Files"), "{}", refused.body);
    dispute.win(NOW).unwrap();
    *doors.reads.dispute.lock().unwrap() = Some(dispute);
    let refused = doors.post(&path, &token, file).await;
    assert_eq!(refused.status, 503);
    assert!(!refused.body["message"].as_str().unwrap().contains("Files"), "{}", refused.body);
}

#[actix_web::test]
async fn inputs_are_refused_by_field() {
    let doors = Doors::new();
    let token = doors.session();
    for (path, body, refusal) in [
        ("/v1/topups", "{", (400, "invalid_json", None)),
        ("/v1/topups", "[]", (400, "invalid_json", None)),
        ("/v1/topups", r#"{"a":1,"a":2}"#, (400, "invalid_json", None)),
        ("/v1/cards", r#"{"type":"virtual"}"#, (400, "missing_required_field", Some("bin"))),
        ("/v1/cards/x/load", r#"{"amount_usd":5}"#, (404, "resource_not_found", None)),
        ("/v1/webhooks", r#"{"events":"*"}"#, (400, "missing_required_field", Some("url"))),
        ("/v1/accounts", "{}", (400, "missing_required_field", Some("email"))),
        ("/v1/accounts", r#"{"email":"a@b.c"}"#, (400, "missing_required_field", Some("password"))),
        (
            "/v1/accounts",
            r#"{"email":"a@b.c","password":"short"}"#,
            (422, "weak_password", Some("password")),
        ),
        (
            "/v1/accounts",
            r#"{"email":"nobody","password":"long enough"}"#,
            (400, "invalid_field", Some("email")),
        ),
        (
            "/v1/sessions",
            r#"{"email":"a@b.c","password":"wrong enough"}"#,
            (401, "invalid_credentials", None),
        ),
    ] {
        let reply = doors.post(path, &token, body).await;
        assert_eq!(reply.refusal(), refusal, "{path} {body}");
    }
}

#[actix_web::test]
async fn queries_are_refused_by_parameter() {
    let doors = Doors::new();
    let token = doors.session();
    for (path, param) in [
        ("/v1/cards?limit=0", "limit"),
        ("/v1/cards?status=lost", "status"),
        ("/v1/transactions?card_id=top_1", "card_id"),
        ("/v1/transactions?amount_min=x", "amount_min"),
        ("/v1/balance/history?type=tax", "type"),
        ("/v1/topups?chain=doge", "chain"),
        ("/v1/webhooks?sort=url", "sort"),
        ("/v1/api_keys?created_after=0", "created_after"),
    ] {
        let reply = doors.get(path, &token).await;
        assert_eq!(reply.refusal(), (400, "invalid_field", Some(param)), "{path}");
    }
    let reply = doors.get("/v1/cards?cursor=key_1", &token).await;
    assert_eq!(reply.refusal(), (400, "invalid_cursor", Some("cursor")));
    let page = doors.get("/v1/cards", &token).await.body;
    let expected =
        serde_json::json!({"data": [], "has_more": false, "next_cursor": null, "object": "list"});
    assert_eq!(page, expected);
}

#[actix_web::test]
async fn an_idempotency_key_is_one_short_ascii_text() {
    let doors = Doors::new();
    let token = doors.session();
    for key in [String::new(), "x".repeat(256), "caf\u{e9}".to_owned()] {
        let request = post("/v1/topups", &token).insert_header(("Idempotency-Key", key.as_str()));
        let request = request.insert_header(("Content-Type", "application/json"));
        let reply = doors.send(request.set_payload(r#"{"amount_usd":500}"#)).await;
        assert_eq!(reply.refusal(), (400, "invalid_field", Some("Idempotency-Key")));
    }
    let request = TestRequest::get().uri("/v1/balance");
    let request = request.insert_header(("Authorization", format!("Bearer {token}")));
    let reply = doors.send(request.insert_header(("Idempotency-Key", ""))).await;
    assert_eq!(reply.status, 200);
}
