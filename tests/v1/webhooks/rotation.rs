//! Signing secrets that take over from others, and who verifies what was signed meanwhile.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{
    delivery::subscribe,
    endpoints::FIELDS,
    receiver::{Received, Receiver},
    verifiers::{BAD, GOOD, Verdict, Verifiers, case, reading_next, with},
};
use crate::{
    on_both,
    support::{Client, Server, assert_fields, items, text},
};

on_both! {
    others_verify_what_is_signed_through_rotations;
    a_rotation_is_shown_and_confirmed_once;
    a_second_rotation_replaces_the_first;
    a_leaked_secret_is_replaced_at_once;
    an_overlap_has_bounds;
    a_foreign_secret_is_not_touched;
    what_is_sent_while_secrets_change_verifies_with_one_of_them;
}

const URL: &str = "https://hooks.example.com/cardium";

/// Makes an endpoint; gives its path.
fn make(client: &Client) -> String {
    let made = client.post("/v1/webhooks", &json!({"url": URL, "events": "*"})).expect(201);
    assert!(made["secret_rotation"].is_null());
    format!("/v1/webhooks/{}", text(&made, "id"))
}

/// The path of the account's only endpoint.
fn path(client: &Client) -> String {
    let list = client.get("/v1/webhooks").expect(200);
    format!("/v1/webhooks/{}", text(&items(&list)[0], "id"))
}

fn rotate(client: &Client, path: &str, body: &Value) -> Value {
    client.post(&format!("{path}/rotate_secret"), body).expect(200)
}

fn confirm(client: &Client, path: &str) -> Value {
    client.post(&format!("{path}/confirm_secret"), &json!({})).expect(200)
}

/// Has an event sent and gives it.
fn next_webhook(client: &Client, receiver: &Receiver) -> Received {
    let count = receiver.received().len() + 1;
    client.card(None);
    receiver.wait_for(count).remove(count - 1)
}

fn others_verify_what_is_signed_through_rotations(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let old = subscribe(&client, &receiver, &json!(["card.issued"]));
    let path = path(&client);
    let mut verifiers = Verifiers::default();
    let before = next_webhook(&client, &receiver);
    judge_one_secret(&mut verifiers, &before, &old, &format!("whsec_{}", "0".repeat(64)));
    let answer = rotate(&client, &path, &json!({}));
    let new = text(&answer, "signing_secret");
    judge_two_secrets(&mut verifiers, &next_webhook(&client, &receiver), [&old, new]);
    confirm(&client, &path);
    judge_one_secret(&mut verifiers, &next_webhook(&client, &receiver), new, &old);
    // This time the overlap ends by itself, and nothing but time passes.
    let answer = rotate(&client, &path, &json!({"overlap_hours": 1}));
    let third = text(&answer, "signing_secret");
    server.advance(3_500);
    judge_two_secrets(&mut verifiers, &next_webhook(&client, &receiver), [new, third]);
    server.advance(101);
    judge_one_secret(&mut verifiers, &next_webhook(&client, &receiver), third, new);
    verifiers.run();
    let left = "SELECT COUNT(*) AS count FROM webhook_endpoints WHERE next_secret IS NOT NULL";
    assert_eq!(server.count(left), 1);
    assert!(items(&client.get("/v1/webhooks").expect(200))[0]["secret_rotation"].is_null());
    let refused = client.post(&format!("{path}/confirm_secret"), &json!({}));
    refused.expect_error(409, "no_secret_rotation", None);
    // The next change takes the old secret out of the row, and the new one goes on.
    client.patch(&path, &json!({"description": "Ads"})).expect(200);
    assert_eq!(server.count(left), 0);
    next_webhook(&client, &receiver).verified(third);
}

/// A webhook that one secret signed: others, changed bytes and old ones do not pass.
fn judge_one_secret(verifiers: &mut Verifiers, webhook: &Received, secret: &str, other: &str) {
    let good = case(webhook, secret);
    webhook.verified(secret);
    verifiers.expect(GOOD, good.clone());
    verifiers.expect(BAD, case(webhook, other));
    let tampered = text(&good, "body").replacen("card.issued", "card.Issued", 1);
    assert_ne!(tampered, text(&good, "body"));
    verifiers.expect(BAD, with(good.clone(), "body", json!(tampered)));
    let stale = Verdict { standard: false, ..GOOD };
    for (seconds, verdict) in [(299, GOOD), (302, stale), (-299, GOOD), (-302, stale)] {
        let now = json!(webhook.signed_at() + seconds);
        verifiers.expect(verdict, with(good.clone(), "now", now));
    }
    let mut renamed = good.clone();
    renamed["headers"]["webhook-id"] = json!("evt_1");
    verifiers.expect(Verdict { standard: false, ..GOOD }, renamed);
    let forged = format!("t={},v1={}", webhook.signed_at(), "0".repeat(64));
    verifiers.expect(Verdict { sample: false, ..GOOD }, with(good, "signature", json!(forged)));
}

