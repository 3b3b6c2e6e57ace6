//! Bodies, queries and the idempotency header.

use actix_web::test::TestRequest;

use crate::support::Doors;

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
async fn large_bodies_are_parsed_like_small_ones() {
    let doors = Doors::new();
    let token = doors.session();
    let body = format!(r#"{{"amount_usd": 0.001, "note": "{}"}}"#, "x".repeat(100_000));
    let reply = doors.post("/v1/topups", &token, &body).await;
    assert_eq!(reply.refusal(), (422, "invalid_precision", Some("amount_usd")));
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
    let expected = r#"{"data":[],"has_more":false,"next_cursor":null,"object":"list"}"#;
    assert_eq!(page.to_string(), expected);
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
