//! What a token lets a client do is what it and its grant have in common.

use std::time::Duration;

use cardium_app::access_tokens::AccessClaims;
use cardium_auth::{Scope, ScopeSet};
use cardium_testkit::Backend;
use serde_json::json;

use crate::{
    on_both,
    support::{Server, until},
};

on_both! {
    a_token_does_what_it_and_its_grant_have_in_common;
    a_grant_is_no_session;
    a_grant_taken_back_commands_nothing_and_soon_reads_nothing;
    a_token_ends_when_it_says;
}

fn set(scopes: &[Scope]) -> ScopeSet {
    scopes.iter().copied().collect()
}

fn a_token_does_what_it_and_its_grant_have_in_common(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let scopes = [Scope::BalanceRead, Scope::CardRead, Scope::TopupCreate];
    let (new, whole) = server.wait(granting.grant(tenant, &scopes));
    let whole = owner.with_token(&whole);
    whole.get("/v1/balance").expect(200);
    whole.get("/v1/cards").expect(200);
    whole.post("/v1/topups", &json!({"amount_usd": 20})).expect(201);
    whole.get("/v1/withdrawals").expect_error(403, "insufficient_scope", None);
    let told = |scopes: &[Scope]| {
        let claims = AccessClaims { scopes: set(scopes), ..granting.claims(&new) };
        owner.with_token(&server.wait(granting.mint(&claims)))
    };
    let narrow = told(&[Scope::BalanceRead]);
    narrow.get("/v1/balance").expect(200);
    narrow.get("/v1/cards").expect_error(403, "insufficient_scope", None);
    // The grant alone would let the command's own transaction pass.
    let topup = narrow.post("/v1/topups", &json!({"amount_usd": 20}));
    topup.expect_error(403, "insufficient_scope", None);
    let wide = told(&[Scope::BalanceRead, Scope::WithdrawalRead, Scope::CardRevealPan]);
    wide.get("/v1/balance").expect(200);
    wide.get("/v1/withdrawals").expect_error(403, "insufficient_scope", None);
    wide.get("/v1/cards").expect_error(403, "insufficient_scope", None);
}

fn a_grant_is_no_session(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let (_, token) = server.wait(granting.grant(tenant, Scope::ALL));
    let agent = owner.with_token(&token);
    let key = agent.post("/v1/api_keys", &json!({"name": "mine"}));
    key.expect_error(403, "session_required", None);
    agent.delete("/v1/sessions").expect_error(403, "session_required", None);
}

fn a_grant_taken_back_commands_nothing_and_soon_reads_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let scopes = [Scope::BalanceRead, Scope::TopupCreate];
    let (new, token) = server.wait(granting.grant(tenant, &scopes));
    let agent = owner.with_token(&token);
    agent.get("/v1/balance").expect(200);
    // As another process would: this one still has the look-up.
    server.wait(granting.revoke(tenant, new.id));
    let topup = agent.post("/v1/topups", &json!({"amount_usd": 20}));
    topup.expect_error(401, "invalid_credentials", None);
    until("the end of its reads", || (agent.get("/v1/balance").status == 401).then_some(()));
}

fn a_token_ends_when_it_says(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let (new, _) = server.wait(granting.grant(tenant, &[Scope::BalanceRead]));
    let claims = granting.claims(&new);
    let longer = claims.expires_at.after(Duration::from_secs(600));
    let long = AccessClaims { expires_at: longer, ..claims.clone() };
    let [short, long] = [claims, long].map(|claims| {
        let token = server.wait(granting.mint(&claims));
        owner.with_token(&token)
    });
    short.get("/v1/balance").expect(200);
    // The look-up of the last second does not outlive the token either.
    server.advance(600);
    short.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    long.get("/v1/balance").expect(200);
}
