//! Requests that are made up from the document, by rules that nobody here has written: valid ones,
//! invalid ones, and chains of them.

use cardium_testkit::Backend;
use serde_json::json;

use super::python;
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    schemathesis_finds_nothing;
}

/// A run that CI can wait for; `CARDIUM_SCHEMATHESIS_SECONDS` makes it longer.
const SECONDS: &str = "60";
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/schemathesis.toml");

fn schemathesis_finds_nothing(backend: Backend) {
    let server = Server::own(backend, |settings| settings.rate_limits.enabled = false);
    let key = furnished(&server.sign_up());
    let seconds = std::env::var("CARDIUM_SCHEMATHESIS_SECONDS");
    let mut run = python("schemathesis");
    run.args(["--config-file", CONFIG, "run", "--no-color", "--max-time"])
        .arg(seconds.as_deref().unwrap_or(SECONDS))
        .arg(format!("http://{}/v1/openapi.json", server.address()))
        .env("CARDIUM_API_KEY", key.token());
    let ran = run.output().expect("schemathesis starts");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("Test cases:"), "nothing was tested: {said}");
}

/// A key that may do everything, of an account that has one of most things.
fn furnished(owner: &Client) -> Client {
    let key = owner.api_key_for_everything();
    key.fund("50000");
    let card = key.card(Some("300"));
    let bought = key.authorize(&card, &json!({"amount_usd": 20}));
    let path = format!("/v1/test/authorizations/{}/capture", text(&bought, "authorization_id"));
    let captured = key.post(&path, &json!({})).expect(201);
    let dispute = json!({
        "transaction_id": text(&captured, "id"),
        "reason": "fraud",
        "description": "Nobody here bought this.",
    });
    key.post("/v1/disputes", &dispute).expect(201);
    let webhook = json!({"url": "https://hooks.example.com/cardium", "events": "*"});
    key.post("/v1/webhooks", &webhook).expect(201);
    key
}
