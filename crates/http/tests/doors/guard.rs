//! Credentials: which pass, which do not, and how a refusal reads.

use std::time::Duration;

use actix_web::test::TestRequest;
use cardium_auth::{SESSION_IDLE, Scope, TokenKind};
use cardium_kernel::Book;

use crate::support::Doors;

#[actix_web::test]
async fn only_one_known_bearer_token_passes() {
    let doors = Doors::new();
    let token = doors.session();
    for value in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {token}"),
        token.clone(),
        format!("Bearer {token}x"),
        format!("Bearer {}", token.replace("sess_", "ccm_live_")),
        format!("Bearer sess_{}", "0".repeat(1_000)),
        "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
    ] {
        let request = TestRequest::get().uri("/v1/balance");
        let reply = doors.send(request.insert_header(("Authorization", value.clone()))).await;
        assert_eq!(reply.refusal(), (401, "invalid_credentials", None), "{value}");
    }
    let twice = TestRequest::get()
        .uri("/v1/balance")
        .append_header(("Authorization", format!("Bearer {token}")))
        .append_header(("Authorization", format!("Bearer {token}")));
    assert_eq!(doors.send(twice).await.status, 401);
    assert_eq!(doors.get("/v1/balance", &token).await.status, 200);
}

#[actix_web::test]
async fn an_idle_session_has_expired_and_an_idle_key_has_not() {
    let doors = Doors::new();
    let session = doors.credential(TokenKind::Session, Scope::ALL, SESSION_IDLE);
    let reply = doors.get("/v1/balance", &session).await;
    assert_eq!(reply.refusal(), (419, "session_expired", None));
    let almost = SESSION_IDLE - Duration::from_secs(1);
    let session = doors.credential(TokenKind::Session, Scope::ALL, almost);
    assert_eq!(doors.get("/v1/balance", &session).await.status, 200);
    let key = doors.credential(TokenKind::ApiKey(None), Scope::ALL, SESSION_IDLE);
    assert_eq!(doors.get("/v1/balance", &key).await.status, 200);
}

#[actix_web::test]
async fn scopes_and_sessions_are_asked_for() {
    let doors = Doors::new();
    let key = doors.credential(TokenKind::ApiKey(None), &[Scope::CardRead], Duration::ZERO);
    assert_eq!(doors.get("/v1/cards", &key).await.status, 200);
    let reply = doors.get("/v1/balance", &key).await;
    assert_eq!(reply.refusal(), (403, "insufficient_scope", None));
    let reply = doors.post("/v1/api_keys", &key, r#"{"name": "a"}"#).await;
    assert_eq!(reply.refusal(), (403, "session_required", None));
}

#[actix_web::test]
async fn the_balance_is_that_of_the_book_in_question() {
    let doors = Doors::new();
    let session = doors.session();
    let sandbox = TokenKind::ApiKey(Some(Book::Sandbox));
    let key = doors.credential(sandbox, Scope::ALL, Duration::ZERO);
    for (token, path, mode, available) in [
        (&session, "/v1/balance", "live", "487.20"),
        (&session, "/v1/balance?mode=sandbox", "sandbox", "20.00"),
        (&key, "/v1/balance", "sandbox", "20.00"),
        (&key, "/v1/balance?mode=live", "live", "487.20"),
    ] {
        let body = doors.get(path, token).await.body;
        assert_eq!(body["mode"], mode, "{path}");
        assert_eq!(body["available_usd"].to_string(), available, "{path}");
    }
    let reply = doors.get("/v1/balance?mode=both", &session).await;
    assert_eq!(reply.refusal(), (400, "invalid_field", Some("mode")));
}

#[actix_web::test]
async fn look_ups_are_remembered_and_uses_gathered() {
    let doors = Doors::new();
    let token = doors.session();
    for _ in 0..3 {
        assert_eq!(doors.get("/v1/balance", &token).await.status, 200);
    }
    assert_eq!(*doors.reads.look_ups.lock().unwrap(), 1);
    assert_eq!(doors.state.uses().drain(10).len(), 1);
    assert_eq!(doors.state.uses().drain(10).len(), 0);
}
