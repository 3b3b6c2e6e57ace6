//! Grants that are narrowed to many cards.

use cardium_http::oauth::consent::Choice;
use cardium_kernel::CardId;
use cardium_testkit::Backend;

use super::agent::{Agent, all_of, answered, expect_refused, find, sound};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_grant_of_many_cards_is_exchanged_and_renewed;
    more_than_fifty_cards_are_refused;
    a_refresh_for_other_cards_is_refused;
}

fn with_cards(count: u128) -> Choice {
    Choice { cards: Some((1..=count).map(CardId::new).collect()), ..all_of("read") }
}

fn a_grant_of_many_cards_is_exchanged_and_renewed(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read");
    let url = server.answer(&owner, &asked, Some(with_cards(50))).expect("the owner may");
    let (answer, cards) = (answered(&url), |told: &str| told.matches("card:card_").count());
    let code = find(&answer, "code").expect("a code");
    let tokens = agent.token(&agent.exchange(code)).expect(200);
    assert_eq!(cards(text(&tokens, "scope")), 50);
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    let renewed = agent.token(&refresh).expect(200);
    assert_eq!(cards(text(&renewed, "scope")), 50);
    // Some clients say again what they were told.
    let same = [("scope", text(&renewed, "scope"))];
    let refresh = [&agent.refresh(text(&renewed, "refresh_token"))[..], &same].concat();
    assert_eq!(cards(text(&agent.token(&refresh).expect(200), "scope")), 50);
}

fn more_than_fifty_cards_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read");
    let refused = server.answer(&owner, &asked, Some(with_cards(51)));
    let refused = format!("{:?}", refused.expect_err("too many"));
    assert!(refused.contains("InvalidField") && refused.contains("cards"), "{refused}");
    server.answer(&owner, &asked, Some(with_cards(50))).expect("the request is still open");
}

fn a_refresh_for_other_cards_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let all = agent.tokens(&server, &owner, "read");
    let all = text(&all, "refresh_token").to_owned();
    let asked = |token: &str, scope: &str| {
        agent.token(&[&agent.refresh(token)[..], &[("scope", scope)]].concat())
    };
    let [one, two, three] = [1, 2, 3].map(|id| format!("card:{}", CardId::new(id)));
    let refused = asked(&all, &format!("card:read {one}"));
    expect_refused(&refused, 400, "invalid_scope", "the grant reaches every card");
    let request = agent.ask(&owner, "read");
    let url = server.answer(&owner, &request, Some(with_cards(2))).expect("the owner may");
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
