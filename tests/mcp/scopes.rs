//! Agents at the tools: what each scope offers and lets in, and what a grant for some cards does.

use std::collections::BTreeSet;

use cardium_api_v1::operation::{
    Access, Agents, Effect, Operation, operations as published, test_operations,
};
use cardium_auth::{Scope, ScopeSet, grants::Reach};
use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{BOTH_REVISIONS, Mcp, Revision, parsed};
use crate::{
    on_both,
    support::{Agent, Reply, Server},
};

on_both! {
    each_scope_offers_and_lets_in_what_the_table_says;
    a_narrowed_grant_is_offered_what_it_may_call;
}

/// Of the calls in the older revision one of so many is made: the guard before both is the same.
const SAMPLE: usize = 8;

fn operations() -> impl Iterator<Item = &'static Operation> {
    published().chain(test_operations()).filter(|operation| operation.id != "advance_clock")
}

/// What becomes of an agent's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    LetIn,
    /// Its owner can give it this.
    Scope(Scope),
    /// Nobody can.
    Never,
}

fn expected(operation: &Operation, held: ScopeSet) -> Expected {
    match (operation.agents, operation.access) {
        (Agents::Never, _) | (_, Access::Session) => Expected::Never,
        (_, Access::Own(_)) => Expected::LetIn,
        (_, Access::Bearer(Some(scope))) if !held.allows(scope) => Expected::Scope(scope),
        (_, Access::Bearer(_) | Access::Public) => Expected::LetIn,
    }
}

/// Arguments that are looked at only once the caller is let in, and have no effect then either.
fn arguments(operation: &Operation) -> Value {
    let mut arguments = json!({});
    for name in ["id", "eid"] {
        if operation.path.contains(&format!("{{{name}}}")) {
            arguments[name] = "x".into();
        }
    }
    if operation.effect != Effect::Read {
        arguments["no_such_argument"] = true.into();
    }
    arguments
}

fn check(mcp: &Mcp<'_>, operation: &Operation, held: ScopeSet) {
    let id = operation.id;
    let reply = mcp.send("tools/call", json!({"name": id, "arguments": arguments(operation)}));
    let expected = expected(operation, held);
    if let Expected::Scope(scope) = expected {
        return expect_challenge(&reply, (held, scope));
    }
    let result = parsed(&reply)["result"].clone();
    assert_eq!(reply.status, 200, "{id}: {reply:?}");
    let error = &result["_meta"]["cardium/error"];
    let (code, param) = (error["code"].as_str(), error["param"].as_str());
    match (expected, operation.effect) {
        (Expected::Never, _) => assert_eq!(code, Some("session_required"), "{id}"),
        (_, Effect::Read) => {
            assert!([None, Some("resource_not_found")].contains(&code), "{id}: {result}");
        }
        (_, Effect::Once | Effect::Always) => {
            let named = (Some("invalid_field"), Some("no_such_argument"));
            assert_eq!((code, param), named, "{id}: {result}");
        }
    }
}

/// Passes a refusal that says what is needed beside what there is.
#[track_caller]
fn expect_challenge(reply: &Reply, (held, scope): (ScopeSet, Scope)) {
    reply.expect_error(403, "insufficient_scope", None);
    let asked = Scope::ALL.iter().filter(|one| held.allows(**one) || **one == scope);
    let asked: Vec<_> = asked.map(|scope| scope.as_str()).collect();
    let said = reply.header("WWW-Authenticate").expect("a challenge");
    let begins = format!(r#"Bearer error="insufficient_scope", scope="{}","#, asked.join(" "));
    assert!(said.starts_with(&begins), "{said}");
}

fn each_scope_offers_and_lets_in_what_the_table_says(backend: Backend) {
    let server = Server::shared(backend);
    for (place, scope) in Scope::ALL.iter().enumerate() {
        let agent = Agent::new(&server, &server.sign_up(), &[scope.as_str()]);
        let held: ScopeSet = [*scope].into_iter().collect();
        let [older, newer] =
            BOTH_REVISIONS.map(|revision| Mcp { revision, ..Mcp::new(&agent.client) });
        let let_in = |one: &&Operation| expected(one, held) == Expected::LetIn;
        let let_in: BTreeSet<_> =
            operations().filter(let_in).map(|one| one.id.to_owned()).collect();
        for mcp in [&older, &newer] {
            let mut offered: BTreeSet<_> = mcp.tools().into_iter().collect();
            offered.remove("advance_clock");
            assert_eq!(offered, let_in, "{} {:?}", scope.as_str(), mcp.revision);
        }
        for (number, operation) in operations().enumerate() {
            check(&newer, operation, held);
            if number % SAMPLE == place % SAMPLE {
                check(&older, operation, held);
            }
        }
    }
}

fn a_narrowed_grant_is_offered_what_it_may_call(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let card = owner.card(None);
    for cards in [&[][..], &[card.as_str()][..]] {
        let agent = Agent::narrowed(&server, &owner, cards);
        for revision in BOTH_REVISIONS {
            let mcp = Mcp { revision, ..Mcp::new(&agent.client) };
            let offered = mcp.tools();
            for operation in operations() {
                let may = expected(operation, ScopeSet::all()) == Expected::LetIn;
                let reaches = operation.access == Access::Public || operation.reach != Reach::All;
                let is_there = offered.iter().any(|name| name == operation.id);
                assert_eq!(is_there, may && reaches, "{}", operation.id);
            }
        }
        let mcp = Mcp { revision: Revision::July2026, ..Mcp::new(&agent.client) };
        // Whoever calls all the same is told that no scope would help.
        let (code, _) = mcp.refused("get_activity", json!({}));
        assert_eq!(code, "insufficient_scope");
        let (code, _) = mcp.refused("revoke_api_key", json!({"id": "x"}));
        assert_eq!(code, "session_required");
        let shown = mcp.done("list_cards", json!({}));
        assert_eq!(shown["data"].as_array().map(Vec::len), Some(cards.len()));
    }
}
