//! `PATCH /v1/accounts/me`.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, PASSWORD, Reply, Server, text},
};

on_both! {
    a_fresh_session_moves_to_another_address;
    an_older_session_or_a_key_gives_the_password;
    an_address_is_taken_once_however_many_ask;
    a_new_password_ends_other_sessions;
    a_new_password_needs_the_old_one;
    a_change_of_password_is_replayed_and_not_made_twice;
    a_left_address_is_replayed_to_nobody;
    notifications_are_merged;
    a_bad_field_changes_nothing;
}

const PATH: &str = "/v1/accounts/me";
const OTHER: &str = "another horse, another battery";

fn sign_in(server: &Server, email: &str, password: &str) -> Reply {
    let body = json!({"email": email, "password": password});
    server.client().post("/v1/sessions", &body)
}

fn email(client: &Client) -> String {
    text(&client.get(PATH).expect(200), "email").to_owned()
}

fn a_fresh_session_moves_to_another_address(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (before, other) = (email(&client), email(&server.sign_up()));
    let refused = client.patch(PATH, &json!({"email": other.to_uppercase()}));
    refused.expect_error(409, "email_taken", Some("email"));
    let refused = client.patch(PATH, &json!({"email": "nobody"}));
    refused.expect_error(400, "invalid_field", Some("email"));
    let (after, events) = (Server::email(), server.events(client.account()));
    let account = client.patch(PATH, &json!({"email": after.to_uppercase()})).expect(200);
    assert_eq!(text(&account, "email"), after);
    assert_eq!(client.get(PATH).expect(200), account);
    client.patch(PATH, &json!({"email": after})).expect(200);
    assert_eq!(server.events(client.account()), events + 1, "once for one change");
    let told = client.get("/v1/activity?type=account.email_changed").expect(200);
    assert_eq!(told["data"][0]["summary"], "E-mail address changed");
    sign_in(&server, &before, PASSWORD).expect_error(401, "invalid_credentials", None);
    sign_in(&server, &after, PASSWORD).expect(200);
    // The address that was left is free again.
    let body = json!({"email": before, "password": PASSWORD});
    server.client().post("/v1/accounts", &body).expect(201);
}

fn an_older_session_or_a_key_gives_the_password(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let key = client.api_key(&["account:write", "account:read"]);
    server.advance(601);
    for client in [&client, &key] {
        let refused = client.patch(PATH, &json!({"email": Server::email()}));
        refused.expect_error(403, "step_up_required", Some("current_password"));
        let wrong = json!({"email": Server::email(), "current_password": OTHER});
        let refused = client.patch(PATH, &wrong);
        refused.expect_error(401, "invalid_credentials", Some("current_password"));
        let after = Server::email();
        let right = json!({"email": after, "current_password": PASSWORD});
        assert_eq!(text(&client.patch(PATH, &right).expect(200), "email"), after);
        // What stays as it is needs nothing.
        client.patch(PATH, &json!({"email": after})).expect(200);
    }
}

fn an_address_is_taken_once_however_many_ask(backend: Backend) {
    let server = Server::shared(backend);
    let wanted = Server::email();
    let movers: Vec<_> = (0..5).map(|_| server.sign_up()).collect();
    let nobody = server.client();
    let sign_up = json!({"email": wanted, "password": PASSWORD});
    let mut requests = Vec::new();
    for mover in &movers {
        requests.push(mover.request(Method::PATCH, PATH).json(&json!({"email": wanted})));
        requests.push(nobody.request(Method::POST, "/v1/accounts").json(&sign_up));
    }
    let replies = nobody.all(requests);
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status < 300);
    assert_eq!(made.len(), 1, "{replies:?}");
    for reply in refused {
        reply.expect_error(409, "email_taken", Some("email"));
    }
    let owner = sign_in(&server, &wanted, PASSWORD).expect(200);
    assert_eq!(text(&owner["account"], "email"), wanted);
}

