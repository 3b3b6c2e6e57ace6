//! Where a key may be used from is looked at again inside the transaction of every command.

use std::time::Duration;

use cardium_app::{
    Actor, CommandError, Lane, RequestInfo,
    accounts::StepUp,
    api_keys::{CreateApiKey, RevokeApiKey},
    perform,
};
use cardium_auth::{AllowList, CredentialKind, ScopeSet, TokenHash, grants::Reach};
use cardium_kernel::{CredentialId, ErrorCode, Metadata, RequestId};
use cardium_testkit::{Backend, World};

use crate::on_both;

on_both! {
    a_command_from_elsewhere_is_refused_in_its_transaction;
}

fn request(ip: &str) -> RequestInfo {
    RequestInfo { id: RequestId::new(1), ip: ip.to_owned(), user_agent: String::new() }
}

fn a_command_from_elsewhere_is_refused_in_its_transaction(backend: Backend) {
    let world = World::new(backend);
    let tenant = world.tenant();
    let id = CredentialId::new(world.mint());
    let create = CreateApiKey {
        id,
        token: TokenHash(world.edge.random()),
        name: "server".to_owned(),
        prefix: "ccm_live_a1b2".to_owned(),
        last4: "ffff".to_owned(),
        scopes: ScopeSet::all(),
        mode: None,
        allowed: AllowList::parse(&["192.0.2.0/24"]).expect("a network"),
        expires_at: None,
        metadata: Metadata::default(),
        step_up: StepUp::FreshSession,
    };
    world.run(tenant.actor(), create).expect("a fresh session makes keys");
    let (account, kind) = (tenant.account, CredentialKind::ApiKey);
    let key =
        Actor::Credential { account, credential: id, kind, scope: None, reach: Reach::Beside };
    let revoke = |request: Option<RequestInfo>| {
        let context = world.edge.context(key, request);
        let lane = (Lane::Api, Duration::from_secs(20));
        let done = perform(&*world.database, lane, context, RevokeApiKey { id });
        world.runtime.block_on(done)
    };
    for from in [None, Some(request("198.51.100.7")), Some(request("")), Some(request("::1"))] {
        let refused = revoke(from).expect_err("it comes from elsewhere");
        let CommandError::Problem(problem) = refused else { panic!("{refused}") };
        assert_eq!(problem.code, ErrorCode::KeyIpNotAllowed);
    }
    // Not one of the refused commands revoked the key, so the last one still can.
    revoke(Some(request("::ffff:192.0.2.7"))).expect("it comes from where it may");
    assert_eq!(world.verify().findings, []);
}
