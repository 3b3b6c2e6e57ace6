//! What agents asked for, and its owner's decision.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, PASSWORD, Server, assert_fields, items},
};

on_both! {
    an_owner_decides_once;
    to_approve_asks_for_the_owner_and_to_reject_does_not;
    an_approval_expires;
    a_client_sees_what_it_asked_itself;
    a_client_follows_up_on_what_it_asked_without_a_scope;
}

const FIELDS: [&str; 12] = [
    "id",
    "object",
    "grant_id",
    "operation",
    "summary",
    "card_id",
    "amount_usd",
    "mode",
    "status",
    "created_at",
    "decided_at",
    "expires_at",
];

fn path(id: &str) -> String {
    format!("/v1/approvals/{id}/decision")
}

fn an_owner_decides_once(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:fund"]);
    for (decision, status) in [("approve", "approved"), ("reject", "rejected")] {
        let id = agent.ask(&server);
        let pending = owner.get(&format!("/v1/approvals/{id}")).expect(200);
        assert_fields(&pending, &FIELDS);
        assert_eq!((&pending["status"], &pending["decided_at"]), (&json!("pending"), &Value::Null));
        let decided = owner.post(&path(&id), &json!({"decision": decision})).expect(200);
        assert_eq!(decided["status"], status);
        assert!(decided["decided_at"].is_string());
        for again in ["approve", "reject"] {
            let refused = owner.post(&path(&id), &json!({"decision": again}));
            refused.expect_error(409, "approval_not_pending", None);
        }
        let listed = owner.get(&format!("/v1/approvals?status={status}")).expect(200);
        assert_eq!(listed["data"], json!([decided]));
    }
    let id = agent.ask(&server);
    for (body, code) in
        [(json!({}), "missing_required_field"), (json!({"decision": "perhaps"}), "invalid_field")]
    {
        owner.post(&path(&id), &body).expect_error(400, code, Some("decision"));
    }
}

fn to_approve_asks_for_the_owner_and_to_reject_does_not(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:fund"]);
    server.advance(650);
    let [one, two] = [1, 2].map(|_| agent.ask(&server));
    let approve = json!({"decision": "approve"});
    owner.post(&path(&one), &approve).expect_error(403, "step_up_required", None);
    let wrong = json!({"decision": "approve", "password": "not the password"});
    let refused = owner.post(&path(&one), &wrong);
    refused.expect_error(401, "invalid_credentials", Some("password"));
    let right = json!({"decision": "approve", "password": PASSWORD});
    assert_eq!(owner.post(&path(&one), &right).expect(200)["status"], "approved");
    let reject = json!({"decision": "reject"});
    assert_eq!(owner.post(&path(&two), &reject).expect(200)["status"], "rejected");
}

fn an_approval_expires(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:fund"]);
    let id = agent.ask(&server);
    assert!(items(&owner.get("/v1/approvals?status=expired").expect(200)).is_empty());
    agent.let_lapse(&server);
    let seen = owner.get("/v1/approvals?status=expired").expect(200);
    assert_eq!(
        (&seen["data"][0]["id"], &seen["data"][0]["status"]),
        (&json!(id), &json!("expired"))
    );
    assert!(items(&owner.get("/v1/approvals?status=pending").expect(200)).is_empty());
    let refused = owner.post(&path(&id), &json!({"decision": "reject"}));
    refused.expect_error(409, "approval_not_pending", None);
}

fn a_client_sees_what_it_asked_itself(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &["account:read"]));
    let (mine, other) = (one.ask(&server), two.ask(&server));
    let listed = one.client.get("/v1/approvals").expect(200);
    assert_eq!((items(&listed).len(), &listed["data"][0]["id"]), (1, &json!(mine)));
    one.client.get(&format!("/v1/approvals/{mine}")).expect(200);
    let refused = one.client.get(&format!("/v1/approvals/{other}"));
    refused.expect_error(404, "resource_not_found", None);
    let of = |grant: &str| format!("/v1/approvals?grant_id={grant}");
    assert!(items(&one.client.get(&of(&two.grant)).expect(200)).is_empty());
    assert_eq!(items(&owner.get(&of(&two.grant)).expect(200)).len(), 1);
    let own = json!({"decision": "reject"});
    one.client.post(&path(&mine), &own).expect_error(403, "session_required", None);
    let test = json!({"name": "x", "mode": "sandbox", "scopes": ["account:read"]});
    let key = owner.post("/v1/api_keys", &test).expect(201);
    let key = owner.with_token(key["key"].as_str().expect("shown once"));
    assert!(items(&key.get("/v1/approvals").expect(200)).is_empty(), "they are of live money");
}

fn a_client_follows_up_on_what_it_asked_without_a_scope(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &["card:fund"]));
    let (mine, other) = (one.ask(&server), two.ask(&server));
    let show = |id: &str| format!("/v1/approvals/{id}");
    assert_eq!(one.client.get(&show(&mine)).expect(200)["status"], "pending");
    assert_eq!(one.client.get("/v1/grants/me").expect(200)["id"], json!(one.grant));
    // Nothing of another grant, of another account, or of them all.
    let stranger = Agent::new(&server, &server.sign_up(), &["card:fund"]);
    for path in [show(&other), two.path(), stranger.path(), show(&stranger.ask(&server))] {
        one.client.get(&path).expect_error(404, "resource_not_found", None);
    }
    let key = owner.api_key(&["card:fund"]);
    for client in [&one.client, &key] {
        for path in ["/v1/grants", "/v1/approvals"] {
            client.get(path).expect_error(403, "insufficient_scope", None);
        }
    }
    for path in [show(&mine), one.path()] {
        key.get(&path).expect_error(403, "insufficient_scope", None);
    }
}