fn a_new_password_ends_other_sessions(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (key, email) = (client.api_key(&["account:read", "topup:create"]), email(&client));
    let other = sign_in(&server, &email, PASSWORD).expect(200);
    let other = client.with_token(text(&other, "token"));
    other.get(PATH).expect(200);
    let events = server.events(client.account());
    let body = json!({"current_password": PASSWORD, "new_password": OTHER});
    client.patch(PATH, &body).expect(200);
    assert_eq!(server.events(client.account()), events + 1);
    let topup = json!({"amount_usd": 20});
    other.get(PATH).expect_error(401, "invalid_credentials", None);
    other.post("/v1/topups", &topup).expect_error(401, "invalid_credentials", None);
    for client in [&client, &key] {
        client.get(PATH).expect(200);
        client.post("/v1/topups", &topup).expect(201);
    }
    sign_in(&server, &email, PASSWORD).expect_error(401, "invalid_credentials", None);
    let session = sign_in(&server, &email, OTHER).expect(200);
    let session = client.with_token(text(&session, "token"));
    session.post("/v1/topups", &topup).expect(201);
    // A key changes it too, and ends every session.
    let writer = session.api_key(&["account:write"]);
    let body = json!({"current_password": OTHER, "new_password": PASSWORD});
    writer.patch(PATH, &body).expect(200);
    for ended in [&client, &session] {
        ended.get(PATH).expect_error(401, "invalid_credentials", None);
    }
    key.get(PATH).expect(200);
}

fn a_new_password_needs_the_old_one(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let refused = client.patch(PATH, &json!({"new_password": OTHER}));
    refused.expect_error(403, "step_up_required", Some("current_password"));
    let body = json!({"new_password": OTHER, "current_password": "not the password"});
    let refused = client.patch(PATH, &body);
    refused.expect_error(401, "invalid_credentials", Some("current_password"));
    for weak in ["1234567".to_owned(), "x".repeat(257)] {
        let body = json!({"new_password": weak, "current_password": PASSWORD});
        let refused = client.patch(PATH, &body);
        refused.expect_error(422, "weak_password", Some("new_password"));
    }
    sign_in(&server, &email(&client), PASSWORD).expect(200);
}

fn a_change_of_password_is_replayed_and_not_made_twice(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let patch = |new: &str| {
        let body = json!({"current_password": PASSWORD, "new_password": new});
        client.request(Method::PATCH, PATH).json(&body).key("change").send()
    };
    let first = patch(OTHER);
    first.expect(200);
    let events = server.events(client.account());
    let again = patch(OTHER);
    assert!(again.is_replay() && again.body == first.body, "{again:?}");
    let refused = patch("yet another password");
    refused.expect_error(401, "invalid_credentials", Some("current_password"));
    let body = json!({"current_password": OTHER, "new_password": "yet another password"});
    let refused = client.request(Method::PATCH, PATH).json(&body).key("change").send();
    refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    assert_eq!(server.events(client.account()), events);
    sign_in(&server, &email(&client), OTHER).expect(200);
}

fn a_left_address_is_replayed_to_nobody(backend: Backend) {
    let server = Server::shared(backend);
    let (nobody, address) = (server.client(), Server::email());
    let body = json!({"email": address, "password": PASSWORD});
    let first = nobody.post_once("/v1/accounts", &body, "same").expect(201);
    let first = nobody.signed_in(text(&first, "id"), text(&first, "token"));
    nobody.post_once("/v1/sessions", &body, "same").expect(200);
    first.patch(PATH, &json!({"email": Server::email()})).expect(200);
    let second = nobody.post("/v1/accounts", &body).expect(201);
    let refused = nobody.post_once("/v1/accounts", &body, "same");
    refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    let session = nobody.post_once("/v1/sessions", &body, "same").expect(200);
    assert_eq!(session["account"]["id"], second["id"]);
}

fn notifications_are_merged(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let wishes = |body: &Value| {
        let account = client.patch(PATH, &json!({"notifications": body})).expect(200);
        assert_eq!(client.get(PATH).expect(200), account);
        account["notifications"].clone()
    };
    let all = json!({"email": true, "webhook_failures": true, "security": true});
    assert_eq!(wishes(&json!({})), all);
    let fewer = json!({"email": false, "webhook_failures": true, "security": true});
    assert_eq!(wishes(&json!({"email": false})), fewer);
    let none = json!({"email": false, "webhook_failures": false, "security": false});
    assert_eq!(wishes(&json!({"webhook_failures": false, "security": false})), none);
    assert_eq!(wishes(&json!({"email": null})), none);
    assert_eq!(client.patch(PATH, &json!({})).expect(200)["notifications"], none);
    let refused = client.patch(PATH, &json!({"notifications": {"email": "yes"}}));
    refused.expect_error(400, "invalid_field", Some("notifications.email"));
}

fn a_bad_field_changes_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let taken = email(&server.sign_up());
    let before = client.get(PATH).expect(200);
    let body = json!({"email": taken, "new_password": OTHER, "current_password": PASSWORD,
        "notifications": {"email": false}});
    client.patch(PATH, &body).expect_error(409, "email_taken", Some("email"));
    assert_eq!(client.get(PATH).expect(200), before);
    sign_in(&server, text(&before, "email"), PASSWORD).expect(200);
}
