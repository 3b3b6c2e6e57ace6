//! A client that needs more than it was given is told to ask its owner, at its next refresh too.

use cardium_testkit::Backend;
use serde_json::json;

use super::agent::{Agent, expect_refused, sound};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_call_beyond_the_grant_refuses_the_next_refresh_once;
    a_narrowed_token_needs_no_owner;
    a_client_that_registered_for_less_is_sent_nowhere;
}

fn a_call_beyond_the_grant_refuses_the_next_refresh_once(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "balance:read");
    for _ in 0..2 {
        agent.call(&tokens, "/v1/cards").expect_error(403, "insufficient_scope", None);
    }
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    expect_refused(&agent.token(&refresh), 400, "invalid_grant", "it has to ask");
    agent.token(&refresh).expect(200);
}

fn a_narrowed_token_needs_no_owner(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "read");
    let less = [("scope", "balance:read")];
    let fields = [&agent.refresh(text(&tokens, "refresh_token"))[..], &less].concat();
    let less = agent.token(&fields).expect(200);
    agent.call(&less, "/v1/cards").expect_error(403, "insufficient_scope", None);
    let again = agent.token(&agent.refresh(text(&less, "refresh_token"))).expect(200);
    assert_eq!(text(&again, "scope"), "read");
}

/// Its owner could not give it more, whatever it asked.
fn a_client_that_registered_for_less_is_sent_nowhere(backend: Backend) {
    let server = Server::shared(backend);
    let mut metadata = sound();
    metadata["scope"] = json!("balance:read account:read");
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &metadata));
    let tokens = agent.tokens(&server, &owner, "balance:read");
    let tool = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "list_cards", "arguments": {}},
    });
    let http = agent.http.with_token(text(&tokens, "access_token"));
    for reply in [http.get("/v1/cards"), http.post("/mcp", &tool)] {
        reply.expect_error(403, "insufficient_scope", None);
        assert_eq!(reply.header("WWW-Authenticate"), None);
    }
    let more = agent.token(&agent.refresh(text(&tokens, "refresh_token"))).expect(200);
    // What it registered for, it is told to ask for.
    let reply = agent.call(&more, "/v1/accounts/me");
    let said = reply.header("WWW-Authenticate").expect("a challenge");
    assert!(said.contains("scope=\"account:read balance:read\""), "{said}");
    let refresh = agent.refresh(text(&more, "refresh_token"));
    expect_refused(&agent.token(&refresh), 400, "invalid_grant", "it has to ask");
}
