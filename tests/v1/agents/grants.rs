//! Grants as they are shown and taken back.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, Server, assert_fields, items, usd},
};

on_both! {
    a_grant_is_shown_with_what_is_spent_and_left;
    a_client_sees_its_own_grant_only;
    lists_are_filtered;
    a_grant_is_taken_back_at_once;
    whoever_may_takes_a_grant_back;
}

const FIELDS: [&str; 14] = [
    "id",
    "object",
    "client",
    "scopes",
    "cards",
    "reveal",
    "mandate",
    "spent",
    "remaining",
    "status",
    "last_used_at",
    "created_at",
    "updated_at",
    "revoked_at",
];

#[track_caller]
fn assert_sums(sums: &Value, today: &str, total: &str) {
    assert_eq!((usd(sums, "today_usd"), usd(sums, "total_usd")), (today.into(), total.into()));
}

fn a_grant_is_shown_with_what_is_spent_and_left(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:fund", "account:read"]);
    let fresh = agent.seen_by(&owner);
    assert_fields(&fresh, &FIELDS);
    assert_eq!(fresh["mandate"]["daily_usd"], Value::Null);
    assert_eq!(fresh["remaining"]["live"], json!({"today_usd": null, "total_usd": null}));
    let day = server.now() / 86_400;
    let change = format!(
        "daily = 1000, total = 5000, spent_live = 6000, spent_sandbox = 100, day = {day}, \
         day_live = 250, day_sandbox = 0"
    );
    agent.alter(&server, &change);
    let shown = agent.seen_by(&owner);
    assert_sums(&shown["spent"]["live"], "2.50", "60.00");
    assert_sums(&shown["remaining"]["live"], "7.50", "0.00");
    assert_sums(&shown["remaining"]["sandbox"], "10.00", "49.00");
    // What was spent on another day is no longer of today.
    agent.alter(&server, &format!("day = {}", day - 1));
    let shown = agent.seen_by(&owner);
    assert_sums(&shown["spent"]["live"], "0.00", "60.00");
    assert_eq!(usd(&shown["remaining"]["live"], "today_usd"), "10.00");
}

fn a_client_sees_its_own_grant_only(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &["account:read"]));
    let seen = one.client.get("/v1/grants/me").expect(200);
    assert_eq!(seen["id"], json!(one.grant));
    assert_eq!(one.client.get(&one.path()).expect(200)["id"], seen["id"]);
    one.client.get(&two.path()).expect_error(404, "resource_not_found", None);
    let listed = one.client.get("/v1/grants").expect(200);
    assert_eq!((items(&listed).len(), &listed["data"][0]["id"]), (1, &seen["id"]));
    assert_eq!(items(&owner.get("/v1/grants").expect(200)).len(), 2);
    // `me` is a client's word.
    owner.get("/v1/grants/me").expect_error(404, "resource_not_found", None);
    let key = owner.api_key(&["account:read"]);
    assert_eq!(items(&key.get("/v1/grants").expect(200)).len(), 2);
}

fn lists_are_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &[]));
    owner.delete(&one.path()).expect(204);
    let ids = |query: &str| {
        let list = owner.get(&format!("/v1/grants?{query}")).expect(200);
        items(&list).iter().map(|grant| grant["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("status=revoked"), [json!(one.grant)]);
    assert_eq!(ids("status=active"), [json!(two.grant)]);
    let client = two.seen_by(&owner)["client"]["id"].as_str().expect("text").to_owned();
    assert_eq!(ids(&format!("client_id={client}")), [json!(two.grant)]);
    assert!(ids("client_id=nobody").is_empty());
    owner.get("/v1/grants?status=x").expect_error(400, "invalid_field", Some("status"));
}

fn a_grant_is_taken_back_at_once(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["account:read"]);
    agent.client.get("/v1/grants/me").expect(200);
    owner.delete(&agent.path()).expect(204);
    agent.client.get("/v1/grants/me").expect_error(401, "invalid_credentials", None);
    let shown = agent.seen_by(&owner);
    assert_eq!(shown["status"], "revoked");
    assert!(shown["revoked_at"].is_string());
    owner.delete(&agent.path()).expect(204);
    assert_eq!(agent.seen_by(&owner)["revoked_at"], shown["revoked_at"]);
    let refused = owner.patch(&agent.path(), &json!({"reveal": "link"}));
    refused.expect_error(409, "grant_not_active", None);
}

fn whoever_may_takes_a_grant_back(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &["account:write"]));
    one.client.delete(&two.path()).expect_error(404, "resource_not_found", None);
    let reader = owner.api_key(&["account:read"]);
    reader.delete(&one.path()).expect_error(403, "insufficient_scope", None);
    one.client.delete("/v1/grants/me").expect(204);
    assert_eq!(one.seen_by(&owner)["status"], "revoked");
    let log = owner.get("/v1/audit_log?action=grant.revoked").expect(200);
    let actor = &log["data"][0]["actor"];
    assert_eq!(actor, &json!({"type": "agent", "id": one.grant}));
    let by = owner.get(&format!("/v1/audit_log?actor={}", one.grant)).expect(200);
    assert_eq!(items(&by).len(), 1);
    owner.api_key(&["account:write"]).delete(&two.path()).expect(204);
    assert_eq!(two.seen_by(&owner)["status"], "revoked");
}
