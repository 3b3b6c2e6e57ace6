//! What a client was given ends with the client.

use std::time::Duration;

use cardium_app::{
    Actor, Lane, UseCase,
    grants::AgreeGrant,
    oauth::{DeleteClient, ENDED_AT_ONCE, FinishClient, PurgeOAuth, SaveClient},
    perform,
};
use cardium_auth::{
    Scope,
    oauth::{
        Client as OauthClient, ClientDetails, ClientKind, ClientMetadata, ClientRules, NewClient,
    },
};
use cardium_kernel::AccountId;
use cardium_testkit::{Backend, World};
use reqwest::Method;

use super::agent::{Agent, all_of, expect_refused, sound};
use crate::{
    on_both,
    support::{Client, Server, items, text, until},
};

on_both! {
    a_client_that_deletes_itself_takes_its_grants_along;
    a_client_with_very_many_grants_ends_a_slice_at_a_time;
    tokens_are_refused_before_their_grants_have_ended;
    nobody_agrees_with_a_client_that_ended;
    a_client_that_nobody_used_for_long_takes_its_grants_along;
    what_grants_leave_behind_goes_soon_after_them;
}

fn delete(agent: &Agent) {
    let path = format!("/oauth/register/{}", agent.id);
    let token = text(&agent.registration, "registration_access_token");
    let request = agent.http.request(Method::DELETE, &path);
    request.header("Authorization", &format!("Bearer {token}")).send().expect(204);
}

fn count(server: &Server, table: &str, condition: &str) -> i64 {
    server.count(&format!("SELECT COUNT(*) AS count FROM {table} WHERE {condition}"))
}

/// Runs a command as a worker of the server would.
fn work<U: UseCase>(server: &Server, use_case: U) -> U::Output {
    let granting = server.granting();
    let context = granting.edge.context(Actor::System, None);
    let queue = (Lane::Background, Duration::from_secs(20));
    let done = server.wait(perform(&*granting.database, queue, context, use_case));
    done.expect("the work is done")
}

fn a_client_that_deletes_itself_takes_its_grants_along(backend: Backend) {
    let server = Server::shared(backend);
    let (agent, other) = (Agent::register(&server, &sound()), Agent::register(&server, &sound()));
    let owners = [server.sign_up(), server.sign_up()];
    let tokens = owners.each_ref().map(|owner| agent.tokens(&server, owner, "read"));
    let kept = other.tokens(&server, &owners[0], "read");
    assert_eq!(agent.call(&tokens[0], "/v1/balance").status, 200);
    delete(&agent);
    for (owner, tokens) in owners.iter().zip(&tokens) {
        assert_eq!(agent.call(tokens, "/v1/balance").status, 401, "at once");
        let refresh = agent.refresh(text(tokens, "refresh_token"));
        expect_refused(&agent.token(&refresh), 401, "invalid_client", "it is gone");
        let grants = owner.get("/v1/grants").expect(200);
        let grants = items(&grants);
        let own = grants.iter().find(|grant| grant["client"]["id"] == agent.id.as_str());
        assert_eq!(own.expect("it stays in the list")["status"], "revoked");
        let log = owner.get("/v1/audit_log").expect(200);
        let ended = items(&log).iter().filter(|entry| entry["action"] == "grant.revoked").count();
        assert_eq!(ended, 1, "{log}");
    }
    assert_eq!(other.call(&kept, "/v1/balance").status, 200, "another client's goes on");
    let row = format!("client_id = '{}'", agent.id);
    until("its last row", || (count(&server, "oauth_clients", &row) == 0).then_some(()));
}

/// A client that registered, with this registration's hash.
fn registered(world: &World) -> OauthClient {
    let metadata = ClientMetadata {
        redirect_uris: vec!["https://a.example/".to_owned()],
        ..ClientMetadata::default()
    };
    let new = NewClient {
        id: "client_of_many".to_owned(),
        kind: ClientKind::Registered,
        details: ClientDetails::try_new(metadata, &ClientRules::default()).expect("sound"),
        secret: Some([1; 32]),
        registration: Some([2; 32]),
        fresh_until: None,
    };
    OauthClient::register(new, world.edge.clock.now())
}

