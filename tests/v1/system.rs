//! `/v1/system`, the probes, and which test helpers are served.

use cardium_testkit::Backend;
use serde_json::json;

use crate::{
    on_both,
    support::{Server, assert_fields, text},
};

on_both! {
    health_is_public;
    test_helpers_can_be_left_out;
    the_clock_moves_only_where_it_may;
}

fn health_is_public(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    let health = client.get("/v1/system/health").expect(200);
    assert_fields(&health, &["object", "status", "components", "rails", "version"]);
    assert_eq!((text(&health, "object"), text(&health, "status")), ("health", "ok"));
    let chains = json!({"tron": "ok", "ethereum": "ok", "bsc": "ok"});
    assert_eq!(health["components"], json!({"db": "ok", "issuer": "ok", "chains": chains}));
    assert_eq!((text(&health, "rails"), text(&health, "version")), ("simulated", "0.1.0"));
    let stranger = client.with_token("sess_nobody");
    assert_eq!(stranger.get("/v1/system/health").expect(200), health);
    for probe in ["/livez", "/readyz"] {
        assert_eq!(client.get(probe).expect(200), json!({"status": "ok"}));
    }
}

fn test_helpers_can_be_left_out(backend: Backend) {
    let server = Server::own(backend, |settings| settings.test_helpers.enabled = false);
    let client = server.sign_up();
    let (topup, card) = (client.topup(&json!({"amount_usd": 20})), client.card(None));
    let topup = format!("/v1/test/topups/{}/deposits", text(&topup, "id"));
    let card = format!("/v1/test/cards/{card}/authorizations");
    for path in [topup.as_str(), &card, "/v1/test/clock"] {
        let refused = client.post(path, &json!({"amount_usd": 1, "advance_seconds": 1}));
        refused.expect_error(404, "resource_not_found", None);
    }
}

fn the_clock_moves_only_where_it_may(backend: Backend) {
    let shared = Server::shared(backend);
    let refused = shared.sign_up().post("/v1/test/clock", &json!({"advance_seconds": 1}));
    refused.expect_error(404, "resource_not_found", None);
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let refused = server.client().post("/v1/test/clock", &json!({"advance_seconds": 1}));
    refused.expect_error(401, "invalid_credentials", None);
    for (body, code) in [
        (json!({}), "missing_required_field"),
        (json!({"advance_seconds": -1}), "invalid_field"),
        (json!({"advance_seconds": 1.5}), "invalid_field"),
        (json!({"advance_seconds": "60"}), "invalid_field"),
        (json!({"advance_seconds": 400_000_000}), "invalid_field"),
    ] {
        let refused = client.post("/v1/test/clock", &body);
        refused.expect_error(400, code, Some("advance_seconds"));
    }
    let clock = client.post("/v1/test/clock", &json!({"advance_seconds": 315_000_000})).expect(200);
    assert_fields(&clock, &["object", "now"]);
    assert!(text(&clock, "now") > "2035");
    let topup = server.sign_up().topup(&json!({"amount_usd": 20}));
    assert!(text(&topup, "created_at") >= text(&clock, "now"));
}
