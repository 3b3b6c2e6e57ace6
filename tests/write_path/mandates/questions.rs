//! How many questions wait for an owner, and for how long they are kept.

use cardium_app::oauth::PurgeOAuth;

use super::*;

on_both! {
    questions_are_forgotten_a_while_after_their_time;
    only_so_many_questions_wait_at_once;
}

fn questions_are_forgotten_a_while_after_their_time(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(0));
    let asked = code(world.run(agent.actor(), Tenant::load(card, 5_000)));
    assert_eq!(asked, ErrorCode::ApprovalRequired);
    let kept = std::time::Duration::from_secs(90 * 86_400);
    world.clock.advance(APPROVAL_LIFETIME + kept - std::time::Duration::from_secs(1));
    world.run(Actor::System, PurgeOAuth).expect("it purges");
    assert_eq!(agent.approvals(&world).len(), 1);
    world.clock.advance(std::time::Duration::from_secs(1));
    world.run(Actor::System, PurgeOAuth).expect("it purges");
    assert_eq!(agent.approvals(&world), vec![]);
}

fn only_so_many_questions_wait_at_once(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(0));
    let ask = |cents| code(world.run(agent.actor(), Tenant::load(card, cents)));
    for cents in 1..=20 {
        assert_eq!(ask(cents), ErrorCode::ApprovalRequired);
    }
    assert_eq!(ask(21), ErrorCode::RateLimited);
    assert_eq!(ask(20), ErrorCode::ApprovalRequired, "it waits already");
    assert_eq!(agent.approvals(&world).len(), 20);
    agent.decide(&world, &agent.approvals(&world)[0], Answered::No);
    assert_eq!(ask(21), ErrorCode::ApprovalRequired);
    assert_eq!(ask(22), ErrorCode::RateLimited);
    world.clock.advance(APPROVAL_LIFETIME);
    assert_eq!(ask(22), ErrorCode::ApprovalRequired);
    assert_eq!(world.verify().findings, []);
}
