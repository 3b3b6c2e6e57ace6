//! What a token lets a client do is what it and its grant have in common.

use std::time::Duration;

use cardium_app::access_tokens::AccessClaims;
use cardium_auth::{Scope, ScopeSet};
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use crate::{
    on_both,
    support::{Agent, PASSWORD, Server, text, until},
};

on_both! {
    a_token_does_what_it_and_its_grant_have_in_common;
    a_grant_is_no_session;
    what_an_owner_signs_in_with_is_not_an_agents_to_try;
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

fn what_an_owner_signs_in_with_is_not_an_agents_to_try(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let agent = Agent::new(&server, &owner, &["account:read", "account:write", "card:fund"]);
    let asked = agent.ask(&server);
    let client = &agent.client;
    let before = client.get("/v1/accounts/me").expect(200);
    // More guesses than would have the owner wait.
    for guess in 0..8 {
        let password = format!("guess number {guess}");
        for (body, param) in [
            (
                json!({"current_password": password, "new_password": "Another-1-of-mine"}),
                "new_password",
            ),
            (
                json!({"current_password": PASSWORD, "new_password": "Another-1-of-mine"}),
                "new_password",
            ),
            (json!({"current_password": password}), "current_password"),
            (json!({"current_password": password, "email": Server::email()}), "email"),
            (json!({"email": Server::email()}), "email"),
        ] {
            let refused = client.patch("/v1/accounts/me", &body);
            refused.expect_error(403, "session_required", Some(param));
        }
        let refused = client.post("/v1/accounts/me/totp", &json!({"password": password}));
        refused.expect_error(403, "session_required", None);
        let disable = json!({"password": password, "code": "123456"});
        let refused = client.post("/v1/accounts/me/totp/disable", &disable);
        refused.expect_error(403, "session_required", None);
        let delete = client.request(Method::DELETE, "/v1/accounts/me/totp");
        let delete = delete.header("X-Password", &password).header("X-TOTP-Code", "123456");
        delete.send().expect_error(403, "session_required", None);
    }
    let key = owner.post("/v1/api_keys", &json!({"name": "a server"})).expect(201);
    let key = format!("/v1/api_keys/{}", text(&key, "id"));
    client.delete(&key).expect_error(403, "session_required", None);
    assert_eq!(client.get("/v1/accounts/me").expect(200)["email"], before["email"]);
    // What is not about signing in stays the agent's, and the owner's password the owner's.
    let wish = json!({"notifications": {"webhook_failures": false}});
    let changed = client.patch("/v1/accounts/me", &wish).expect(200);
    assert_eq!(changed["notifications"]["webhook_failures"], false);
    let yes = json!({"decision": "approve", "password": PASSWORD});
    owner.post(&format!("/v1/approvals/{asked}/decision"), &yes).expect(200);
    owner.delete(&key).expect(204);
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
