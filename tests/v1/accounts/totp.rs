//! `/v1/accounts/me/totp`: an authenticator is set up, asked for and turned off.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Authenticator, Client, PASSWORD, Reply, Server, assert_fields, text},
};

on_both! {
    an_authenticator_is_set_up_by_showing_a_code;
    a_secret_that_was_replaced_confirms_nothing;
    signing_in_takes_a_code;
    a_recovery_code_is_used_once;
    the_same_code_at_once_signs_in_once;
    two_confirmations_at_once_are_one;
    it_is_turned_off_with_password_and_code;
    it_is_turned_off_by_headers_or_by_post;
    a_replay_asks_for_the_code_as_well;
    a_key_sets_it_up_with_the_password;
    an_older_session_gives_the_password;
    no_secret_is_replayed_without_proof;
    a_sign_up_is_not_replayed_past_the_second_factor;
}

const PATH: &str = "/v1/accounts/me/totp";

fn sign_in(client: &Client, email: &str, code: Option<&str>) -> Reply {
    let body = json!({"email": email, "password": PASSWORD, "totp_code": code});
    client.post("/v1/sessions", &body)
}

fn email(client: &Client) -> String {
    text(&client.get("/v1/accounts/me").expect(200), "email").to_owned()
}

fn is_on(client: &Client) -> Value {
    client.get("/v1/accounts/me").expect(200)["twofa_enabled"].clone()
}

fn an_authenticator_is_set_up_by_showing_a_code(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let reply = client.post(PATH, &json!({}));
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let pending = reply.expect(200);
    assert_fields(&pending, &["object", "status", "secret", "otpauth_uri", "qr_data_uri"]);
    assert_eq!((text(&pending, "object"), text(&pending, "status")), ("totp", "pending"));
    let (uri, secret) = (text(&pending, "otpauth_uri"), text(&pending, "secret"));
    let name = email(&client).replace('@', "%40");
    let head = format!("otpauth://totp/Cardium:{name}?secret={secret}&issuer=Cardium");
    assert!(uri.starts_with(&head), "{uri}");
    assert!(text(&pending, "qr_data_uri").starts_with("data:image/png;base64,"));
    assert_eq!(secret.len(), 32);
    assert_eq!((is_on(&client), server.events(client.account())), (json!(false), 1));
    let authenticator = Authenticator::with_secret_of(&pending);
    for code in [authenticator.wrong_code(&server), "12345".into(), "abcdef".into()] {
        let refused = client.post(PATH, &json!({"code": code}));
        refused.expect_error(422, "invalid_totp_code", Some("code"));
    }
    let code = json!({"code": authenticator.code(&server, 0)});
    let enabled = client.post(PATH, &code).expect(200);
    assert_fields(&enabled, &["object", "status", "recovery_codes"]);
    assert_eq!(text(&enabled, "status"), "enabled");
    assert_eq!(enabled["recovery_codes"].as_array().map(Vec::len), Some(10));
    assert_eq!((is_on(&client), server.events(client.account())), (json!(true), 2));
    for body in [json!({}), code] {
        client.post(PATH, &body).expect_error(409, "totp_already_enabled", None);
    }
}

fn a_secret_that_was_replaced_confirms_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let nothing = client.post(PATH, &json!({"code": "123456"}));
    nothing.expect_error(422, "invalid_totp_code", Some("code"));
    let begin = || Authenticator::with_secret_of(&client.post(PATH, &json!({})).expect(200));
    let (first, second) = (begin(), begin());
    let refused = client.post(PATH, &json!({"code": first.code(&server, 0)}));
    refused.expect_error(422, "invalid_totp_code", Some("code"));
    client.post(PATH, &json!({"code": second.code(&server, 0)})).expect(200);
}

fn signing_in_takes_a_code(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let (authenticator, _) = Authenticator::set_up(&server, &client);
    let (nobody, email) = (server.client(), email(&client));
    let refused = sign_in(&nobody, &email, None);
    refused.expect_error(401, "totp_required", Some("totp_code"));
    let wrong = json!({"email": email, "password": "not the password", "totp_code": "123456"});
    let refused = nobody.post("/v1/sessions", &wrong);
    refused.expect_error(401, "invalid_credentials", None);
    let wrong = authenticator.wrong_code(&server);
    for wrong in [wrong.as_str(), "12345", "0123-4567-89ab-cdef"] {
        let refused = sign_in(&nobody, &email, Some(wrong));
        refused.expect_error(401, "invalid_credentials", Some("totp_code"));
    }
    let code = authenticator.code(&server, 1);
    let session = sign_in(&nobody, &email, Some(&code)).expect(200);
    assert_eq!(session["account"]["twofa_enabled"], true);
    let refused = sign_in(&nobody, &email, Some(&code));
    refused.expect_error(401, "invalid_credentials", Some("totp_code"));
    // Nor does the code before it pass, though it is still of the present.
    let refused = sign_in(&nobody, &email, Some(&authenticator.code(&server, 0)));
    refused.expect_error(401, "invalid_credentials", Some("totp_code"));
    // To where a code has just begun: the one before it is good for as long as it is.
    server.advance(120 - server.now().rem_euclid(30).unsigned_abs());
    sign_in(&nobody, &email, Some(&authenticator.code(&server, -1))).expect(200);
    let late = sign_in(&nobody, &email, Some(&authenticator.code(&server, -3)));
    late.expect_error(401, "invalid_credentials", Some("totp_code"));
}

