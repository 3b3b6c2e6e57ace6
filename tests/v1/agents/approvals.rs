//! What agents asked for, and its owner's decision.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, Client, PASSWORD, Server, assert_fields, ids, items},
};

on_both! {
    an_owner_decides_once;
    to_approve_asks_for_the_owner_and_to_reject_does_not;
    an_approval_expires;
    a_client_sees_what_it_asked_itself;
    a_client_follows_up_on_what_it_asked_without_a_scope;
    what_a_revoked_grant_asked_is_void;
    what_a_grant_lost_the_scope_for_is_void;
    a_stop_leaves_no_question;
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

/// The approvals in a state, in pages of one.
fn listed(owner: &Client, status: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut path = format!("/v1/approvals?status={status}&limit=1");
    loop {
        let page = owner.get(&path).expect(200);
        found.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        path = format!("/v1/approvals?status={status}&limit=1&cursor={next}");
    }
}

/// Nobody can decide it, and it reads as expired.
fn assert_void(owner: &Client, id: &str) {
    let shown = owner.get(&format!("/v1/approvals/{id}")).expect(200);
    assert_eq!((&shown["status"], &shown["decided_at"]), (&json!("expired"), &Value::Null));
    for decision in ["approve", "reject"] {
        let refused = owner.post(&path(id), &json!({"decision": decision}));
        refused.expect_error(409, "approval_not_pending", None);
    }
}

fn what_a_revoked_grant_asked_is_void(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &["card:fund"]));
    // They alternate, so that each page has rows of both behind it.
    let asked: Vec<_> = (0..3).map(|_| [one.ask(&server), two.ask(&server)]).collect();
    owner.post(&path(&asked[0][0]), &json!({"decision": "approve"})).expect(200);
    owner.post(&path(&asked[1][0]), &json!({"decision": "reject"})).expect(200);
    assert_eq!(listed(&owner, "pending").len(), 4);
    owner.delete(&one.path()).expect(204);
    let mut pending = listed(&owner, "pending");
    let mut open: Vec<_> = asked.iter().map(|[_, second]| second.clone()).collect();
    pending.sort();
    open.sort();
    assert_eq!(pending, open);
    assert!(listed(&owner, "approved").is_empty());
    assert_eq!(listed(&owner, "rejected"), [asked[1][0].clone()], "what was decided stays so");
    assert_eq!(listed(&owner, "expired").len(), 2);
    assert_eq!(
        owner.get(&format!("/v1/approvals/{}", asked[0][0])).expect(200)["status"],
        "expired"
    );
    assert_void(&owner, &asked[2][0]);
    owner.post(&path(&asked[2][1]), &json!({"decision": "approve"})).expect(200);
}

fn what_a_grant_lost_the_scope_for_is_void(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["card:fund", "card:read"]);
    let id = agent.ask(&server);
    owner.patch(&agent.path(), &json!({"scopes": ["card:fund"]})).expect(200);
    assert_eq!(listed(&owner, "pending"), [id.as_str()]);
    owner.patch(&agent.path(), &json!({"scopes": []})).expect(200);
    assert!(listed(&owner, "pending").is_empty());
    assert_eq!(listed(&owner, "expired"), [id.as_str()]);
    assert_void(&owner, &id);
}

fn a_stop_leaves_no_question(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let id = Agent::new(&server, &owner, &["card:fund"]).ask(&server);
    owner.post("/v1/accounts/me/panic", &json!({})).expect(200);
    assert!(listed(&owner, "pending").is_empty());
    assert_void(&owner, &id);
}
