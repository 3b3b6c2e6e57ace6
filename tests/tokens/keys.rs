//! The keys are published, and take turns without anybody noticing; unless they have to go.

use std::sync::Arc;

use cardium_app::access_tokens::Rotation;
use cardium_auth::Scope;
use cardium_testkit::{Backend, World};
use serde_json::Value;

use crate::{
    on_both,
    support::{Client, Server, text, until},
};

on_both! {
    the_keys_are_published;
    a_token_outlives_the_turn_of_its_key;
    a_compromised_key_is_soon_believed_nowhere;
    many_processes_make_the_first_keys_once;
    an_operator_lets_them_take_turns;
}

fn kids(client: &Client) -> Vec<String> {
    let keys = client.get("/oauth/jwks").expect(200);
    let keys = keys["keys"].as_array().expect("a list").clone();
    keys.iter().map(|key| text(key, "kid").to_owned()).collect()
}

fn the_keys_are_published(backend: Backend) {
    let server = Server::shared(backend);
    let granting = server.granting();
    let signs = server.wait(granting.signing_key());
    let client = server.client();
    let reply = client.get("/oauth/jwks");
    assert_eq!(reply.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let published = reply.expect(200);
    assert_eq!(client.get("/.well-known/jwks.json").expect(200), published);
    let keys = published["keys"].as_array().expect("a list");
    assert_eq!(keys.len(), 2, "one that signs and one to follow");
    let ours = keys.iter().find(|key| key["kid"] == signs.kid()).expect("the one that signs");
    assert_eq!(*ours, serde_json::to_value(signs.public()).expect("a JWK"));
    for key in keys {
        let mut members: Vec<_> = key.as_object().expect("a key").keys().cloned().collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"], "no private member");
    }
    client.post("/oauth/jwks", &Value::Null).expect_error(405, "method_not_allowed", None);
}

fn a_token_outlives_the_turn_of_its_key(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let (new, before) = server.wait(granting.grant(tenant, &[Scope::BalanceRead]));
    let before = owner.with_token(&before);
    before.get("/v1/balance").expect(200);
    // As another process or the operator would.
    assert!(server.wait(granting.rotate(Rotation::Now)));
    let after = owner.with_token(&server.wait(granting.token(&new)));
    // It was published before it signed.
    after.get("/v1/balance").expect(200);
    before.get("/v1/balance").expect(200);
    until("three published keys", || (kids(&owner).len() == 3).then_some(()));
    before.get("/v1/balance").expect(200);
    assert!(!server.wait(granting.rotate(Rotation::Due)), "nothing is due");
}

fn a_compromised_key_is_soon_believed_nowhere(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, granting) = (server.sign_up(), server.granting());
    let tenant = granting.tenant(owner.token());
    let (new, before) = server.wait(granting.grant(tenant, &[Scope::BalanceRead]));
    let before = owner.with_token(&before);
    before.get("/v1/balance").expect(200);
    let known = kids(&owner);
    server.wait(granting.rotate(Rotation::Compromised));
    let after = owner.with_token(&server.wait(granting.token(&new)));
    // Nobody published it before, so it is looked up; but not more often than every two seconds.
    let taken = || (after.get("/v1/balance").status == 200).then_some(());
    until("a token of a key that nobody knew", taken);
    before.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    let published = kids(&owner);
    assert!(published.len() == 2 && published.iter().all(|kid| !known.contains(kid)));
}

fn many_processes_make_the_first_keys_once(backend: Backend) {
    let world = World::new(backend);
    // An SQLite file is one process's.
    let other = match backend {
        Backend::Sqlite => None,
        Backend::Postgres => Some(World::on(Arc::clone(&world.scratch), |_| {})),
    };
    let here = world.granting("http://localhost");
    let there = other.as_ref().unwrap_or(&world).granting("http://localhost");
    let made = world.runtime.block_on(async {
        let rotations = tokio::join!(
            here.rotate(Rotation::Due),
            there.rotate(Rotation::Due),
            here.rotate(Rotation::Due),
            there.rotate(Rotation::Due),
        );
        let (a, b, c, d) = rotations;
        [a, b, c, d].into_iter().filter(|made| *made).count()
    });
    assert_eq!(made, 1, "whoever came later found them");
    assert_eq!(here.stored_keys().len(), 2);
    assert_eq!(here.stored_keys(), there.stored_keys());
}

fn an_operator_lets_them_take_turns(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let granting = server.granting();
    let first = server.wait(granting.signing_key());
    let before = granting.stored_keys();
    let printed = server.command(&["rotate-oauth-keys"]);
    let [retires, signs, follows] = printed_keys(&printed.output);
    assert_eq!((retires.0.as_str(), retires.1.as_str()), (first.kid(), "retiring"));
    assert!(before.iter().any(|key| key.public.kid() == signs.0) && signs.1 == "active");
    assert!(before.iter().all(|key| key.public.kid() != follows.0) && follows.1 == "next");
    assert_eq!(server.wait(granting.signing_key()).kid(), signs.0);
    let printed = server.command(&["rotate-oauth-keys", "--compromised"]);
    let [signs, follows] = printed_keys(&printed.output);
    assert_eq!((signs.1.as_str(), follows.1.as_str()), ("active", "next"));
    let stored = granting.stored_keys();
    assert_eq!(stored.len(), 2, "all others are gone: {}", printed.errors);
    assert_eq!(server.wait(granting.signing_key()).kid(), signs.0);
}

/// The ids that the command printed, each with what the key does.
fn printed_keys<const N: usize>(output: &str) -> [(String, String); N] {
    let keys = output.lines().filter_map(|line| line.split_once(' '));
    let keys: Vec<_> = keys.map(|(kid, state)| (kid.to_owned(), state.to_owned())).collect();
    keys.try_into().unwrap_or_else(|keys| panic!("{N} keys, not {keys:?}"))
}