/// A webhook during an overlap: whoever holds the old secret alone notices nothing, and whoever
/// holds the new one can tell as well.
fn judge_two_secrets(verifiers: &mut Verifiers, webhook: &Received, [old, new]: [&str; 2]) {
    verifiers.expect(GOOD, case(webhook, old));
    verifiers.expect(Verdict { sample: false, ..GOOD }, case(webhook, new));
    verifiers.expect(GOOD, reading_next(webhook, new));
    verifiers.expect(Verdict { sample: false, ..GOOD }, reading_next(webhook, old));
    verifiers.expect(BAD, case(webhook, &format!("whsec_{}", "0".repeat(64))));
    for secret in [old, new] {
        verifiers.expect(BAD, with(case(webhook, secret), "body", json!("{}")));
    }
}

fn a_rotation_is_shown_and_confirmed_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let path = make(&client);
    let turn = |key| client.post_once(&format!("{path}/rotate_secret"), &json!({}), key);
    let first = turn("turn");
    assert_eq!(first.header("Cache-Control"), Some("no-store"));
    let mut rotating = first.expect(200);
    assert_fields(&rotating, &[&FIELDS[..], &["signing_secret"]].concat());
    assert_fields(&rotating["secret_rotation"], &["takes_over_at"]);
    let hex = text(&rotating, "signing_secret").strip_prefix("whsec_").expect("the prefix");
    assert!(hex.len() == 64 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert!(turn("turn").is_replay() && turn("turn").body == first.body);
    rotating.as_object_mut().expect("an object").remove("signing_secret");
    assert_eq!(items(&client.get("/v1/webhooks").expect(200)), [rotating]);
    let confirmed = confirm(&client, &path);
    assert_fields(&confirmed, &FIELDS);
    assert!(confirmed["secret_rotation"].is_null());
    let again = client.post(&format!("{path}/confirm_secret"), &json!({}));
    again.expect_error(409, "no_secret_rotation", None);
    let log = client.get("/v1/audit_log").expect(200);
    let actions: Vec<_> = items(&log).iter().map(|row| text(row, "action")).collect();
    let told = ["webhook.secret_confirmed", "webhook.secret_rotated", "webhook.created"];
    assert_eq!(actions[..3], told);
}

fn a_second_rotation_replaces_the_first(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let active = subscribe(&client, &receiver, &json!(["card.issued"]));
    let path = path(&client);
    let [first, second] = [(); 2].map(|()| rotate(&client, &path, &json!({"overlap_hours": 168})));
    assert_ne!(first["signing_secret"], second["signing_secret"]);
    let webhook = next_webhook(&client, &receiver);
    let secrets = [&active, text(&second, "signing_secret")];
    assert_eq!(webhook.signatures(), secrets.map(|secret| webhook.digest(secret)));
    confirm(&client, &path);
    next_webhook(&client, &receiver).verified(secrets[1]);
}

fn a_leaked_secret_is_replaced_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    subscribe(&client, &receiver, &json!(["card.issued"]));
    let path = path(&client);
    rotate(&client, &path, &json!({}));
    let turned = rotate(&client, &path, &json!({"overlap_hours": 0}));
    assert!(turned["secret_rotation"].is_null());
    next_webhook(&client, &receiver).verified(text(&turned, "signing_secret"));
    let refused = client.post(&format!("{path}/confirm_secret"), &json!({}));
    refused.expect_error(409, "no_secret_rotation", None);
}

fn an_overlap_has_bounds(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let path = make(&client);
    for hours in [json!(-1), json!(169), json!(1.5), json!("1"), json!([1])] {
        let refused =
            client.post(&format!("{path}/rotate_secret"), &json!({"overlap_hours": hours}));
        refused.expect_error(400, "invalid_field", Some("overlap_hours"));
    }
    assert!(items(&client.get("/v1/webhooks").expect(200))[0]["secret_rotation"].is_null());
}

fn a_foreign_secret_is_not_touched(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (server.sign_up(), server.sign_up());
    let path = make(&theirs);
    let rotating = rotate(&theirs, &path, &json!({}));
    for verb in ["rotate_secret", "confirm_secret"] {
        let refused = mine.post(&format!("{path}/{verb}"), &json!({}));
        refused.expect_error(404, "resource_not_found", None);
        let unknown = format!("/v1/webhooks/wh_{}/{verb}", "0".repeat(26));
        mine.post(&unknown, &json!({})).expect_error(404, "resource_not_found", None);
    }
    let list = theirs.get("/v1/webhooks").expect(200);
    assert_eq!(items(&list)[0]["secret_rotation"], rotating["secret_rotation"]);
}

fn what_is_sent_while_secrets_change_verifies_with_one_of_them(backend: Backend) {
    const EVENTS: usize = 30;
    let server = Server::shared(backend);
    let (client, receiver) = (server.sign_up(), Receiver::start(&[]));
    let old = subscribe(&client, &receiver, &json!(["card.issued"]));
    let path = path(&client);
    let new = std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..EVENTS {
                client.card(None);
            }
        });
        receiver.wait_for(EVENTS / 3);
        let answer = rotate(&client, &path, &json!({}));
        receiver.wait_for(EVENTS * 2 / 3);
        confirm(&client, &path);
        text(&answer, "signing_secret").to_owned()
    });
    for webhook in receiver.wait_for(EVENTS) {
        let [by_old, by_new] = [&old, &new].map(|secret| webhook.digest(secret));
        let forms = [vec![by_old.clone()], vec![by_old, by_new.clone()], vec![by_new]];
        assert!(forms.contains(&webhook.signatures()));
    }
    next_webhook(&client, &receiver).verified(&new);
}
