//! Answers and refusals, whatever the operation.

use actix_web::test::TestRequest;
use cardium_api_v1::operation::{Access, operations};

use crate::support::{Doors, Reply};

#[actix_web::test]
async fn unknown_routes_and_methods_are_refused_in_shape() {
    let doors = Doors::new();
    for path in ["/", "/v2/cards", "/mcp/cards", "/v1/cards/", "/v1/../v1/balance", "/v1/nope"] {
        let reply = doors.send(TestRequest::get().uri(path)).await;
        assert_eq!(reply.refusal(), (404, "resource_not_found", None), "{path}");
    }
    let reply = doors.send(TestRequest::put().uri("/v1/cards")).await;
    assert_eq!(reply.refusal(), (405, "method_not_allowed", None));
    let mut allowed: Vec<_> = reply.header("allow").unwrap().split(", ").collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "POST"]);
}

#[actix_web::test]
async fn every_operation_has_a_route_that_asks_for_a_credential() {
    let doors = Doors::new();
    for operation in operations() {
        let path = format!("/v1{}", operation.path.replace("{id}", "x"));
        let method = operation.method.as_str().parse().unwrap();
        let request = TestRequest::with_uri(&path).method(method);
        let reply: Reply = doors.send(request).await;
        if operation.access != Access::Public {
            let refusal = reply.refusal();
            assert_eq!(refusal, (401, "invalid_credentials", None), "{}", operation.id);
            let challenge = reply.header("www-authenticate").unwrap();
            let scope = operation.access.scope();
            let needed = scope.map(|scope| format!(r#"Bearer scope="{}""#, scope.as_str()));
            assert_eq!(challenge, needed.as_deref().unwrap_or("Bearer"));
        } else {
            assert_ne!(reply.status, 404, "{}", operation.id);
        }
    }
}

#[actix_web::test]
async fn faults_inside_say_nothing_of_the_inside() {
    let doors = Doors::new();
    let token = doors.session();
    for path in ["/v1/accounts/me", "/v1/topups"] {
        let reply = doors.get(path, &token).await;
        assert_eq!(reply.refusal(), (500, "internal", None), "{path}");
        assert!(!reply.body.to_string().contains("planted"));
    }
}

#[actix_web::test]
async fn a_full_queue_asks_to_come_back() {
    let doors = Doors::new();
    let token = doors.session();
    let reply = doors.post("/v1/topups", &token, r#"{"amount_usd": 500}"#).await;
    assert_eq!(reply.refusal(), (503, "service_unavailable", None));
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[actix_web::test]
async fn answers_with_secrets_are_not_kept() {
    let doors = Doors::new();
    let token = doors.session();
    let secret = doors.get("/v1/cards/x/pan", &token).await;
    assert_eq!(secret.header("cache-control"), Some("no-store"));
    assert_eq!(secret.refusal(), (404, "resource_not_found", None));
    let plain = doors.get("/v1/balance", &token).await;
    assert_eq!(plain.header("cache-control"), None);
}

#[actix_web::test]
async fn an_oversized_head_is_refused() {
    let doors = Doors::new();
    let one = TestRequest::get().uri("/livez");
    let one = doors.send(one.insert_header(("x-big", "x".repeat(4_097)))).await;
    assert_eq!(one.refusal(), (431, "headers_too_large", None));
    let mut many = TestRequest::get().uri("/livez");
    for name in ["x-a", "x-b", "x-c"] {
        many = many.insert_header((name, "x".repeat(4_000)));
    }
    assert_eq!(doors.send(many).await.refusal(), (431, "headers_too_large", None));
}

#[actix_web::test]
async fn probes_and_health_need_no_credential() {
    let doors = Doors::new();
    let live = doors.send(TestRequest::get().uri("/livez")).await;
    assert_eq!(live.status, 200);
    let ready = doors.send(TestRequest::get().uri("/readyz")).await;
    assert_eq!(ready.status, 503);
    let health = doors.send(TestRequest::get().uri("/v1/system/health")).await;
    assert_eq!((health.status, health.body["status"].as_str()), (503, Some("down")));
    assert_eq!(health.body["rails"], "simulated");
}
