//! Endpoints: made, listed, removed.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Server, assert_fields, items, text},
};

on_both! {
    an_endpoint_shows_its_secret_once;
    unsafe_addresses_are_refused;
    loopback_is_for_development;
    requests_are_refused_by_field;
    an_account_holds_sixteen_endpoints;
}

pub(super) const FIELDS: [&str; 16] = [
    "id",
    "object",
    "mode",
    "url",
    "events",
    "description",
    "status",
    "disabled_by",
    "grant_id",
    "payload",
    "ordering",
    "failing",
    "secret_rotation",
    "metadata",
    "created_at",
    "updated_at",
];
const URL: &str = "https://hooks.example.com/cardium";

fn an_endpoint_shows_its_secret_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let events = json!(["card.issued", "card.frozen", "card.issued"]);
    let body = json!({"url": URL, "events": events, "description": "Ads", "mode": "live",
        "metadata": {"team": "growth"}});
    let first = client.post_once("/v1/webhooks", &body, "hook");
    assert_eq!(first.header("Cache-Control"), Some("no-store"));
    let mut made = first.expect(201);
    assert_fields(&made, &[&FIELDS[..], &["signing_secret"]].concat());
    assert!(text(&made, "id").starts_with("wh_"));
    let got = ["object", "mode", "url", "description", "status"].map(|field| text(&made, field));
    assert_eq!(got, ["webhook", "live", URL, "Ads", "enabled"]);
    assert_eq!(made["events"], json!(["card.frozen", "card.issued"]));
    assert_eq!(made["metadata"], json!({"team": "growth"}));
    assert!(text(&made, "signing_secret").len() > 32);
    let again = client.post_once("/v1/webhooks", &body, "hook");
    assert!(again.is_replay() && again.body == first.body);
    made.as_object_mut().expect("an object").remove("signing_secret");
    assert_eq!(items(&client.get("/v1/webhooks").expect(200)), [made.clone()]);
    let path = format!("/v1/webhooks/{}", text(&made, "id"));
    assert_eq!(client.get(&path).expect(200), made);
    server.sign_up().get(&path).expect_error(404, "resource_not_found", None);
    client.get("/v1/webhooks/x").expect_error(404, "resource_not_found", None);
    server.sign_up().delete(&path).expect_error(404, "resource_not_found", None);
    client.delete(&path).expect(204);
    client.delete(&path).expect_error(404, "resource_not_found", None);
    assert!(items(&client.get("/v1/webhooks").expect(200)).is_empty());
}

fn unsafe_addresses_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for url in [
        "",
        "example.com",
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:word@example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://192.168.1.1/",
        "https://0x0a000001/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://intranet/",
        "https://db.internal/",
        "http://127.0.0.1.example.com/",
        "http://user@127.0.0.1/",
        "https://example.com/\nx",
    ] {
        let refused = client.post("/v1/webhooks", &json!({"url": url, "events": ["*"]}));
        refused.expect_error(422, "unsafe_webhook_url", Some("url"));
    }
    assert!(items(&client.get("/v1/webhooks").expect(200)).is_empty());
    for url in ["http://127.0.0.1:9/", "http://localhost:9/", "https://[::1]:9/"] {
        client.post("/v1/webhooks", &json!({"url": url, "events": "*"})).expect(201);
    }
}

fn loopback_is_for_development(backend: Backend) {
    let server = Server::own(backend, |settings| settings.webhooks.allow_loopback = false);
    let client = server.sign_up();
    for url in ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"]
    {
        let refused = client.post("/v1/webhooks", &json!({"url": url, "events": "*"}));
        refused.expect_error(422, "unsafe_webhook_url", Some("url"));
    }
    client.post("/v1/webhooks", &json!({"url": URL, "events": "*"})).expect(201);
}

fn requests_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let events = |events: Value| json!({"url": URL, "events": events});
    let long_url = format!("{URL}?{}", "x".repeat(2_048));
    let long_text = json!({"url": URL, "events": "*", "description": "x".repeat(201)});
    for (body, status, code, param) in [
        (json!({"events": "*"}), 400, "missing_required_field", "url"),
        (json!({"url": URL}), 400, "missing_required_field", "events"),
        (json!({"url": 5, "events": "*"}), 400, "invalid_field", "url"),
        (json!({"url": long_url, "events": "*"}), 400, "invalid_field", "url"),
        (events(json!([])), 400, "invalid_field", "events"),
        (events(json!([5])), 400, "invalid_field", "events"),
        (events(json!({"card.issued": true})), 400, "invalid_field", "events"),
        (events(json!(["card.exploded"])), 422, "unknown_event", "events"),
        (events(json!("card.*")), 422, "unknown_event", "events"),
        (long_text, 400, "invalid_field", "description"),
        (json!({"url": URL, "events": "*", "mode": "test"}), 400, "invalid_field", "mode"),
    ] {
        client.post("/v1/webhooks", &body).expect_error(status, code, Some(param));
    }
    assert!(items(&client.get("/v1/webhooks").expect(200)).is_empty());
}

fn an_account_holds_sixteen_endpoints(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"url": URL, "events": ["*"]});
    let request = |_| client.request(Method::POST, "/v1/webhooks").json(&body);
    let replies = client.all((0..20).map(request).collect());
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 16);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.expect_error(422, "webhook_limit_reached", None);
    }
    let list = client.get("/v1/webhooks?limit=100").expect(200);
    assert_eq!(items(&list).len(), 16);
    let path = format!("/v1/webhooks/{}", text(&items(&list)[0], "id"));
    client.delete(&path).expect(204);
    client.post("/v1/webhooks", &body).expect(201);
    let refused = client.post("/v1/webhooks", &body);
    refused.expect_error(422, "webhook_limit_reached", None);
    server.sign_up().post("/v1/webhooks", &body).expect(201);
}
