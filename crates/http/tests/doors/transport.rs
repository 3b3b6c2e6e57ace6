//! How a request came: over TLS, through proxies, in plain text, with which method.

use actix_web::test::TestRequest;

use crate::support::{Doors, Reply};

/// Doors as in production, behind proxies in this network.
fn strict() -> Doors {
    Doors::with(|wiring| {
        wiring.settings.https_only = true;
        wiring.settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
}

fn from(peer: &str, path: &str, headers: &[(&'static str, &str)]) -> TestRequest {
    let request = TestRequest::get().uri(path).peer_addr(peer.parse().unwrap());
    headers.iter().fold(request, |request, header| request.insert_header(*header))
}

fn hsts(reply: &Reply) -> Option<&str> {
    reply.header("strict-transport-security")
}

#[actix_web::test]
async fn plain_text_is_refused_where_only_https_is_served() {
    let doors = strict();
    let token = format!("Bearer {}", doors.session());
    let with = |peer, headers: &[(&'static str, &str)]| {
        let request = from(peer, "/v1/balance", headers);
        doors.send(request.insert_header(("Authorization", token.clone())))
    };
    let https = [("x-forwarded-proto", "https"), ("x-forwarded-for", "192.0.2.1")];
    let plain = with("10.0.0.1:80", &[("x-forwarded-proto", "http")]).await;
    assert_eq!(plain.refusal(), (403, "https_required", None));
    assert_eq!((plain.header("location"), hsts(&plain)), (None, None));
    assert_eq!(with("10.0.0.1:80", &[]).await.refusal().1, "https_required");
    let pretended = with("192.0.2.1:80", &https).await;
    assert_eq!(pretended.refusal(), (403, "https_required", None), "a stranger's word");
    let passed = with("10.0.0.1:80", &https).await;
    assert_eq!((passed.status, hsts(&passed)), (200, Some("max-age=63072000")));
    let unknown = doors.send(from("192.0.2.1:80", "/nope", &[])).await;
    assert_eq!(unknown.refusal(), (403, "https_required", None));
    for (probe, status) in [("/livez", 200), ("/readyz", 503)] {
        assert_eq!(doors.send(from("192.0.2.1:80", probe, &[])).await.status, status);
    }
    let lax = Doors::new();
    assert_eq!(lax.send(from("192.0.2.1:80", "/livez", &https)).await.status, 200);
    assert_eq!(lax.get("/v1/balance", &lax.session()).await.status, 200);
}

#[actix_web::test]
async fn other_methods_are_refused_and_told_what_is_served() {
    let doors = Doors::new();
    for (method, path, allowed) in [
        ("OPTIONS", "/v1/cards", "GET, POST"),
        ("HEAD", "/v1/system/limits", "GET"),
        ("TRACE", "/v1/balance", "GET"),
        ("PUT", "/v1/cards", "GET, POST"),
    ] {
        let request = TestRequest::with_uri(path).method(method.parse().unwrap());
        let reply = doors.send(request).await;
        assert_eq!(reply.status, 405, "{method} {path}");
        let mut told: Vec<_> = reply.header("allow").unwrap().split(", ").collect();
        told.sort_unstable();
        assert_eq!(told.join(", "), allowed, "{method} {path}");
    }
}

#[actix_web::test]
async fn a_read_ignores_the_idempotency_key() {
    let doors = Doors::new();
    let token = format!("Bearer {}", doors.session());
    let request = TestRequest::get().uri("/v1/balance").insert_header(("Authorization", token));
    let long = "x".repeat(1_000);
    let reply = doors.send(request.insert_header(("Idempotency-Key", long))).await;
    assert_eq!(reply.status, 200);
}
