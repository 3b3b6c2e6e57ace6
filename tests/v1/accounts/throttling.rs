//! Wrong passwords and codes in a row have to wait.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use crate::{
    on_both,
    support::{Authenticator, Client, PASSWORD, Reply, Server, text},
};

on_both! {
    wrong_sign_ins_have_to_wait_longer_and_longer;
    guesses_at_once_are_counted_one_by_one;
    wrong_codes_have_to_wait;
    each_kind_of_guess_waits_by_itself;
}

const WRONG: &str = "not the password";

fn email(client: &Client) -> String {
    text(&client.get("/v1/accounts/me").expect(200), "email").to_owned()
}

#[track_caller]
fn assert_waits(reply: &Reply, seconds: u64) {
    reply.expect_error(429, "rate_limited", None);
    let after = reply.header("Retry-After").expect("it says how long");
    let after: u64 = after.parse().expect("it is in seconds");
    // The machine's clock runs on meanwhile.
    assert!(after <= seconds && after + 30 >= seconds, "{after} of {seconds}");
}

fn wrong_sign_ins_have_to_wait_longer_and_longer(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, nobody) = (server.sign_up(), server.client());
    let email = email(&owner);
    let sign_in = |password: &str| {
        nobody.post("/v1/sessions", &json!({"email": email, "password": password}))
    };
    let fail = || sign_in(WRONG).expect_error(401, "invalid_credentials", None);
    (0..5).for_each(|_| drop(fail()));
    for seconds in [60, 120, 240, 480, 900, 900] {
        assert_waits(&sign_in(WRONG), seconds);
        // Even the right one, or waiting would tell which it is.
        assert_waits(&sign_in(PASSWORD), seconds);
        server.advance(seconds);
        fail();
    }
    // Whoever is signed in works on.
    owner.get("/v1/balance").expect(200);
    server.advance(900);
    sign_in(PASSWORD).expect(200);
    (0..5).for_each(|_| drop(fail()));
    assert_waits(&sign_in(PASSWORD), 60);
}

fn guesses_at_once_are_counted_one_by_one(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, nobody) = (server.sign_up(), server.client());
    let body = json!({"email": email(&owner), "password": WRONG});
    let guess = || nobody.request(Method::POST, "/v1/sessions").json(&body);
    let replies = nobody.all((0..20).map(|_| guess()).collect());
    let (told, waiting): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 401);
    assert_eq!(told.len(), 5, "{replies:?}");
    for reply in waiting {
        assert_waits(reply, 60);
    }
}

fn wrong_codes_have_to_wait(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, nobody) = (server.sign_up(), server.client());
    let (authenticator, codes) = Authenticator::set_up(&server, &owner);
    let email = email(&owner);
    let sign_in = |code: &str| {
        let body = json!({"email": email, "password": PASSWORD, "totp_code": code});
        nobody.post("/v1/sessions", &body)
    };
    let wrong = authenticator.wrong_code(&server);
    for _ in 0..5 {
        sign_in(&wrong).expect_error(401, "invalid_credentials", Some("totp_code"));
    }
    assert_waits(&sign_in(&wrong), 60);
    assert_waits(&sign_in(&codes[0]), 60);
    let off = json!({"password": PASSWORD, "code": codes[0]});
    assert_waits(&owner.post("/v1/accounts/me/totp/disable", &off), 60);
    server.advance(60);
    sign_in(&codes[0]).expect(200);
    sign_in(&wrong).expect_error(401, "invalid_credentials", Some("totp_code"));
}

fn each_kind_of_guess_waits_by_itself(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, nobody) = (server.sign_up(), server.client());
    let email = email(&owner);
    let change = |password: &str| {
        let body = json!({"current_password": password, "new_password": PASSWORD});
        owner.patch("/v1/accounts/me", &body)
    };
    for _ in 0..5 {
        change(WRONG).expect_error(401, "invalid_credentials", Some("current_password"));
    }
    assert_waits(&change(PASSWORD), 60);
    let body = json!({"email": email, "password": PASSWORD});
    nobody.post("/v1/sessions", &body).expect(200);
    owner.patch("/v1/accounts/me", &json!({"notifications": {"email": false}})).expect(200);
}
