//! Grants that are narrowed to many cards.

use cardium_app::CommandError;
use cardium_http::oauth::consent::Choice;
use cardium_kernel::{CardId, ErrorCode};
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use super::agent::{Agent, all_of, answered, expect_refused, find, sound};
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    a_grant_of_many_cards_is_exchanged_and_renewed;
    more_than_fifty_cards_are_refused;
    a_grant_names_cards_of_its_owner;
    a_refresh_for_other_cards_is_refused;
}

fn with_cards(ids: &[String]) -> Choice {
    let cards = ids.iter().map(|id| CardId::parse(id).expect("a card's id")).collect();
    Choice { cards: Some(cards), ..all_of("read") }
}

/// New cards of an owner.
fn cards(owner: &Client, count: usize) -> Vec<String> {
    let body = json!({"type": "virtual", "bin": "489517"});
    let requests = (0..count).map(|_| owner.request(Method::POST, "/v1/cards").json(&body));
    let replies = owner.all(requests.collect());
    replies.iter().map(|reply| text(&reply.expect(201), "id").to_owned()).collect()
}

/// What is in a page or a grant is the owner's own: another's card is as good as none.
fn a_grant_names_cards_of_its_owner(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, stranger) = (server.sign_up(), server.sign_up());
    let agent = Agent::register(&server, &sound());
    let (own, foreign) = (owner.card(None), stranger.card(None));
    let unknown = CardId::new(1).to_string();
    let asked = agent.ask(&owner, &format!("read card:{own} card:{foreign} card:{unknown}"));
    let refusals = [&foreign, &unknown].map(|other| {
        let refused =
            server.answer(&owner, &asked, Some(with_cards(&[own.clone(), other.clone()])));
        let Err(CommandError::Problem(problem)) = refused else { panic!("{refused:?}") };
        assert_eq!(problem.code, ErrorCode::InvalidField);
        (problem.param, problem.message)
    });
    assert_eq!(refusals[0], refusals[1]);
    assert_eq!(server.rows_of(owner.account(), "grants"), 0);
    server.answer(&owner, &asked, Some(with_cards(&[own]))).expect("the owner's own");
}

fn a_grant_of_many_cards_is_exchanged_and_renewed(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read");
    let chosen = cards(&owner, 50);
    let url = server.answer(&owner, &asked, Some(with_cards(&chosen))).expect("the owner may");
    let (answer, count) = (answered(&url), |told: &str| told.matches("card:card_").count());
    let code = find(&answer, "code").expect("a code");
    let tokens = agent.token(&agent.exchange(code)).expect(200);
    assert_eq!(count(text(&tokens, "scope")), 50);
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    let renewed = agent.token(&refresh).expect(200);
    assert_eq!(count(text(&renewed, "scope")), 50);
    // Some clients say again what they were told.
    let same = [("scope", text(&renewed, "scope"))];
    let refresh = [&agent.refresh(text(&renewed, "refresh_token"))[..], &same].concat();
    assert_eq!(count(text(&agent.token(&refresh).expect(200), "scope")), 50);
}

fn more_than_fifty_cards_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read");
    let many = cards(&owner, 51);
    let refused = server.answer(&owner, &asked, Some(with_cards(&many)));
    let refused = format!("{:?}", refused.expect_err("too many"));
    assert!(refused.contains("InvalidField") && refused.contains("cards"), "{refused}");
    server.answer(&owner, &asked, Some(with_cards(&many[1..]))).expect("it is still open");
}

fn a_refresh_for_other_cards_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let all = agent.tokens(&server, &owner, "read");
    let all = text(&all, "refresh_token").to_owned();
    let asked = |token: &str, scope: &str| {
        agent.token(&[&agent.refresh(token)[..], &[("scope", scope)]].concat())
    };
    let mut own = cards(&owner, 3);
    own.sort();
    let [one, two, three] = [0, 1, 2].map(|at| format!("card:{}", own[at]));
    let refused = asked(&all, &format!("card:read {one}"));
    expect_refused(&refused, 400, "invalid_scope", "the grant reaches every card");
    let request = agent.ask(&owner, "read");
    let url = server.answer(&owner, &request, Some(with_cards(&own[..2]))).expect("the owner may");
    let code = find(&answered(&url), "code").expect("a code").to_owned();
    let tokens = agent.token(&agent.exchange(&code)).expect(200);
    let some = text(&tokens, "refresh_token");
    for scope in [&one, &format!("{one} {two} {three}"), &format!("card:read {three}")] {
        expect_refused(&asked(some, scope), 400, "invalid_scope", scope);
    }
    // Which uses nothing up; and the grant's own cards change nothing.
    let told = asked(some, &format!("card:read {two} {one}")).expect(200);
    assert_eq!(text(&told, "scope"), format!("card:read {one} {two}"));
}
