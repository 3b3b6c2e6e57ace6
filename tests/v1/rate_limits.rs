//! How often anybody may ask, as callers see it.

use std::time::Instant;

use cardium_server::settings::RateLimits;
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, PASSWORD, Reply, Server, assert_fields, text},
};

on_both! {
    a_burst_is_bounded;
    a_minute_is_counted_for_each_key_and_told_on_every_answer;
    a_day_is_counted_too;
    whoever_keeps_coming_is_told_to_wait_longer;
    sign_ins_and_accounts_are_bounded_by_address;
    card_numbers_are_bounded;
    password_checks_are_bounded_by_account;
    wrong_tokens_are_counted_by_address;
    a_revoked_key_is_counted_like_a_wrong_token;
    limits_are_shown;
}

/// A server of the test's own with the default limits, apart from some; nothing else of the test
/// comes near them.
fn server(backend: Backend, change: impl FnOnce(&mut RateLimits)) -> Server {
    Server::own(backend, |settings| {
        settings.rate_limits.enabled = true;
        settings.rate_limits.per_second = 10_000;
        settings.rate_limits.unauthenticated_per_minute = 10_000;
        change(&mut settings.rate_limits);
    })
}

/// Moves the clock into the next minute, just begun.
fn next_minute(client: &Client) {
    let now = advance(client, 1);
    let second: u64 = now[17..19].parse().expect("a moment has seconds");
    advance(client, 61 - second);
}

fn advance(client: &Client, seconds: u64) -> String {
    let moved = client.post("/v1/test/clock", &json!({"advance_seconds": seconds})).expect(200);
    text(&moved, "now").to_owned()
}

fn number(reply: &Reply, header: &str) -> Option<i64> {
    reply.header(header).map(|value| value.parse().expect("the header is a number"))
}

#[track_caller]
fn expect_limited(reply: &Reply) -> i64 {
    reply.expect_error(429, "rate_limited", None);
    number(reply, "Retry-After").expect("a refusal says when to come back")
}

fn a_burst_is_bounded(backend: Backend) {
    let server = server(backend, |limits| limits.per_second = 60);
    let key = server.sign_up().api_key(&["balance:read"]);
    let started = Instant::now();
    let replies = key.all((0..240).map(|_| key.request(Method::GET, "/v1/balance")).collect());
    let regained = usize::try_from(started.elapsed().as_millis() * 60 / 1_000).expect("few");
    let (passed, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|it| it.status == 200);
    assert!((60..=61 + regained).contains(&passed.len()), "{} of 240", passed.len());
    assert!(regained > 170 || !refused.is_empty(), "all of 240 within {regained}");
    for reply in refused {
        let body = reply.expect_error(429, "rate_limited", None);
        assert!(text(&body, "message").contains("60 requests in a second"), "{body}");
        assert_eq!(number(reply, "X-RateLimit-Limit"), Some(1_000));
        assert!(number(reply, "Retry-After").is_some_and(|wait| (1..=16).contains(&wait)));
    }
}

fn a_minute_is_counted_for_each_key_and_told_on_every_answer(backend: Backend) {
    let server = server(backend, |limits| limits.per_minute = 5);
    let session = server.sign_up();
    let (key, other) = (session.api_key(&["card:read"]), session.api_key(&["card:read"]));
    next_minute(&session);
    let paths = ["cards", "cards/card_0", "balance", "cards?limit=0", "cards", "cards"];
    let replies = paths.map(|path| key.get(&format!("/v1/{path}")));
    assert_eq!(replies.each_ref().map(|reply| reply.status), [200, 404, 403, 400, 200, 429]);
    let told = |header| replies.each_ref().map(|reply| number(reply, header).expect("it is told"));
    assert_eq!(told("X-RateLimit-Limit"), [5; 6]);
    assert_eq!(told("X-RateLimit-Remaining"), [4, 3, 2, 1, 0, 0]);
    let resets = told("X-RateLimit-Reset");
    assert_eq!((resets[0] % 60, resets[5]), (0, resets[0]), "at the end of a minute");
    let wait = expect_limited(&replies[5]);
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(other.get("/v1/cards").status, 200, "another key has its own");
    next_minute(&session);
    let reply = key.get("/v1/cards");
    assert_eq!((reply.status, number(&reply, "X-RateLimit-Remaining")), (200, Some(4)));
    assert_eq!(number(&reply, "X-RateLimit-Reset"), Some(resets[0] + 60));
}

