//! A client that needs more than it was given is told to ask its owner, at its next refresh too.

use cardium_testkit::Backend;

use super::agent::{Agent, expect_refused, sound};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_call_beyond_the_grant_refuses_the_next_refresh_once;
    a_narrowed_token_needs_no_owner;
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
