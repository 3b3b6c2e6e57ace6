//! A grant that is narrowed to cards sees and moves no others, whichever operation it calls.

use cardium_api_v1::operation::{Access, Agents, Operation};
use cardium_auth::grants::Reach;
use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::samples::{Sample, operations};
use crate::{
    on_both,
    support::{Agent, Client, Reply, Server, items, text},
};

on_both! {
    no_operation_reaches_past_a_narrowed_grant;
    a_narrowed_grant_does_what_it_may_on_its_cards;
    a_narrowed_grant_knows_of_no_other_tickets;
}

fn says_narrowed(reply: &Reply) -> bool {
    reply.status == 403 && text(&reply.json(), "message").contains("narrowed to cards")
}

/// What is answered to a grant that is narrowed to another card than the operation is about.
fn check(operation: &Operation, reply: &Reply) {
    let id = operation.id;
    let no_agent = operation.access == Access::Session || operation.agents == Agents::Never;
    match (no_agent, operation.reach) {
        (true, _) => assert_eq!(text(&reply.json(), "code"), "session_required", "{id}"),
        (_, Reach::All) => assert!(says_narrowed(reply), "{id}: {}", reply.status),
        (_, Reach::Found) => {
            assert_eq!(reply.status, 404, "{id}");
            assert_eq!(text(&reply.json(), "code"), "resource_not_found", "{id}");
        }
        (_, Reach::Rows) => {
            assert_eq!(reply.status, 200, "{id}");
            assert!(items(&reply.json()).is_empty(), "{id} shows rows of other cards");
        }
        (_, Reach::Beside) => assert!(!says_narrowed(reply), "{id}"),
    }
}

fn no_operation_reaches_past_a_narrowed_grant(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let mut seen = [0_usize; 2];
    // Of no card at all, and of a card that is not there.
    for cards in [&[][..], &["card_00000000000000000000000001"][..]] {
        let agent = Agent::narrowed(&server, &sample.client, cards).client;
        for operation in operations().filter(|one| one.reach != Reach::Beside) {
            check(operation, &sample.request(&agent, operation).send());
            seen[usize::from(operation.reach == Reach::All)] += 1;
        }
    }
    assert!(seen[0] > 60 && seen[1] > 40, "{seen:?}");
}

fn a_narrowed_grant_does_what_it_may_on_its_cards(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    owner.fund("500.00");
    let (inside, outside) = (owner.card(Some("50.00")), owner.card(Some("50.00")));
    for card in [&inside, &outside] {
        owner.authorize(card, &json!({"amount_usd": 10}));
    }
    let agent = Agent::narrowed(&server, &owner, &[&inside]).client;
    let ids = |path: &str, name: &str| {
        let list = agent.get(path).expect(200);
        items(&list).iter().map(|one| text(one, name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("/v1/cards", "id"), std::slice::from_ref(&inside));
    assert_eq!(ids("/v1/transactions", "card_id"), std::slice::from_ref(&inside));
    let filtered = format!("/v1/cards/{inside}/transactions");
    assert_eq!(ids(&filtered, "card_id"), std::slice::from_ref(&inside));
    agent.get(&format!("/v1/cards/{inside}")).expect(200);
    agent.get(&format!("/v1/cards/{outside}")).expect(404);
    agent.get("/v1/balance").expect(200);
    let purchases = owner.get(&format!("/v1/cards/{outside}/transactions")).expect(200);
    let purchase = text(&items(&purchases)[0], "id").to_owned();
    for (list, cursor) in [("cards", &outside), ("transactions", &purchase)] {
        let asked = agent.get(&format!("/v1/{list}?cursor={cursor}"));
        asked.expect_error(400, "invalid_cursor", Some("cursor"));
    }
    let own = agent.get(&format!("/v1/cards?cursor={inside}")).expect(200);
    assert!(items(&own).is_empty());
    agent.post(&format!("/v1/cards/{inside}/freeze"), &json!({})).expect(200);
}

fn a_narrowed_grant_knows_of_no_other_tickets(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let (inside, outside) = (owner.card(None), owner.card(None));
    let agent = Agent::narrowed(&server, &owner, &[&inside]).client;
    let ask = |client: &Client, about: Value| {
        let body = json!({"subject": "A question", "body": "Where is my card?",
            "related_object": about});
        text(&client.post("/v1/tickets", &body).expect(201), "id").to_owned()
    };
    let own = [ask(&owner, json!(inside)), ask(&agent, json!(inside))];
    let other =
        [ask(&owner, json!(outside)), ask(&owner, json!(null)), ask(&agent, json!(outside))];
    let show = |client: &Client, id: &str| client.get(&format!("/v1/tickets/{id}"));
    let close = |id: &str| agent.post(&format!("/v1/tickets/{id}/close"), &json!({}));
    for id in &other {
        show(&agent, id).expect_error(404, "resource_not_found", None);
        close(id).expect_error(404, "resource_not_found", None);
        assert_eq!(text(&show(&owner, id).expect(200), "status"), "open");
    }
    for id in &own {
        assert_eq!(show(&agent, id).expect(200), show(&owner, id).expect(200));
        assert_eq!(text(&close(id).expect(200), "status"), "closed");
    }
}