fn a_day_is_counted_too(backend: Backend) {
    let server = server(backend, |limits| limits.per_day = 8);
    let session = server.sign_up();
    let key = session.api_key(&["card:read"]);
    next_minute(&session);
    for _ in 0..8 {
        assert_eq!(key.get("/v1/cards").status, 200);
    }
    let refused = key.get("/v1/cards");
    let wait = expect_limited(&refused);
    assert!(wait <= 86_400, "{wait}");
    assert_eq!(number(&refused, "X-RateLimit-Limit"), Some(1_000), "the minute is told");
    advance(&session, u64::try_from(wait).expect("it is ahead"));
    assert_eq!(key.get("/v1/cards").status, 200);
}

fn whoever_keeps_coming_is_told_to_wait_longer(backend: Backend) {
    let server = server(backend, |limits| limits.per_minute = 2);
    let session = server.sign_up();
    let (key, helper) = (session.api_key(&["card:read"]), server.sign_up());
    next_minute(&helper);
    let refused = || {
        for _ in 0..2 {
            assert_eq!(key.get("/v1/cards").status, 200);
        }
        expect_limited(&key.get("/v1/cards"))
    };
    let first = refused();
    assert!((1..=60).contains(&first), "{first}");
    let mut told = Vec::new();
    let mut clocks = Vec::new();
    for _ in 0..6 {
        clocks.push(server.sign_up());
        advance(clocks.last().expect("one was pushed"), 2);
        told.push(expect_limited(&key.get("/v1/cards")));
    }
    let grows = told.windows(2).all(|pair| pair[0] < pair[1] || pair[1] == 900);
    assert!(grows && told[0] > first && told[5] == 900, "{first} {told:?}");
    advance(&clocks[0], 3_600);
    next_minute(&clocks[1]);
    let later = refused();
    assert!((1..=60).contains(&later), "an hour of quiet is enough: {later}");
}

fn sign_ins_and_accounts_are_bounded_by_address(backend: Backend) {
    let server = server(backend, |limits| {
        limits.sign_in_per_minute = 2;
        limits.accounts_per_hour = 3;
    });
    let session = server.sign_up();
    // The account that was made above is of an hour before.
    advance(&session, 3_600);
    next_minute(&session);
    let client = server.client();
    let nobody = json!({"email": "nobody@example.com", "password": PASSWORD});
    let statuses: Vec<_> = (0..3).map(|_| client.post("/v1/sessions", &nobody).status).collect();
    assert_eq!(statuses, [401, 401, 429]);
    let account = || json!({"email": Server::email(), "password": PASSWORD});
    let replies: Vec<_> = (0..4).map(|_| client.post("/v1/accounts", &account())).collect();
    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 1, "{replies:?}");
    let wait = expect_limited(&replies[3]);
    assert!((1..=3_600).contains(&wait), "{wait}");
    advance(&session, 3_600);
    client.post("/v1/accounts", &account()).expect(201);
    assert_eq!(client.post("/v1/sessions", &nobody).status, 401);
}

