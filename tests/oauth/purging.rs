//! What is over is forgotten, and what is not stays.

use cardium_app::{
    Actor,
    oauth::{PurgeOAuth, SaveClient},
};
use cardium_auth::oauth::{
    Client, ClientDetails, ClientKind, ClientMetadata, ClientRules, NewClient,
};
use cardium_testkit::{Backend, World};

use crate::on_both;

on_both! {
    clients_that_nobody_uses_are_forgotten_and_the_operators_stay;
    a_client_that_was_over_begins_anew;
}

fn client(world: &World, id: &str, kind: ClientKind) -> Client {
    let metadata = ClientMetadata {
        client_name: Some("Test agent".to_owned()),
        redirect_uris: vec!["https://a.example/".to_owned()],
        scope: Some("read".to_owned()),
        contacts: vec!["ada@a.example".to_owned()],
        software_id: Some("x".to_owned()),
        ..ClientMetadata::default()
    };
    let new = NewClient {
        id: id.to_owned(),
        kind,
        details: ClientDetails::try_new(metadata, &ClientRules::default()).expect("sound"),
        secret: Some([1; 32]),
        registration: None,
        fresh_until: None,
    };
    Client::register(new, world.edge.clock.now())
}

fn clients_that_nobody_uses_are_forgotten_and_the_operators_stay(backend: Backend) {
    let world = World::new(backend);
    let kinds = [ClientKind::Registered, ClientKind::Document, ClientKind::Operator];
    for kind in kinds {
        let client = client(&world, kind.as_str(), kind);
        world.run(Actor::System, SaveClient { client: client.clone() }).expect("it is kept");
        let found = world.reads.find_client(kind.as_str()).expect("it reads");
        assert_eq!(found, Some(client), "what was written is read");
    }
    assert_eq!(world.run(Actor::System, PurgeOAuth).expect("nothing is over"), 0);
    world.clock.advance(std::time::Duration::from_secs(86_400));
    assert_eq!(world.run(Actor::System, PurgeOAuth).expect("two are over"), 2);
    let left =
        kinds.map(|kind| world.reads.find_client(kind.as_str()).expect("it reads").is_some());
    assert_eq!(left, [false, false, true]);
}

fn a_client_that_was_over_begins_anew(backend: Backend) {
    let world = World::new(backend);
    let save = |client: &Client| {
        world.run(Actor::System, SaveClient { client: client.clone() }).expect("it is kept");
        world.reads.find_client("https://a.example/c").expect("it reads").expect("it is there")
    };
    let made = || client(&world, "https://a.example/c", ClientKind::Document);
    let first = save(&made()).created_at;
    world.clock.advance(std::time::Duration::from_secs(86_399));
    assert_eq!(save(&made()).created_at, first, "it is the same still");
    world.clock.advance(std::time::Duration::from_secs(1));
    let again = save(&made());
    assert!(again.created_at > first && !again.is_over(world.edge.clock.now()));
}
