//! Every forged token of the testkit at a door, and tokens that are signed well but are nobody's.

use cardium_app::access_tokens::AccessClaims;
use cardium_auth::Scope;
use cardium_kernel::{AccountId, GrantId};
use cardium_testkit::{
    Backend,
    forged::{Forge, MANY},
};
use cardium_vault::jwt::SigningKey;
use reqwest::Method;
use serde_json::json;

use super::texts;
use crate::{
    on_both,
    support::{Client, Reply, Server, items},
};

on_both! {
    every_forged_token_is_refused_alike;
    a_token_of_nobodys_grant_is_none;
    one_bearer_token_is_one;
}

fn ask(client: &Client, authorization: &[u8]) -> Reply {
    let request = client.request(Method::GET, "/v1/balance");
    request.header_of_bytes("Authorization", authorization).send()
}

/// The same token where agents call tools, and where something would be made.
fn ask_elsewhere(client: &Client, authorization: &[u8]) -> [Reply; 2] {
    let tools = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let tools = client.request(Method::POST, "/mcp").json(&tools);
    let tools = tools.header("Accept", "application/json, text/event-stream");
    let topup = client.request(Method::POST, "/v1/topups").json(&json!({"amount_usd": 20}));
    [tools, topup].map(|request| request.header_of_bytes("Authorization", authorization).send())
}

fn bearer(token: &str) -> Vec<u8> {
    format!("Bearer {token}").into_bytes()
}

fn every_forged_token_is_refused_alike(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let (new, token) =
        server.wait(granting.grant(tenant, &[Scope::BalanceRead, Scope::TopupCreate]));
    let key = server.wait(granting.signing_key());
    let retired = SigningKey::generate(&[0x11; 32]).expect("32 bytes make a key");
    let claims = texts(&granting.issuer, &granting.claims(&new));
    let forge = Forge { key: &key, retired: &retired, claims };
    let cases = forge.forgeries();
    assert!(cases.len() >= MANY);
    let nobody = server.client();
    ask(&nobody, &bearer(&token)).expect(200);
    for case in &cases {
        let reply = ask(&nobody, &bearer(&case.token));
        assert_eq!(reply.status, 401, "{}: {}", case.name, reply.json());
        reply.expect_error(401, "invalid_credentials", None);
        for reply in ask_elsewhere(&nobody, &bearer(&case.token)) {
            assert_eq!(reply.status, 401, "{}: {}", case.name, reply.json());
            reply.expect_error(401, "invalid_credentials", None);
        }
    }
    let made = owner.get("/v1/topups").expect(200);
    assert!(items(&made).is_empty(), "{made}");
    for token in [&forge.genuine(), &token] {
        ask(&nobody, &bearer(token)).expect(200);
        let [tools, topup] = ask_elsewhere(&nobody, &bearer(token));
        assert_eq!((tools.status, topup.status), (200, 201));
    }
}

fn a_token_of_nobodys_grant_is_none(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, stranger) = (server.sign_up(), server.sign_up());
    let granting = server.granting();
    let mine = granting.tenant(owner.token());
    let theirs = granting.tenant(stranger.token());
    let scopes = [Scope::BalanceRead];
    let (new, token) = server.wait(granting.grant(mine, &scopes));
    let (other, _) = server.wait(granting.grant(theirs, &scopes));
    let (ended, ended_token) = server.wait(granting.grant(mine, &scopes));
    server.wait(granting.revoke(mine, ended.id));
    let claims = granting.claims(&new);
    let session = GrantId::new(mine.session.value());
    let nobody = server.client();
    for (name, claims) in [
        ("an unknown grant", AccessClaims { grant: GrantId::new(7), ..claims.clone() }),
        ("another account's grant", AccessClaims { grant: other.id, ..claims.clone() }),
        ("a session as its grant", AccessClaims { grant: session, ..claims.clone() }),
        ("a grant that was taken back", granting.claims(&ended)),
        ("another account", AccessClaims { account: theirs.account, ..claims.clone() }),
        ("no account", AccessClaims { account: AccountId::new(7), ..claims.clone() }),
        ("another client", AccessClaims { client_id: other.client_id, ..claims.clone() }),
        ("no client of that name", AccessClaims { client_id: "x".to_owned(), ..claims.clone() }),
    ] {
        let forged = server.wait(granting.mint(&claims));
        let reply = ask(&nobody, &bearer(&forged));
        assert_eq!(reply.status, 401, "{name}: {}", reply.json());
        reply.expect_error(401, "invalid_credentials", None);
    }
    ask(&nobody, &bearer(&ended_token)).expect_error(401, "invalid_credentials", None);
    ask(&nobody, &bearer(&token)).expect(200);
}

fn one_bearer_token_is_one(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let (_, token) = server.wait(granting.grant(tenant, &[Scope::BalanceRead]));
    let nobody = server.client();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        ask(&nobody, format!("{scheme} {token}").as_bytes()).expect(200);
    }
    for value in [
        token.clone(),
        format!("Basic {token}"),
        format!("DPoP {token}"),
        format!("Bearer{token}"),
        format!("Bearer:{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token}, Bearer {token}"),
    ] {
        ask(&nobody, value.as_bytes()).expect_error(401, "invalid_credentials", None);
    }
    let twice = nobody.request(Method::GET, "/v1/balance");
    let twice = twice.header_of_bytes("Authorization", &bearer(&token));
    let twice = twice.header_of_bytes("Authorization", &bearer(&token)).send();
    twice.expect_error(401, "invalid_credentials", None);
    for path in ["/v1/balance?access_token=", "/v1/balance?token="] {
        let reply = nobody.get(&format!("{path}{token}"));
        assert!([400, 401].contains(&reply.status), "{}", reply.json());
    }
}
