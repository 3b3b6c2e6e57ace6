//! How disputes go on and end, and where their money goes.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{Shopper, buy, file, standing, wish};
use crate::{
    on_both,
    support::{Server, text, usd},
    v1::webhooks::receiver::Receiver,
};

on_both! {
    a_dispute_that_is_won_keeps_its_credit;
    a_dispute_that_is_lost_gives_it_back;
    what_an_empty_card_cannot_give_back_is_owed;
    a_cancelled_card_passes_its_credit_on;
    moves_have_an_order;
    subscribers_hear_of_it_in_order;
}

fn a_dispute_that_is_won_keeps_its_credit(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let responded = shopper.advance(&dispute, "responded").expect(200);
    assert_eq!(standing(&responded), ("responded", "representment", None));
    let insisted = shopper.advance(&dispute, "pre_arbitration").expect(200);
    assert_eq!(standing(&insisted), ("responded", "pre_arbitration", None));
    assert_eq!(shopper.available(), "100.00");
    let won = shopper.advance(&dispute, "won").expect(200);
    assert_eq!(standing(&won), ("won", "pre_arbitration", Some("upheld")));
    assert_eq!((usd(&won, "credited_usd"), shopper.available()), ("40.00".into(), "100.00".into()));
    assert_eq!(shopper.read(&dispute), won);
}

fn a_dispute_that_is_lost_gives_it_back(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let lost = shopper.advance(&dispute, "lost").expect(200);
    assert_eq!(standing(&lost), ("lost", "chargeback", Some("rejected")));
    assert_eq!(
        (usd(&lost, "amount_usd"), usd(&lost, "credited_usd")),
        ("40.00".into(), "0.00".into())
    );
    assert_eq!(shopper.available(), "60.00");
}

fn what_an_empty_card_cannot_give_back_is_owed(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let path = |action: &str| format!("/v1/cards/{}/{action}", shopper.card);
    shopper.client.post(&path("unload"), &json!({"amount_usd": 90})).expect(200);
    shopper.advance(&dispute, "lost").expect(200);
    assert_eq!(shopper.available(), "0.00");
    let loaded = shopper.client.post(&path("load"), &json!({"amount_usd": 50})).expect(200);
    assert_eq!(usd(&loaded, "receivable_settled_usd"), "30.00");
    assert_eq!(usd(&loaded, "new_card_balance_usd"), "20.00");
}

fn a_cancelled_card_passes_its_credit_on(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    shopper.client.post(&format!("/v1/cards/{}/cancel", shopper.card), &json!({})).expect(200);
    assert_eq!(shopper.client.available(), "458.00");
    let dispute = shopper.file();
    assert_eq!((shopper.client.available(), shopper.available()), ("498.00".into(), "0.00".into()));
    shopper.advance(&dispute, "won").expect(200);
    assert_eq!(shopper.client.available(), "498.00");
}

fn moves_have_an_order(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let wrong = |to: &str| {
        let refused = shopper.advance(&dispute, to);
        refused.expect_error(409, "invalid_dispute_state", None);
    };
    wrong("pre_arbitration");
    shopper.advance(&dispute, "responded").expect(200);
    // A repeat is no error and changes nothing.
    let events = server.events(shopper.client.account());
    let again = shopper.advance(&dispute, "responded").expect(200);
    assert_eq!((again, server.events(shopper.client.account())), (shopper.read(&dispute), events));
    shopper.advance(&dispute, "pre_arbitration").expect(200);
    wrong("responded");
    shopper.advance(&dispute, "lost").expect(200);
    for to in ["responded", "pre_arbitration", "won"] {
        shopper.advance(&dispute, to).expect_error(409, "dispute_closed", None);
    }
    shopper.advance(&dispute, "lost").expect(200);
    assert_eq!(shopper.available(), "60.00");
    let path = format!("/v1/test/disputes/{}/advance", text(&dispute, "id"));
    for (body, code) in
        [(json!({}), "missing_required_field"), (json!({"to": "opened"}), "invalid_field")]
    {
        shopper.client.post(&path, &body).expect_error(400, code, Some("to"));
    }
}

fn subscribers_hear_of_it_in_order(backend: Backend) {
    let server = Server::shared(backend);
    let (shopper, receiver) = (Shopper::new(&server), Receiver::start(&[]));
    let body = json!({"url": receiver.url, "events": ["dispute.opened", "dispute.responded",
        "dispute.won", "dispute.lost"]});
    let hook = shopper.client.post("/v1/webhooks", &body).expect(201);
    let opened = shopper.file();
    let responded = shopper.advance(&opened, "responded").expect(200);
    shopper.advance(&opened, "pre_arbitration").expect(200);
    let lost = shopper.advance(&opened, "lost").expect(200);
    let (_, other) = buy(&shopper.client, &shopper.card, "10.00");
    let again = file(&shopper.client, &wish(&other)).expect(201);
    let won = shopper.advance(&again, "won").expect(200);
    let received = receiver.wait_for(5);
    let secret = text(&hook, "signing_secret");
    let mut events: Vec<Value> = received.iter().map(|event| event.verified(secret)).collect();
    events.sort_by_key(|event| event["account_seq"].as_i64());
    let expected = [
        ("dispute.opened", &opened),
        ("dispute.responded", &responded),
        ("dispute.lost", &lost),
        ("dispute.opened", &again),
        ("dispute.won", &won),
    ];
    for (event, (kind, object)) in events.iter().zip(expected) {
        assert_eq!((text(event, "type"), text(event, "mode")), (kind, "live"));
        assert_eq!(&event["data"]["object"], object, "{kind}");
    }
    let versions: Vec<_> = events.iter().map(|event| event["object_version"].clone()).collect();
    assert_eq!(json!(versions), json!([1, 2, 4, 1, 2]));
}
