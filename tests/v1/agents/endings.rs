//! What an agent set up ends with its grant, and what it reads of grants and approvals: nothing.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Agent, Client, Server, items, text},
};

on_both! {
    what_an_agent_set_up_ends_with_its_grant;
    what_a_narrowed_grant_could_not_set_up_ends;
    an_endpoint_that_an_agent_redirects_is_its_own;
    an_owner_takes_over_what_an_agent_set_up;
    what_nobody_acts_for_any_more_ends;
    no_agent_reads_of_grants_and_approvals;
}

const SCOPES: [&str; 5] =
    ["webhook:read", "webhook:write", "account:write", "activity:read", "card:read"];

fn subscribe(client: &Client, host: &str) -> Value {
    let body = json!({"url": format!("https://{host}.example.com/"), "events": "*"});
    client.post("/v1/webhooks", &body).expect(201)
}

fn path(webhook: &Value) -> String {
    format!("/v1/webhooks/{}", text(webhook, "id"))
}

/// The grant, the status and the word for who disabled an endpoint.
fn standing(owner: &Client, webhook: &Value) -> Value {
    let shown = owner.get(&path(webhook)).expect(200);
    json!([shown["grant_id"], shown["status"], shown["disabled_by"]])
}

/// How many deliveries of this type an endpoint was to get.
fn deliveries(owner: &Client, webhook: &Value, kind: &str) -> usize {
    let list = format!("{}/deliveries?event_type={kind}", path(webhook));
    items(&owner.get(&list).expect(200)).len()
}

/// Causes an event, and waits until it was fanned out to the owner's endpoint.
fn fan_out(owner: &Client, webhook: &Value) {
    owner.topup(&json!({"amount_usd": 50}));
    let list = format!("{}/deliveries?event_type=topup.created", path(webhook));
    owner.get_until(&list, |list| !items(list).is_empty());
}

/// How a grant is ended.
type End = fn(&Client, &Agent);

fn what_an_agent_set_up_ends_with_its_grant(backend: Backend) {
    let server = Server::shared(backend);
    let ways: [(&str, End); 4] = [
        ("its owner", |owner, agent| _ = owner.delete(&agent.path()).expect(204)),
        ("a key", |owner, agent| {
            owner.api_key(&["account:write"]).delete(&agent.path()).expect(204);
        }),
        ("itself", |_, agent| _ = agent.client.delete("/v1/grants/me").expect(204)),
        ("a stop", |owner, _| _ = owner.post("/v1/accounts/me/panic", &json!({})).expect(200)),
    ];
    for (who, end) in ways {
        let owner = server.sign_up();
        let agent = Agent::new(&server, &owner, &SCOPES);
        let (mine, theirs) = (subscribe(&owner, "mine"), subscribe(&agent.client, "theirs"));
        assert_eq!((&mine["grant_id"], &theirs["grant_id"]), (&Value::Null, &json!(agent.grant)));
        end(&owner, &agent);
        let gone = json!([agent.grant, "disabled", "grant"]);
        assert_eq!(standing(&owner, &theirs), gone, "{who}");
        assert_eq!(standing(&owner, &mine), json!([null, "enabled", null]), "{who}");
        let told = owner.get("/v1/activity?type=webhook.disabled").expect(200);
        let [told] = items(&told) else { panic!("{who}: {told}") };
        assert_eq!(told["object_id"], theirs["id"]);
        assert_eq!(told["summary"], "Webhook disabled with the access of its agent");
        let log = owner.get("/v1/audit_log?action=webhook.disabled").expect(200);
        assert_eq!(items(&log).len(), 1, "{who}");
        fan_out(&owner, &mine);
        for kind in ["topup.created", "grant.revoked", "webhook.disabled"] {
            assert_eq!(deliveries(&owner, &theirs, kind), 0, "{who}: {kind}");
        }
    }
}

fn what_a_narrowed_grant_could_not_set_up_ends(backend: Backend) {
    let server = Server::shared(backend);
    for (change, status) in [
        (json!({"scopes": ["webhook:read"]}), "disabled"),
        (json!({"cards": []}), "disabled"),
        (json!({"scopes": ["webhook:write"], "reveal": "link"}), "enabled"),
    ] {
        let owner = server.sign_up();
        let agent = Agent::new(&server, &owner, &SCOPES);
        let theirs = subscribe(&agent.client, "theirs");
        owner.patch(&agent.path(), &change).expect(200);
        assert_eq!(standing(&owner, &theirs)[1], status, "{change}");
    }
}