fn card_numbers_are_bounded(backend: Backend) {
    let server = server(backend, |limits| limits.reveals_per_minute = 3);
    let session = server.sign_up();
    let card = session.card(None);
    let key = session.api_key(&["card:reveal_pan"]);
    next_minute(&session);
    let path = format!("/v1/cards/{card}/pan");
    let statuses: Vec<_> = (0..4).map(|_| key.get(&path).status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    expect_limited(&session.get(&path));
    let shown = session.get(&format!("/v1/cards/{card}"));
    assert_eq!(shown.status, 200, "all else goes on");
    next_minute(&session);
    assert_eq!(session.get(&path).status, 200);
}

fn password_checks_are_bounded_by_account(backend: Backend) {
    let server = server(backend, |limits| limits.password_checks_per_minute = 4);
    let session = server.sign_up();
    let writer = session.api_key(&["account:write"]);
    next_minute(&session);
    let body = json!({"current_password": PASSWORD, "new_password": PASSWORD});
    let code = json!({"password": PASSWORD, "code": "123456"});
    let named = json!({"name": "another", "password": PASSWORD});
    session.patch("/v1/accounts/me", &body).expect(200);
    writer.post("/v1/accounts/me/totp", &json!({"password": PASSWORD})).expect(200);
    session.post("/v1/api_keys", &named).expect(201);
    let wrong = json!({"current_password": "not the password", "new_password": PASSWORD});
    let refused = writer.patch("/v1/accounts/me", &wrong);
    refused.expect_error(401, "invalid_credentials", Some("current_password"));
    for reply in [
        session.patch("/v1/accounts/me", &body),
        writer.post("/v1/accounts/me/totp", &code),
        session.post("/v1/api_keys", &named),
    ] {
        expect_limited(&reply);
    }
    // What asks for no password goes on, and another account is counted by itself.
    session.patch("/v1/accounts/me", &json!({"notifications": {"email": false}})).expect(200);
    let other = server.sign_up();
    other.patch("/v1/accounts/me", &body).expect(200);
    next_minute(&other);
    session.post("/v1/api_keys", &named).expect(201);
}

fn wrong_tokens_are_counted_by_address(backend: Backend) {
    let server = server(backend, |limits| limits.unauthenticated_per_minute = 6);
    let session = server.sign_up();
    next_minute(&session);
    let guess = |number: u32| {
        let token = format!("ccm_live_{number:048}");
        server.client().with_token(&token).get("/v1/balance")
    };
    let replies: Vec<_> = (0..8).map(guess).collect();
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429]);
    expect_limited(&replies[7]);
    let health = server.client().get("/v1/system/health");
    assert_eq!(number(&health, "X-RateLimit-Limit"), Some(6));
    expect_limited(&health);
    assert_eq!(server.client().get("/livez").status, 200, "probes are not counted");
    assert_eq!(server.client().get("/readyz").status, 200);
}

fn a_revoked_key_is_counted_like_a_wrong_token(backend: Backend) {
    let server = server(backend, |limits| limits.unauthenticated_per_minute = 4);
    let session = server.sign_up();
    let made = session.post("/v1/api_keys", &json!({"name": "test"})).expect(201);
    next_minute(&session);
    session.delete(&format!("/v1/api_keys/{}", text(&made, "id"))).expect(204);
    let key = session.with_token(text(&made, "key"));
    let statuses: Vec<_> = (0..6).map(|_| key.get("/v1/balance").status).collect();
    let refused = statuses.iter().position(|status| *status == 429);
    // What is looked up within one second is known and goes on being answered 401.
    assert!(statuses[..4] == [401; 4] && refused.is_some_and(|at| at >= 4), "{statuses:?}");
}

fn limits_are_shown(backend: Backend) {
    let server = server(backend, |limits| limits.per_second = 60);
    let session = server.sign_up();
    let key = session.api_key(&["system:read"]);
    next_minute(&session);
    let limits = [(); 2].map(|()| key.get("/v1/system/limits").expect(200))[1].clone();
    let top = [
        "object",
        "windows",
        "spend",
        "max_body_bytes",
        "max_evidence_bytes",
        "max_headers_bytes",
        "max_header_bytes",
    ];
    assert_fields(&limits, &top);
    let windows = limits["windows"].as_array().expect("a list");
    let field = |name: &str| windows.iter().map(|window| window[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("name"), ["burst", "minute", "day"]);
    assert_eq!(field("limit"), [60, 1_000, 50_000]);
    assert_eq!(field("remaining")[1..], [998, 49_998]);
    assert!(field("resets_at").iter().all(Value::is_string));
    let spend =
        ["topup_minimum_usd", "topup_maximum_usd", "topup_live_from_usd", "load_maximum_usd"];
    assert_fields(&limits["spend"], &spend);
    assert_eq!(limits["spend"]["topup_minimum_usd"].to_string(), "20.00");
    assert_eq!(limits["max_body_bytes"], 25 * 1_024 * 1_024);
    assert_eq!(limits["max_evidence_bytes"], 100 * 1_024 * 1_024);
    assert_eq!(
        (&limits["max_headers_bytes"], &limits["max_header_bytes"]),
        (&json!(8_192), &json!(4_096))
    );
    let unbounded = Server::shared(backend).sign_up().get("/v1/system/limits");
    assert_eq!(unbounded.header("X-RateLimit-Limit"), None);
    assert_eq!(unbounded.expect(200)["windows"], json!([]));
}