fn a_client_with_very_many_grants_ends_a_slice_at_a_time(backend: Backend) {
    let world = World::new(backend);
    let (client, granting) = (registered(&world), world.granting("http://localhost"));
    world.run(Actor::System, SaveClient { client: client.clone() }).expect("it is kept");
    let slice = usize::try_from(ENDED_AT_ONCE).expect("it is small");
    for account in 1..=u128::from(ENDED_AT_ONCE.unsigned_abs()) + 7 {
        let mut new = granting.terms(AccountId::new(account), &[Scope::BalanceRead]);
        new.client_id.clone_from(&client.id);
        world.run(Actor::System, AgreeGrant { new, existing: None }).expect("it is agreed");
    }
    let open = || world.reads.open_grants_of(&client.id, 1_000).expect("it reads");
    let found = |limit| world.reads.open_grants_of(&client.id, limit).expect("it reads");
    assert_eq!(open().len(), slice + 7);
    let (id, grants) = (client.id.clone(), found(ENDED_AT_ONCE));
    let early = FinishClient { id: id.clone(), grants: grants.clone() };
    assert!(!world.run(Actor::System, early).expect("it runs"), "it has not ended yet");
    let delete = DeleteClient { id: id.clone(), registration: [2; 32], grants };
    world.run(Actor::Public, delete).expect("it runs").expect("it is its own");
    let is_ended = || world.reads.is_ended_client(&id).expect("it reads");
    assert_eq!((open().len(), is_ended()), (7, true));
    let again = SaveClient { client: client.clone() };
    world.run(Actor::System, again).expect_err("what it got now would be ended with the rest");
    let finish = |grants| {
        let finish = FinishClient { id: id.clone(), grants };
        world.run(Actor::System, finish).expect("it runs")
    };
    assert!(!finish(Vec::new()), "seven are open");
    assert!(finish(found(5)));
    let left = world.reads.ended_clients(10).expect("it reads");
    assert_eq!((left.len(), open().len()), (1, 2));
    assert!(finish(open()));
    assert!(finish(Vec::new()), "it goes");
    assert!(!finish(Vec::new()) && !is_ended());
    assert!(world.reads.find_client(&id).expect("it reads").is_none());
}

fn tokens_are_refused_before_their_grants_have_ended(backend: Backend) {
    let server = Server::shared(backend);
    until("a refusal while the grant is open", || {
        let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
        let tokens = agent.tokens(&server, &owner, "read");
        server.alter_client(&agent.id, "ended_at = 1, expires_at = NULL");
        assert_eq!(agent.call(&tokens, "/v1/balance").status, 401);
        let refresh = agent.refresh(text(&tokens, "refresh_token"));
        expect_refused(&agent.token(&refresh), 401, "invalid_client", "it has ended");
        let open = format!("client_id = '{}' AND ended_at IS NULL", agent.id);
        // Unless a worker was quicker.
        (count(&server, "grants", &open) == 1).then_some(())
    });
}

fn nobody_agrees_with_a_client_that_ended(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read");
    delete(&agent);
    let refused = server.answer(&owner, &asked, Some(all_of("read")));
    let refused = format!("{:?}", refused.expect_err("there is nobody to agree with"));
    assert!(refused.contains("ResourceNotFound"), "{refused}");
    assert_eq!(server.rows_of(owner.account(), "grants"), 0);
}

fn a_client_that_nobody_used_for_long_takes_its_grants_along(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    agent.tokens(&server, &owner, "read");
    let unused = Agent::register(&server, &sound());
    server.advance(90 * 86_400);
    work(&server, PurgeOAuth);
    let row = |agent: &Agent| format!("client_id = '{}'", agent.id);
    assert_eq!(count(&server, "oauth_clients", &row(&unused)), 0, "nobody gave it anything");
    until("the end of its grant", || (open_grants(&server, &owner) == 0).then_some(()));
    until("its last row", || (count(&server, "oauth_clients", &row(&agent)) == 0).then_some(()));
}

fn open_grants(server: &Server, owner: &Client) -> i64 {
    let open = "SELECT COUNT(*) AS count FROM grants WHERE ended_at IS NULL";
    assert_eq!(server.rows_of(owner.account(), "grants"), 1);
    server.count(open)
}

fn what_grants_leave_behind_goes_soon_after_them(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let tokens = agent.tokens(&server, &owner, "read");
    agent.token(&agent.refresh(text(&tokens, "refresh_token"))).expect(200);
    let other = Agent::register(&server, &sound());
    let kept = other.tokens(&server, &owner, "read");
    let left = |agent: &Agent| {
        ["oauth_codes", "oauth_refresh_tokens"]
            .map(|table| count(&server, table, &format!("client_id = '{}'", agent.id)))
    };
    work(&server, PurgeOAuth);
    assert_eq!((left(&agent), left(&other)), ([1, 2], [1, 1]), "while they are open");
    let grants = owner.get("/v1/grants").expect(200);
    let grants = items(&grants);
    let own = grants.iter().find(|grant| grant["client"]["id"] == agent.id.as_str());
    let path = format!("/v1/grants/{}", text(own.expect("it is open"), "id"));
    assert!([200, 204].contains(&owner.delete(&path).status));
    work(&server, PurgeOAuth);
    assert_eq!((left(&agent), left(&other)), ([0, 0], [1, 1]));
    let seen_to = "tokens_gone = TRUE AND ended_at IS NOT NULL";
    assert_eq!(count(&server, "grants", seen_to), 1);
    assert_eq!(other.call(&kept, "/v1/balance").status, 200);
    other.token(&other.refresh(text(&kept, "refresh_token"))).expect(200);
}
