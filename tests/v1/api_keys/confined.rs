//! A key whose token names the sandbox never touches live money, whatever it asks for.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Reply, Server, fresh_address, ids, items, text},
};

on_both! {
    a_test_key_opens_nothing_live;
    live_objects_are_unknown_to_a_test_key;
    a_test_key_lists_the_sandbox_only;
    a_test_key_leaves_live_webhooks_alone;
}

/// An account with live money and a live card, and a test key of it.
fn funded(server: &Server) -> (Client, Client, String) {
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let made = client.post("/v1/api_keys", &json!({"name": "x", "mode": "sandbox"})).expect(201);
    let key = client.with_token(text(&made, "key"));
    (client, key, card)
}

fn a_test_key_opens_nothing_live(backend: Backend) {
    let server = Server::shared(backend);
    let (client, key, _) = funded(&server);
    let before = client.holdings();
    let away =
        json!({"amount_usd": 10, "chain": "bsc", "address": fresh_address(), "mode": "live"});
    for (path, body) in [
        ("/v1/topups", json!({"amount_usd": 300, "mode": "live"})),
        ("/v1/cards", json!({"type": "virtual", "bin": "489517", "mode": "live"})),
        ("/v1/withdrawals", away),
    ] {
        key.post(path, &body).expect_error(403, "insufficient_scope", None);
    }
    assert_eq!(client.holdings(), before);
    assert_eq!(text(&key.topup(&json!({"amount_usd": 300})), "mode"), "sandbox");
}

fn live_objects_are_unknown_to_a_test_key(backend: Backend) {
    let server = Server::shared(backend);
    let (client, key, card) = funded(&server);
    let bought = client.authorize(&card, &json!({"amount_usd": 10}));
    let topup = client.topup(&json!({"amount_usd": 300}));
    for (action, body) in [
        ("load", json!({"amount_usd": 1})),
        ("unload", json!({"amount_usd": 1})),
        ("freeze", json!({})),
        ("cancel", json!({})),
        ("replace", json!({"reason": "lost"})),
        ("reveal", json!({})),
        ("authorization_checks", json!({"amount_usd": 1})),
    ] {
        let path = format!("/v1/cards/{card}/{action}");
        key.post(&path, &body).expect_error(404, "resource_not_found", None);
    }
    let paths = [
        format!("/v1/cards/{card}"),
        format!("/v1/cards/{card}/pan"),
        format!("/v1/cards/{card}/transactions"),
        format!("/v1/transactions/{}", text(&bought, "id")),
        format!("/v1/authorizations/{}", text(&bought, "authorization_id")),
        format!("/v1/topups/{}", text(&topup, "id")),
    ];
    for path in paths {
        key.get(&path).expect_error(404, "resource_not_found", None);
    }
    let cancel = format!("/v1/topups/{}/cancel", text(&topup, "id"));
    key.post(&cancel, &json!({})).expect_error(404, "resource_not_found", None);
    assert_eq!(text(&client.get(&format!("/v1/cards/{card}")).expect(200), "status"), "active");
}

fn a_test_key_lists_the_sandbox_only(backend: Backend) {
    let server = Server::shared(backend);
    let (_, key, _) = funded(&server);
    let card = json!({"type": "virtual", "bin": "489517"});
    let made = key.post("/v1/cards", &card).expect(201);
    let cards = key.get("/v1/cards").expect(200);
    let ids: Vec<&Value> = items(&cards).iter().map(|card| &card["id"]).collect();
    assert_eq!(ids, [&made["id"]]);
    for list in ["cards", "topups", "transactions", "disputes", "withdrawals", "balance/history"] {
        let path = format!("/v1/{list}?mode=live");
        key.get(&path).expect_error(403, "insufficient_scope", None);
    }
}

fn a_test_key_leaves_live_webhooks_alone(backend: Backend) {
    let server = Server::shared(backend);
    let (client, key, card) = funded(&server);
    let made = |client: &Client, mode: Option<&str>| {
        let body = json!({"url": "http://127.0.0.1:9/", "events": ["card.replaced"], "mode": mode});
        text(&client.post("/v1/webhooks", &body).expect(201), "id").to_owned()
    };
    let (live, both) = (made(&client, Some("live")), made(&client, None));
    let sandbox = made(&key, None);
    // For live events alone: unknown. For both books: seen, and left alone.
    for (webhook, status, code) in
        [(&live, 404, "resource_not_found"), (&both, 403, "insufficient_scope")]
    {
        let path = |rest: &str| format!("/v1/webhooks/{webhook}{rest}");
        let before = client.get(&path("")).expect(200);
        let refused = |reply: Reply| {
            reply.expect_error(status, code, None);
        };
        refused(key.patch(&path(""), &json!({"description": "mine"})));
        refused(key.delete(&path("")));
        for action in ["/rotate_secret", "/confirm_secret", "/ping"] {
            refused(key.post(&path(action), &json!({})));
        }
        refused(key.post(&path("/recover"), &json!({"after_seq": 0})));
        assert_eq!(client.get(&path("")).expect(200), before);
    }
    key.get(&format!("/v1/webhooks/{live}")).expect_error(404, "resource_not_found", None);
    let mut seen = ids(&key.get("/v1/webhooks").expect(200));
    seen.sort_unstable();
    assert_eq!(seen, [both, sandbox.clone()]);
    for mode in [json!("live"), Value::Null] {
        let own = format!("/v1/webhooks/{sandbox}");
        key.patch(&own, &json!({"mode": mode})).expect_error(403, "insufficient_scope", None);
    }
    client.post(&format!("/v1/cards/{card}/freeze"), &json!({})).expect(200);
    let events = client.get("/v1/events?type=card.frozen").expect(200);
    let replay = format!("/v1/webhooks/{sandbox}/replay/{}", text(&events["data"][0], "id"));
    key.post(&replay, &json!({})).expect_error(404, "resource_not_found", None);
    client.post(&replay, &json!({})).expect(200);
}