fn a_recovery_code_is_used_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (_, codes) = Authenticator::set_up(&server, &client);
    let (nobody, email) = (server.client(), email(&client));
    for code in &codes[..2] {
        sign_in(&nobody, &email, Some(&code.to_uppercase().replace('-', " "))).expect(200);
        let refused = sign_in(&nobody, &email, Some(code));
        refused.expect_error(401, "invalid_credentials", Some("totp_code"));
    }
    let other = server.sign_up();
    let (_, others) = Authenticator::set_up(&server, &other);
    let refused = sign_in(&nobody, &email, Some(&others[0]));
    refused.expect_error(401, "invalid_credentials", Some("totp_code"));
}

fn the_same_code_at_once_signs_in_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (authenticator, codes) = Authenticator::set_up(&server, &client);
    let (nobody, email) = (server.client(), email(&client));
    for code in [authenticator.code(&server, 1), codes[0].clone()] {
        let body = json!({"email": email, "password": PASSWORD, "totp_code": code});
        let sign_in = || nobody.request(Method::POST, "/v1/sessions").json(&body);
        let replies = nobody.all((0..10).map(|_| sign_in()).collect());
        let (made, refused): (Vec<_>, Vec<_>) =
            replies.iter().partition(|reply| reply.status == 200);
        assert_eq!(made.len(), 1, "{replies:?}");
        for reply in refused {
            reply.expect_error(401, "invalid_credentials", Some("totp_code"));
        }
    }
}

fn two_confirmations_at_once_are_one(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let pending = client.post(PATH, &json!({})).expect(200);
    let body = json!({"code": Authenticator::with_secret_of(&pending).code(&server, 0)});
    let confirm = || client.request(Method::POST, PATH).json(&body);
    let replies = client.all((0..10).map(|_| confirm()).collect());
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(made.len(), 1, "{replies:?}");
    for reply in refused {
        reply.expect_error(409, "totp_already_enabled", None);
    }
    assert_eq!(server.events(client.account()), 2);
}

fn it_is_turned_off_with_password_and_code(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let disable = |body: &Value| client.request(Method::DELETE, PATH).json(body).key("off").send();
    let any = json!({"password": PASSWORD, "code": "123456"});
    disable(&any).expect_error(409, "totp_not_enabled", None);
    let (authenticator, _) = Authenticator::set_up(&server, &client);
    let (code, wrong) = (authenticator.code(&server, 1), authenticator.wrong_code(&server));
    for (body, status, error, param) in [
        (json!({}), 400, "missing_required_field", "password"),
        (json!({"password": PASSWORD}), 400, "missing_required_field", "code"),
        (json!({"password": "wrong", "code": code}), 401, "invalid_credentials", "password"),
        (json!({"password": PASSWORD, "code": wrong}), 422, "invalid_totp_code", "code"),
    ] {
        disable(&body).expect_error(status, error, Some(param));
    }
    assert_eq!(is_on(&client), true);
    let right = json!({"password": PASSWORD, "code": code});
    disable(&right).expect(204);
    assert_eq!((is_on(&client), server.events(client.account())), (json!(false), 3));
    assert!(disable(&right).is_replay());
    assert_eq!(server.events(client.account()), 3);
    sign_in(&server.client(), &email(&client), None).expect(200);
}

fn it_is_turned_off_by_headers_or_by_post(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (authenticator, _) = Authenticator::set_up(&server, &client);
    let request = || client.request(Method::DELETE, PATH).header("X-Password", PASSWORD);
    request().send().expect_error(400, "missing_required_field", Some("code"));
    let wrong = authenticator.wrong_code(&server);
    let refused = request().header("X-TOTP-Code", &wrong).send();
    refused.expect_error(422, "invalid_totp_code", Some("code"));
    let code = authenticator.code(&server, 1);
    request().header("X-TOTP-Code", &code).send().expect(204);
    let (again, codes) = Authenticator::set_up(&server, &client);
    let path = format!("{PATH}/disable");
    let wrong = json!({"password": PASSWORD, "code": again.wrong_code(&server)});
    client.post(&path, &wrong).expect_error(422, "invalid_totp_code", Some("code"));
    let refused =
        client.request(Method::POST, &path).header("X-Password", PASSWORD).json(&json!({}));
    refused.send().expect_error(400, "missing_required_field", Some("password"));
    client.post(&path, &json!({"password": PASSWORD, "code": codes[3]})).expect(204);
    assert_eq!(is_on(&client), false);
}