fn an_endpoint_that_an_agent_redirects_is_its_own(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &SCOPES);
    let [moved, described] = ["a", "b"].map(|host| subscribe(&owner, host));
    let elsewhere = json!({"url": "https://elsewhere.example.com/"});
    let shown = agent.client.patch(&path(&moved), &elsewhere).expect(200);
    assert_eq!(shown["grant_id"], json!(agent.grant));
    agent.client.patch(&path(&described), &json!({"description": "x"})).expect(200);
    owner.delete(&agent.path()).expect(204);
    assert_eq!(standing(&owner, &moved), json!([agent.grant, "disabled", "grant"]));
    assert_eq!(standing(&owner, &described), json!([null, "enabled", null]));
}

fn an_owner_takes_over_what_an_agent_set_up(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let [one, two] = [1, 2].map(|_| Agent::new(&server, &owner, &SCOPES));
    let enable = json!({"status": "enabled"});
    let [kept, left] = ["kept", "left"].map(|host| subscribe(&one.client, host));
    // Another agent does not make it its own by saying what is so already.
    two.client.patch(&path(&left), &enable).expect(200);
    owner.patch(&path(&kept), &enable).expect(200);
    owner.delete(&one.path()).expect(204);
    assert_eq!(standing(&owner, &kept), json!([null, "enabled", null]));
    assert_eq!(standing(&owner, &left), json!([one.grant, "disabled", "grant"]));
    // What ended is enabled by whoever answers for it from then on.
    two.client.patch(&path(&left), &enable).expect(200);
    assert_eq!(standing(&owner, &left), json!([two.grant, "enabled", null]));
    owner.delete(&two.path()).expect(204);
    owner.patch(&path(&left), &enable).expect(200);
    assert_eq!(standing(&owner, &left), json!([null, "enabled", null]));
}

/// A grant of these tests has no refresh token: what is left is its first answer.
fn what_nobody_acts_for_any_more_ends(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &SCOPES);
    let (mine, theirs) = (subscribe(&owner, "mine"), subscribe(&agent.client, "theirs"));
    server.advance(15 * 60 + 1);
    owner.get_until(&path(&theirs), |shown| shown["status"] == "disabled");
    assert_eq!(standing(&owner, &theirs), json!([agent.grant, "disabled", "grant"]));
    assert_eq!(standing(&owner, &mine)[1], "enabled");
    // The grant is as it was: its owner may agree anew.
    assert_eq!(agent.seen_by(&owner)["status"], "active");
    let told = owner.get("/v1/activity?type=webhook.disabled").expect(200);
    assert_eq!(items(&told)[0]["actor"]["type"], "system");
}

fn no_agent_reads_of_grants_and_approvals(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &SCOPES);
    let (mine, theirs) = (subscribe(&owner, "mine"), subscribe(&agent.client, "theirs"));
    let other = Agent::new(&server, &owner, &["card:fund"]);
    let asked = other.ask(&server);
    owner.post(&format!("/v1/approvals/{asked}/decision"), &json!({"decision": "reject"}));
    fan_out(&owner, &mine);
    for kind in ["grant.created", "approval.rejected"] {
        let read = |client: &Client| client.get(&format!("/v1/events?type={kind}")).expect(200);
        let list = |client: &Client| client.get(&format!("/v1/activity?type={kind}")).expect(200);
        let event = items(&read(&owner)).last().expect("its owner is told").clone();
        assert_eq!(text(&event, "type"), kind);
        for found in [read(&agent.client), list(&agent.client)] {
            assert_eq!(items(&found).len(), 0, "{kind}: {found}");
        }
        assert!(!items(&list(&owner)).is_empty());
        let one = format!("/v1/events/{}", text(&event, "id"));
        owner.get(&one).expect(200);
        agent.client.get(&one).expect_error(404, "resource_not_found", None);
        let again = format!("{}/replay/{}", path(&theirs), text(&event, "id"));
        for client in [&agent.client, &owner] {
            client.post(&again, &json!({})).expect_error(404, "resource_not_found", None);
        }
        assert!(deliveries(&owner, &mine, kind) > 0);
        assert_eq!(deliveries(&owner, &theirs, kind), 0);
    }
    assert_eq!(deliveries(&owner, &theirs, "topup.created"), 1);
    let all = agent.client.get("/v1/events").expect(200);
    let names: Vec<&str> = items(&all).iter().map(|event| text(event, "type")).collect();
    assert!(names.contains(&"topup.created") && !names.contains(&"grant.created"), "{names:?}");
}
