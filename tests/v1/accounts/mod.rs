//! `/v1/accounts`.

mod throttling;
mod totp;
mod updating;

use cardium_testkit::Backend;
use serde_json::json;

use crate::{
    on_both,
    support::{PASSWORD, Server, assert_fields, text, usd},
};

on_both! {
    signing_up_opens_an_account_with_a_session;
    an_address_has_one_account;
    addresses_and_passwords_are_checked;
    a_sign_up_is_replayed_to_whoever_knows_the_password;
    the_account_shows_its_balance;
}

const ACCOUNT: [&str; 10] = [
    "id",
    "object",
    "mode",
    "email",
    "balance_usd",
    "twofa_enabled",
    "notifications",
    "locked_at",
    "created_at",
    "updated_at",
];

fn signing_up_opens_an_account_with_a_session(backend: Backend) {
    let server = Server::shared(backend);
    let email = Server::email();
    let body = json!({"email": email.to_uppercase(), "password": PASSWORD});
    let reply = server.client().post("/v1/accounts", &body);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let account = reply.expect(201);
    assert_fields(&account, &[&ACCOUNT[..], &["token", "expires_at", "session"]].concat());
    assert!(text(&account, "id").starts_with("acc_"));
    assert_eq!((text(&account, "object"), text(&account, "email")), ("account", email.as_str()));
    assert_eq!((usd(&account, "balance_usd"), text(&account, "mode")), ("0.00".into(), "sandbox"));
    assert_eq!(account["twofa_enabled"], false);
    let session = &account["session"];
    assert_eq!(session["object"], "session");
    assert_eq!(session["token"], account["token"]);
    assert_eq!(session["expires_at"], account["expires_at"]);
    assert_eq!(session["idle_timeout_seconds"], 43_200);
    assert!(text(session, "id").starts_with("key_"), "{session}");
    assert!(text(&account, "token").starts_with("sess_"));
    let client = server.client().signed_in(text(&account, "id"), text(&account, "token"));
    assert_eq!(client.get("/v1/accounts/me").expect(200)["email"], account["email"]);
    assert_eq!(server.events(client.account()), 1);
}

fn an_address_has_one_account(backend: Backend) {
    let server = Server::shared(backend);
    let body = json!({"email": Server::email(), "password": PASSWORD});
    let client = server.client();
    let at_once =
        (0..20).map(|_| client.request(reqwest::Method::POST, "/v1/accounts").json(&body));
    let replies = client.all(at_once.collect());
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!(made.len(), 1);
    for reply in refused {
        reply.expect_error(409, "email_taken", Some("email"));
    }
}

fn addresses_and_passwords_are_checked(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    let long = format!("{}@example.com", "a".repeat(64));
    let longer = format!("a@{}.com", "b".repeat(251));
    for email in
        ["", "ada", "@example.com", "ada@", "a da@example.com", &format!("a{long}"), &longer]
    {
        let body = json!({"email": email, "password": PASSWORD});
        client.post("/v1/accounts", &body).expect_error(400, "invalid_field", Some("email"));
    }
    for password in [String::new(), "1234567".into(), "x".repeat(257)] {
        let body = json!({"email": Server::email(), "password": password});
        let reply = client.post("/v1/accounts", &body);
        reply.expect_error(422, "weak_password", Some("password"));
    }
    let body = json!({"email": Server::email()});
    let refused = client.post("/v1/accounts", &body);
    let refused = refused.expect_error(400, "missing_required_field", Some("password"));
    assert_eq!(refused["message"], "Field 'password' is required.");
    let body = json!({"password": PASSWORD});
    let refused = client.post("/v1/accounts", &body);
    refused.expect_error(400, "missing_required_field", Some("email"));
    for password in ["12345678".to_owned(), "x".repeat(256), "pässwörd".to_owned()] {
        let body = json!({"email": Server::email(), "password": password});
        client.post("/v1/accounts", &body).expect(201);
    }
}

fn a_sign_up_is_replayed_to_whoever_knows_the_password(backend: Backend) {
    let server = Server::shared(backend);
    let (client, email) = (server.client(), Server::email());
    let body = json!({"email": email, "password": PASSWORD});
    let first = client.post_once("/v1/accounts", &body, "sign-up");
    let account = first.expect(201);
    let again = client.post_once("/v1/accounts", &body, "sign-up");
    assert!(!first.is_replay() && again.is_replay());
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("Cache-Control"), Some("no-store"));
    let other = json!({"email": email, "password": "not the password"});
    let refused = client.post_once("/v1/accounts", &other, "sign-up");
    refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    // The key belongs to the address: somebody else's sign-up is not in its way.
    let other = json!({"email": Server::email(), "password": PASSWORD});
    let reply = client.post_once("/v1/accounts", &other, "sign-up");
    assert_ne!(reply.expect(201)["id"], account["id"]);
}

fn the_account_shows_its_balance(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("487.20");
    let account = client.get("/v1/accounts/me").expect(200);
    assert_fields(&account, &ACCOUNT);
    assert_eq!((usd(&account, "balance_usd"), text(&account, "mode")), ("487.20".into(), "live"));
    assert_eq!(text(&account, "id"), client.account());
    assert_eq!(client.api_key(&["account:read"]).get("/v1/accounts/me").expect(200), account);
}
