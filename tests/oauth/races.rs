//! Codes and refresh tokens that come more than once.

use std::thread;

use cardium_testkit::Backend;

use super::agent::{Agent, all_of, expect_refused, sound};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    a_code_that_comes_again_ends_the_grant;
    a_used_code_without_its_proof_ends_nothing;
    of_two_exchanges_at_once_one_wins_and_the_grant_ends;
    a_code_is_good_for_a_minute;
    processes_of_one_client_may_race;
    of_two_answers_at_once_both_give_one_grant;
    a_refresh_token_that_comes_late_ends_the_grant;
    a_refresh_token_ends_unused;
    a_line_has_twenty_unused_tokens_at_most;
}

fn a_code_that_comes_again_ends_the_grant(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let code = agent.code(&server, &owner, "read");
    let tokens = agent.token(&agent.exchange(&code)).expect(200);
    assert_eq!(agent.call(&tokens, "/v1/balance").status, 200);
    expect_refused(&agent.token(&agent.exchange(&code)), 400, "invalid_grant", "again");
    assert_eq!(agent.call(&tokens, "/v1/balance").status, 401);
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    expect_refused(&agent.token(&refresh), 400, "invalid_grant", "ended");
}

fn a_used_code_without_its_proof_ends_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let code = agent.code(&server, &owner, "read");
    let sound = agent.exchange(&code);
    let tokens = agent.token(&sound).expect(200);
    // What anybody knows who saw the browser's address.
    for (name, value) in [
        ("code_verifier", "a-verifier-of-forty-three-letters-or-more-that-is-wrong"),
        ("redirect_uri", "http://localhost/callback"),
    ] {
        let known = sound.iter().copied().filter(|(field, _)| *field != name);
        let wrong: Vec<_> = known.chain([(name, value)]).collect();
        expect_refused(&agent.token(&wrong), 400, "invalid_grant", name);
    }
    assert_eq!(agent.call(&tokens, "/v1/balance").status, 200);
    agent.token(&agent.refresh(text(&tokens, "refresh_token"))).expect(200);
    expect_refused(&agent.token(&sound), 400, "invalid_grant", "with its proof");
    assert_eq!(agent.call(&tokens, "/v1/balance").status, 401);
}

fn of_two_exchanges_at_once_one_wins_and_the_grant_ends(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    for _ in 0..5 {
        let code = agent.code(&server, &owner, "read");
        let exchange = || agent.form("/oauth/token", &agent.exchange(&code));
        let replies = agent.http.all(vec![exchange(), exchange()]);
        let mut status: Vec<_> = replies.iter().map(|reply| reply.status).collect();
        status.sort_unstable();
        assert_eq!(status, [200, 400]);
        let won = replies.iter().find(|reply| reply.status == 200).expect("one won").json();
        let refresh = agent.refresh(text(&won, "refresh_token"));
        expect_refused(&agent.token(&refresh), 400, "invalid_grant", "ended");
    }
    assert_eq!(server.rows_of(owner.account(), "grants"), 5, "each a grant of its own");
}

fn a_code_is_good_for_a_minute(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let code = agent.code(&server, &owner, "read");
    server.advance(60);
    expect_refused(&agent.token(&agent.exchange(&code)), 400, "invalid_grant", "late");
}

fn of_two_answers_at_once_both_give_one_grant(backend: Backend) {
    let server = Server::shared(backend);
    for _ in 0..5 {
        let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
        let asked = [agent.ask(&owner, "read"), agent.ask(&owner, "read")];
        thread::scope(|scope| {
            let (server, owner) = (&*server, &owner);
            let answer = |id| move || server.answer(owner, id, Some(all_of("read")));
            let answers = asked.each_ref().map(|id| scope.spawn(answer(id.as_str())));
            for answered in answers {
                answered.join().expect("no panic").expect("the owner may");
            }
        });
        assert_eq!(server.rows_of(owner.account(), "grants"), 1);
    }
}

fn processes_of_one_client_may_race(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "read");
    let first = text(&tokens, "refresh_token");
    let refresh = || agent.form("/oauth/token", &agent.refresh(first));
    let replies = agent.http.all((0..6).map(|_| refresh()).collect());
    let mut next = Vec::new();
    for reply in &replies {
        next.push(text(&reply.expect(200), "refresh_token").to_owned());
    }
    next.sort_unstable();
    next.dedup();
    assert_eq!(next.len(), 6, "each process has a line of its own");
    for own in &next {
        agent.token(&agent.refresh(own)).expect(200);
    }
    // The seventh is no race any more.
    expect_refused(&refresh().send(), 400, "invalid_grant", "too often");
    expect_refused(&agent.token(&agent.refresh(&next[0])), 400, "invalid_grant", "ended");
    assert_eq!(agent.call(&tokens, "/v1/balance").status, 401);
}

fn a_refresh_token_that_comes_late_ends_the_grant(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "read");
    let first = agent.refresh(text(&tokens, "refresh_token"));
    agent.token(&first).expect(200);
    server.advance(100);
    let second = agent.token(&first).expect(200);
    server.advance(21);
    expect_refused(&agent.token(&first), 400, "invalid_grant", "two hold it");
    let refresh = agent.refresh(text(&second, "refresh_token"));
    expect_refused(&agent.token(&refresh), 400, "invalid_grant", "ended");
}

fn a_refresh_token_ends_unused(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "read");
    server.advance(29 * 86_400);
    let tokens = agent.token(&agent.refresh(text(&tokens, "refresh_token"))).expect(200);
    server.advance(30 * 86_400);
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    expect_refused(&agent.token(&refresh), 400, "invalid_grant", "idle");
}

/// A client that loses its answers and asks again leaves tokens behind; they are good for a month.
fn a_line_has_twenty_unused_tokens_at_most(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let renew = |token: &str| {
        let told = agent.token(&agent.refresh(token)).expect(200);
        text(&told, "refresh_token").to_owned()
    };
    let other = agent.tokens(&server, &owner, "read");
    let first = agent.tokens(&server, &owner, "read");
    let first: Vec<_> = (0..6).map(|_| renew(text(&first, "refresh_token"))).collect();
    let mut last = Vec::new();
    // The newest first: the oldest of the others have to make room.
    for token in first[2..].iter().rev() {
        last.extend((0..6).map(|_| renew(token)));
    }
    for (forgotten, token) in [(true, &first[1]), (true, &last[3]), (false, &last[4])] {
        let reply = agent.token(&agent.refresh(token));
        match forgotten {
            true => expect_refused(&reply, 400, "invalid_grant", "beyond the newest twenty"),
            false => assert_eq!(reply.status, 200, "{reply:?}"),
        }
    }
    // Forgotten is not used: the grant goes on, and what began with another yes has its own count.
    renew(&last[23]);
    renew(text(&other, "refresh_token"));
}
