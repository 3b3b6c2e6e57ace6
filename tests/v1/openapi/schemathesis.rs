//! Requests that are made up from the document, by rules that nobody here has written: valid ones,
//! invalid ones, and chains of them.

use cardium_api_v1::operation::operations;
use cardium_testkit::{Backend, Scratch};
use serde_json::Value;

use super::{furnished::furnished, python};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    schemathesis_finds_nothing;
}

/// A run that CI can wait for. `CARDIUM_SCHEMATHESIS_SECONDS` makes it longer: long enough, on any
/// machine, for every operation to succeed once.
const SECONDS: &str = "75";
const CONFIG: &str = include_str!("../../python/schemathesis.toml");

/// What cannot succeed here: a code of an authenticator is never guessed, and the session stays.
const OUT_OF_REACH: [&str; 3] = ["sign_out", "disable_2fa", "disable_2fa_by_post"];

fn schemathesis_finds_nothing(backend: Backend) {
    let server = Server::own(backend, |settings| {
        settings.rate_limits.enabled = false;
        settings.limits.webhooks = 1_000;
        settings.limits.api_keys = 1_000;
    });
    let (session, words) = furnished(&server);
    let scratch = Scratch::new(Backend::Sqlite);
    let config = scratch.folder().join("schemathesis.toml");
    std::fs::write(&config, [CONFIG, &words.to_toml()].concat()).expect("the folder takes files");
    let exchanges = scratch.folder().join("exchanges.json");
    let seconds = std::env::var("CARDIUM_SCHEMATHESIS_SECONDS");
    let mut run = python("schemathesis");
    // It leaves notes of its own where it runs.
    run.current_dir(scratch.folder())
        .arg("--config-file")
        .arg(config)
        .args(["run", "--no-color", "--report=har", "--report-har-path"])
        .arg(&exchanges)
        .arg("--max-time")
        .arg(seconds.as_deref().unwrap_or(SECONDS))
        .arg(format!("http://{}/v1/openapi.json", server.address()))
        .env("CARDIUM_SESSION", session.token());
    let ran = run.output().expect("schemathesis starts");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    if seconds.is_err() {
        return;
    }
    let exchanges = std::fs::read(exchanges).expect("the exchanges are written down");
    let exchanges = serde_json::from_slice(&exchanges).expect("they are JSON");
    assert_eq!(never_successful(&exchanges), OUT_OF_REACH, "{said}");
}

/// The operations that were called, if at all, without success.
fn never_successful(exchanges: &Value) -> Vec<&'static str> {
    let mut missing: Vec<_> = operations().collect();
    for entry in exchanges["log"]["entries"].as_array().expect("a list") {
        let (request, status) = (&entry["request"], &entry["response"]["status"]);
        let url = text(request, "url");
        let path = url.split('?').next().and_then(|url| url.split_once("/v1"));
        let Some((_, path)) = path else { continue };
        missing.retain(|operation| {
            let same = operation.method.as_str() == text(request, "method");
            !(same && *status == operation.success && is_at(operation.path, path))
        });
    }
    missing.into_iter().map(|operation| operation.id).collect()
}

/// Whether a path is one of this template.
fn is_at(template: &str, path: &str) -> bool {
    let (known, given) = (template.split('/'), path.split('/'));
    known.clone().count() == given.clone().count()
        && known.zip(given).all(|(known, given)| known.starts_with('{') || known == given)
}
