//! What `verify` finds of grants.

use cardium_app::webhooks::CreateWebhook;
use cardium_auth::grants::Reach;
use cardium_kernel::{Book, EndpointId, ErrorCode, Metadata};
use cardium_testkit::{Backend, Tenant, World};
use cardium_webhooks::{EventFilter, Ordering, Payload};

use super::{asking_above, code, funded, with_mandate};
use crate::on_both;
use crate::write_path::verifying::assert_named;

on_both! {
    damage_of_grants_is_found_and_named;
}

fn subscribe(world: &World) -> CreateWebhook {
    CreateWebhook {
        id: EndpointId::new(world.mint()),
        url: "https://agent.example.com/".to_owned(),
        forbidden: None,
        events: EventFilter::Everything,
        mode: None,
        description: String::new(),
        secret: Vec::new(),
        payload: Payload::Full,
        ordering: Ordering::None,
        metadata: Metadata::default(),
    }
}

fn damage_of_grants_is_found_and_named(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(100));
    world.run(agent.acting(Reach::All), world.issue(tenant, Book::Live)).expect("it is issued");
    let asked = world.run(agent.actor(), Tenant::load(card, 200));
    assert_eq!(code(asked), ErrorCode::ApprovalRequired);
    world.run(agent.acting(Reach::Beside), subscribe(&world)).expect("it subscribes");
    assert_eq!(world.verify().findings, []);
    let damages = [
        (
            "UPDATE grants SET ended_at = 1",
            "UPDATE grants SET ended_at = NULL",
            "do not agree with the credential",
        ),
        (
            "UPDATE credentials SET kind = 'session' WHERE kind = 'grant'",
            "UPDATE credentials SET kind = 'grant' WHERE id IN (SELECT id FROM grants)",
            "do not agree with the credential",
        ),
        (
            "UPDATE cards SET grant_id = id WHERE grant_id IS NOT NULL",
            "UPDATE cards SET grant_id = (SELECT id FROM grants) WHERE grant_id IS NOT NULL",
            "a grant that their account never gave",
        ),
        (
            "UPDATE grants SET ended_at = 1",
            "UPDATE grants SET ended_at = NULL",
            "go on beyond their grant",
        ),
        (
            "UPDATE grants SET cards = ''",
            "UPDATE grants SET cards = NULL",
            "go on beyond their grant",
        ),
        (
            "UPDATE credentials SET scopes = 1 WHERE kind = 'grant'",
            "UPDATE credentials SET scopes = 8388607 WHERE kind = 'grant'",
            "go on beyond their grant",
        ),
        (
            "UPDATE webhook_endpoints SET grant_id = id, enabled = FALSE",
            "UPDATE webhook_endpoints SET grant_id = (SELECT id FROM grants), enabled = TRUE",
            "go on beyond their grant",
        ),
        (
            "UPDATE approvals SET status = 'used'",
            "UPDATE approvals SET status = 'pending'",
            "were used without an answer",
        ),
        (
            "UPDATE grants SET day_live = spent_live + 1",
            "UPDATE grants SET day_live = spent_live",
            "spent sums that cannot be",
        ),
    ];
    assert_named(&world, &damages);
    assert_eq!(world.verify().findings, [], "all of it was repaired");
}
