//! `PATCH /v1/grants/{id}`.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, PASSWORD, Server, usd},
};

on_both! {
    what_is_named_changes_and_nothing_else;
    widening_asks_for_the_owner;
    scopes_are_only_narrowed;
    changes_are_refused_by_field;
    cards_are_the_accounts_own;
}

fn narrow(card: &str) -> Value {
    json!({"scopes": ["card:read"], "cards": [card], "reveal": "ask", "mandate": {
        "per_transaction_usd": 50, "daily_usd": 100, "total_usd": 1000, "approval_above_usd": 20,
        "expires_at": "2090-01-01T00:00:00Z", "merchants": ["SHOP-1", "SHOP 2"],
        "mccs": ["5411", "3000-3299"]}})
}

fn what_is_named_changes_and_nothing_else(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let card = owner.card(None);
    let agent = Agent::new(&server, &owner, &["card:read", "card:fund"]);
    let made = agent.seen_by(&owner);
    assert_eq!(owner.patch(&agent.path(), &json!({})).expect(200), made);
    let change = narrow(&card);
    let changed = owner.patch(&agent.path(), &change).expect(200);
    for field in ["scopes", "cards", "reveal"] {
        assert_eq!(changed[field], change[field], "{field}");
    }
    for field in ["expires_at", "merchants", "mccs"] {
        assert_eq!(changed["mandate"][field], change["mandate"][field], "{field}");
    }
    assert_eq!(usd(&changed["mandate"], "daily_usd"), "100.00");
    let change = json!({"mandate": {"daily_usd": 90}});
    let lower = owner.patch(&agent.path(), &change).expect(200);
    assert_eq!(usd(&lower["mandate"], "daily_usd"), "90.00");
    assert_eq!(lower["mandate"]["total_usd"], changed["mandate"]["total_usd"]);
    let free = owner.patch(&agent.path(), &json!({"mandate": null, "cards": null})).expect(200);
    assert_eq!((&free["mandate"], &free["cards"]), (&made["mandate"], &Value::Null));
    // Its scopes are those of the moment, whatever its token says.
    agent.client.get("/v1/cards").expect(200);
    let log = owner.get("/v1/audit_log?action=grant.updated").expect(200);
    assert_eq!(log["data"].as_array().map(Vec::len), Some(3), "what changed nothing is not told");
}

fn widening_asks_for_the_owner(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let owner = server.sign_up();
    let (card, other) = (owner.card(None), owner.card(None));
    let agent = Agent::new(&server, &owner, &["card:read", "card:fund"]);
    let path = agent.path();
    owner.patch(&path, &narrow(&card)).expect(200);
    server.advance(650);
    let before = agent.seen_by(&owner);
    for wide in [
        json!({"cards": null}),
        json!({"cards": [card, other]}),
        json!({"cards": [other]}),
        json!({"reveal": "always"}),
        json!({"mandate": null}),
        json!({"mandate": {"per_transaction_usd": "50.01"}}),
        json!({"mandate": {"daily_usd": null}}),
        json!({"mandate": {"total_usd": 1001}}),
        json!({"mandate": {"approval_above_usd": 21}}),
        json!({"mandate": {"approval_above_usd": null, "daily_usd": 1}}),
        json!({"mandate": {"expires_at": "2090-01-01T00:00:01Z"}}),
        json!({"mandate": {"merchants": []}}),
        json!({"mandate": {"merchants": ["SHOP-1", "SHOP-3"]}}),
        json!({"mandate": {"mccs": ["3000-3300"]}}),
        json!({"mandate": {"mccs": null}}),
    ] {
        owner.patch(&path, &wide).expect_error(403, "step_up_required", None);
    }
    assert_eq!(agent.seen_by(&owner), before);
    let narrower = json!({"cards": [], "reveal": "link", "scopes": [], "mandate": {
        "per_transaction_usd": 49, "daily_usd": 99, "total_usd": 999, "approval_above_usd": 0,
        "expires_at": "2089-12-31T00:00:00Z", "merchants": ["SHOP-1"], "mccs": ["3100-3299"]}});
    owner.patch(&path, &narrower).expect(200);
    let wrong = json!({"cards": null, "password": "not the password"});
    owner.patch(&path, &wrong).expect_error(401, "invalid_credentials", Some("password"));
    let right = json!({"cards": null, "password": PASSWORD});
    assert_eq!(owner.patch(&path, &right).expect(200)["cards"], Value::Null);
}

fn scopes_are_only_narrowed(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:read"]);
    for scopes in [json!(["card:fund"]), json!(["card:read", "account:read"])] {
        let refused = owner.patch(&agent.path(), &json!({"scopes": scopes, "password": PASSWORD}));
        refused.expect_error(400, "invalid_field", Some("scopes"));
    }
    owner.patch(&agent.path(), &json!({"scopes": []})).expect(200);
    agent.client.get("/v1/cards").expect_error(403, "insufficient_scope", None);
    let issuer = Agent::new(&server, &owner, &["card:issue", "card:fund"]);
    owner.patch(&issuer.path(), &json!({"scopes": ["card:issue"]})).expect(200);
    assert_eq!(issuer.seen_by(&owner)["scopes"], json!(["card:issue"]), "nothing is implied");
}

fn changes_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:read"]);
    let before = agent.seen_by(&owner);
    let of_mandate = |field: &str, value: Value| json!({"mandate": {field: value}});
    for (body, status, code, param) in [
        (json!({"reveal": "never"}), 400, "invalid_field", "reveal"),
        (json!({"scopes": ["x"]}), 400, "invalid_field", "scopes[0]"),
        (json!({"cards": ["x"]}), 400, "invalid_field", "cards[0]"),
        (json!({"cards": vec!["x"; 51]}), 400, "invalid_field", "cards"),
        (of_mandate("daily_usd", json!(0)), 400, "invalid_field", "mandate.daily_usd"),
        (of_mandate("total_usd", json!("1.001")), 422, "invalid_precision", "mandate.total_usd"),
        (
            of_mandate("approval_above_usd", json!(-1)),
            400,
            "invalid_field",
            "mandate.approval_above_usd",
        ),
        (
            of_mandate("expires_at", json!("2020-01-01T00:00:00Z")),
            400,
            "invalid_field",
            "mandate.expires_at",
        ),
        (of_mandate("merchants", json!(["A", ""])), 400, "invalid_field", "mandate.merchants[1]"),
        (
            of_mandate("merchants", json!(["0123456789ABCDEF"])),
            400,
            "invalid_field",
            "mandate.merchants[0]",
        ),
        (of_mandate("merchants", json!(vec!["A"; 101])), 400, "invalid_field", "mandate.merchants"),
        (of_mandate("mccs", json!(["5411", "54"])), 422, "invalid_mcc", "mandate.mccs[1]"),
        (of_mandate("mccs", json!(vec!["5411"; 501])), 400, "invalid_field", "mandate.mccs"),
    ] {
        owner.patch(&agent.path(), &body).expect_error(status, code, Some(param));
    }
    assert_eq!(agent.seen_by(&owner), before);
}

fn cards_are_the_accounts_own(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, stranger) = (server.sign_up(), server.sign_up());
    let (mine, theirs) = (owner.card(None), stranger.card(None));
    let agent = Agent::new(&server, &owner, &["card:read"]);
    let refused = owner.patch(&agent.path(), &json!({"cards": [mine, theirs]}));
    refused.expect_error(400, "invalid_field", Some("cards[1]"));
    let once = owner.patch(&agent.path(), &json!({"cards": [mine, mine]})).expect(200);
    assert_eq!(once["cards"], json!([mine]));
}