fn a_replay_asks_for_the_code_as_well(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let pending = client.post_once(PATH, &json!({}), "begin").expect(200);
    let authenticator = Authenticator::with_secret_of(&pending);
    let confirm = json!({"code": authenticator.code(&server, 0)});
    // A request with a code is another one, though no secret is looked at.
    let other = client.post_once(PATH, &confirm, "begin");
    other.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    let first = client.post_once(PATH, &confirm, "confirm");
    first.expect(200);
    let again = client.post_once(PATH, &confirm, "confirm");
    assert!(again.is_replay() && again.body == first.body);
    let (nobody, email) = (server.client(), email(&client));
    let body = |code: Option<&str>| {
        let mut body = json!({"email": email, "password": PASSWORD});
        if let Some(code) = code {
            body["totp_code"] = json!(code);
        }
        body
    };
    let code = authenticator.code(&server, 1);
    let session = nobody.post_once("/v1/sessions", &body(Some(&code)), "sign-in");
    session.expect(200);
    let again = nobody.post_once("/v1/sessions", &body(Some(&code)), "sign-in");
    assert!(again.is_replay() && again.body == session.body);
    let wrong = authenticator.wrong_code(&server);
    let refused = nobody.post_once("/v1/sessions", &body(Some(&wrong)), "sign-in");
    refused.expect_error(401, "invalid_credentials", Some("totp_code"));
    let refused = nobody.post_once("/v1/sessions", &body(None), "sign-in");
    refused.expect_error(401, "totp_required", Some("totp_code"));
}

/// Who stole a session or a narrow key must not lock the owner out, nor make codes of their own.
fn a_key_sets_it_up_with_the_password(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let reader = client.api_key(&["account:read"]);
    let with = json!({"password": PASSWORD});
    reader.post(PATH, &with).expect_error(403, "insufficient_scope", None);
    let writer = client.api_key(&["account:write"]);
    for body in [json!({}), json!({"code": "123456"})] {
        let refused = writer.post(PATH, &body);
        refused.expect_error(403, "step_up_required", Some("password"));
    }
    let wrong = writer.post(PATH, &json!({"password": "not the password"}));
    wrong.expect_error(401, "invalid_credentials", Some("password"));
    let authenticator = Authenticator::with_secret_of(&writer.post(PATH, &with).expect(200));
    let code = authenticator.code(&server, 0);
    let refused = writer.post(PATH, &json!({"code": code}));
    refused.expect_error(403, "step_up_required", Some("password"));
    writer.post(PATH, &json!({"code": code, "password": PASSWORD})).expect(200);
    assert_eq!(is_on(&client), true);
}

fn an_older_session_gives_the_password(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let begun = client.post_once(PATH, &json!({}), "begin").expect(200);
    server.advance(601);
    let code = json!({"code": Authenticator::with_secret_of(&begun).code(&server, 0)});
    for (body, key) in [(json!({}), "begin"), (json!({}), "new"), (code, "code")] {
        let refused = client.post_once(PATH, &body, key);
        refused.expect_error(403, "step_up_required", Some("password"));
    }
    let with = json!({"password": PASSWORD});
    let authenticator = Authenticator::with_secret_of(&client.post(PATH, &with).expect(200));
    let confirm = json!({"password": PASSWORD, "code": authenticator.code(&server, 0)});
    client.post(PATH, &confirm).expect(200);
}

fn no_secret_is_replayed_without_proof(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let begin = client.post_once(PATH, &json!({}), "begin");
    let authenticator = Authenticator::with_secret_of(&begin.expect(200));
    let again = client.post_once(PATH, &json!({}), "begin");
    assert!(again.is_replay() && again.body == begin.body);
    let confirm = json!({"code": authenticator.code(&server, 0)});
    client.post_once(PATH, &confirm, "confirm").expect(200);
    // By now it is the secret of what the owner signs in with.
    let refused = client.post_once(PATH, &json!({}), "begin");
    refused.expect_error(409, "totp_already_enabled", None);
    for wrong in [authenticator.wrong_code(&server).as_str(), "any"] {
        let refused = client.post_once(PATH, &json!({"code": wrong}), "confirm");
        refused.expect_error(422, "invalid_totp_code", Some("code"));
    }
    let again = client.post_once(PATH, &confirm, "confirm");
    assert!(again.is_replay(), "{again:?}");
    server.advance(601);
    let present = json!({"code": authenticator.code(&server, 0)});
    let refused = client.post_once(PATH, &present, "confirm");
    refused.expect_error(403, "step_up_required", Some("password"));
}

fn a_sign_up_is_not_replayed_past_the_second_factor(backend: Backend) {
    let server = Server::shared(backend);
    let nobody = server.client();
    let body = json!({"email": Server::email(), "password": PASSWORD});
    let account = nobody.post_once("/v1/accounts", &body, "sign-up").expect(201);
    let client = nobody.signed_in(text(&account, "id"), text(&account, "token"));
    assert!(nobody.post_once("/v1/accounts", &body, "sign-up").is_replay());
    Authenticator::set_up(&server, &client);
    let refused = nobody.post_once("/v1/accounts", &body, "sign-up");
    refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
}
