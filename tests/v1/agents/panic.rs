//! Stopping everything, and letting it go on.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, PASSWORD, Server, text},
};

on_both! {
    everything_stops_and_goes_on;
    whoever_may_stops_everything;
}

fn everything_stops_and_goes_on(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let owner = server.sign_up();
    owner.fund("500.00");
    let cards = [1, 2].map(|_| owner.card(Some("50.00")));
    let agent = Agent::new(&server, &owner, &["card:read"]);
    assert_eq!(owner.get("/v1/accounts/me").expect(200)["locked_at"], Value::Null);
    let stop = owner.post("/v1/accounts/me/panic", &json!({})).expect(200);
    assert_eq!((text(&stop, "object"), &stop["grants_revoked"]), ("panic", &json!(1)));
    assert_eq!(stop["cards_frozen"], json!(2));
    agent.client.get("/v1/cards").expect_error(401, "invalid_credentials", None);
    let load = format!("/v1/cards/{}/load", cards[0]);
    let load = || owner.post(&load, &json!({"amount_usd": 1}));
    load().expect_error(403, "account_locked", None);
    assert_eq!(owner.get(&format!("/v1/cards/{}", cards[1])).expect(200)["status"], "frozen");
    let again = owner.post("/v1/accounts/me/panic", &json!({})).expect(200);
    assert_eq!(again["locked_at"], stop["locked_at"]);
    assert_eq!((&again["grants_revoked"], &again["cards_frozen"]), (&json!(0), &json!(0)));
    assert_eq!(owner.get("/v1/accounts/me").expect(200)["locked_at"], stop["locked_at"]);
    server.advance(650);
    let lift = |body: Value| {
        owner.request(reqwest::Method::DELETE, "/v1/accounts/me/panic").json(&body).send()
    };
    lift(json!({})).expect_error(403, "step_up_required", None);
    let wrong = lift(json!({"password": "not the password"}));
    wrong.expect_error(401, "invalid_credentials", Some("password"));
    let open = lift(json!({"password": PASSWORD})).expect(200);
    assert_eq!((text(&open, "object"), &open["locked_at"]), ("account", &Value::Null));
    assert_eq!(owner.get(&format!("/v1/cards/{}", cards[1])).expect(200)["status"], "frozen");
    assert_eq!(agent.seen_by(&owner)["status"], "revoked");
}

fn whoever_may_stops_everything(backend: Backend) {
    let server = Server::shared(backend);
    for scopes in [["account:write"], ["account:read"]] {
        let owner = server.sign_up();
        let agent = Agent::new(&server, &owner, &scopes);
        let may = scopes == ["account:write"];
        for client in [&agent.client, &owner.api_key(&scopes)] {
            let reply = client.post("/v1/accounts/me/panic", &json!({}));
            match may {
                true => _ = reply.expect(200),
                false => _ = reply.expect_error(403, "insufficient_scope", None),
            }
        }
        let locked = owner.get("/v1/accounts/me").expect(200)["locked_at"].is_string();
        assert_eq!(locked, may);
    }
    let owner = server.sign_up();
    let test = json!({"name": "x", "mode": "sandbox", "scopes": ["account:write"]});
    let key = owner.post("/v1/api_keys", &test).expect(201);
    let key = owner.with_token(text(&key, "key"));
    let refused = key.post("/v1/accounts/me/panic", &json!({}));
    refused.expect_error(403, "insufficient_scope", None);
}
