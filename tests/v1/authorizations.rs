//! `GET /v1/authorizations/{id}`: what the steps of a card transaction add up to.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Server, assert_fields, text, usd},
};

on_both! {
    an_authorization_shows_what_each_step_made_of_it;
    what_the_card_cannot_cover_is_advanced;
    what_nobody_asked_for_says_so;
    a_lapsed_hold_may_be_cleared_late;
    authorizations_are_guarded;
}

const FIELDS: [&str; 19] = [
    "id",
    "object",
    "mode",
    "card_id",
    "status",
    "origin",
    "force_post",
    "late_presentment",
    "authorized_usd",
    "held_usd",
    "advanced_usd",
    "cleared_usd",
    "refunded_usd",
    "credited_usd",
    "merchant",
    "transaction_ids",
    "expires_at",
    "created_at",
    "updated_at",
];

fn shopper(server: &Server) -> (Client, String) {
    let client = server.sign_up();
    let _topup = client.fund("500.00");
    let card = client.card(Some("100.00"));
    (client, card)
}

fn show(client: &Client, made: &Value) -> Value {
    let id = text(made, "authorization_id");
    let shown = client.get(&format!("/v1/authorizations/{id}")).expect(200);
    assert_fields(&shown, &FIELDS);
    assert_eq!((text(&shown, "id"), text(&shown, "object")), (id, "authorization"));
    shown
}

/// Status, then authorized, held, advanced, cleared and refunded.
fn state(client: &Client, made: &Value) -> [String; 6] {
    let shown = show(client, made);
    let of = |field: &str| usd(&shown, field);
    let status = text(&shown, "status").to_owned();
    let [authorized, held, advanced] = ["authorized_usd", "held_usd", "advanced_usd"].map(of);
    [status, authorized, held, advanced, of("cleared_usd"), of("refunded_usd")]
}

fn follow(client: &Client, made: &Value, verb: &str, body: &Value) -> Value {
    let id = text(made, "authorization_id");
    client.post(&format!("/v1/test/authorizations/{id}/{verb}"), body).expect(201)
}

fn an_authorization_shows_what_each_step_made_of_it(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 40}));
    assert_eq!(state(&client, &made), ["open", "40.00", "40.00", "0.00", "0.00", "0.00"]);
    let mut steps = vec![made["id"].clone()];
    for (verb, body, expected) in [
        (
            "increment",
            json!({"amount_usd": 20}),
            ["open", "60.00", "60.00", "0.00", "0.00", "0.00"],
        ),
        ("reverse", json!({"amount_usd": 10}), ["open", "50.00", "50.00", "0.00", "0.00", "0.00"]),
        (
            "capture",
            json!({"amount_usd": 15, "final": false}),
            ["open", "50.00", "35.00", "0.00", "15.00", "0.00"],
        ),
        (
            "capture",
            json!({"amount_usd": 20}),
            ["cleared", "50.00", "0.00", "0.00", "35.00", "0.00"],
        ),
    ] {
        let step = follow(&client, &made, verb, &body);
        steps.push(step["id"].clone());
        assert_eq!(state(&client, &made), expected, "{verb} {body}");
        assert_eq!(show(&client, &made)["transaction_ids"], json!(steps));
    }
    let about = json!({"amount_usd": 5, "transaction_id": steps.last()});
    client.post(&format!("/v1/test/cards/{card}/refunds"), &about).expect(201);
    assert_eq!(state(&client, &made), ["cleared", "50.00", "0.00", "0.00", "35.00", "5.00"]);
    let shown = show(&client, &made);
    assert_eq!((text(&shown, "origin"), &shown["force_post"]), ("request", &json!(false)));
    assert_eq!((&shown["late_presentment"], &shown["card_id"]), (&json!(false), &json!(card)));
    let whole = client.authorize(&card, &json!({"amount_usd": 30}));
    follow(&client, &whole, "reverse", &json!({}));
    assert_eq!(state(&client, &whole), ["reversed", "0.00", "0.00", "0.00", "0.00", "0.00"]);
}

fn what_the_card_cannot_cover_is_advanced(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let advice = client.authorize(&card, &json!({"amount_usd": 130, "kind": "advice"}));
    assert_eq!(state(&client, &advice), ["open", "130.00", "100.00", "30.00", "0.00", "0.00"]);
    assert_eq!(text(&show(&client, &advice), "origin"), "advice");
    // What is owed for it is settled first.
    follow(&client, &advice, "reverse", &json!({"amount_usd": 50}));
    assert_eq!(state(&client, &advice), ["open", "80.00", "80.00", "0.00", "0.00", "0.00"]);
    follow(&client, &advice, "capture", &json!({}));
    assert_eq!(state(&client, &advice), ["cleared", "80.00", "0.00", "0.00", "80.00", "0.00"]);
}

fn what_nobody_asked_for_says_so(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let post = |helper: &str| {
        let path = format!("/v1/test/cards/{card}/{helper}");
        client.post(&path, &json!({"amount_usd": 30})).expect(201)
    };
    let forced = post("force_posts");
    assert_eq!(state(&client, &forced), ["cleared", "0.00", "0.00", "0.00", "30.00", "0.00"]);
    let shown = show(&client, &forced);
    assert_eq!((text(&shown, "origin"), &shown["force_post"]), ("force_post", &json!(true)));
    let refund = post("refunds");
    assert_eq!(state(&client, &refund), ["cleared", "0.00", "0.00", "0.00", "0.00", "30.00"]);
    assert_eq!(text(&show(&client, &refund), "origin"), "refund");
}

fn a_lapsed_hold_may_be_cleared_late(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let made = client.authorize(&card, &json!({"amount_usd": 40}));
    follow(&client, &made, "expire", &json!({}));
    assert_eq!(state(&client, &made), ["expired", "40.00", "0.00", "0.00", "0.00", "0.00"]);
    follow(&client, &made, "capture", &json!({"amount_usd": 40}));
    assert_eq!(state(&client, &made), ["cleared", "40.00", "0.00", "0.00", "40.00", "0.00"]);
    assert_eq!(show(&client, &made)["late_presentment"], true);
}

fn authorizations_are_guarded(backend: Backend) {
    let server = Server::shared(backend);
    let ((client, card), stranger) = (shopper(&server), server.sign_up());
    let made = client.authorize(&card, &json!({"amount_usd": 40}));
    let path = format!("/v1/authorizations/{}", text(&made, "authorization_id"));
    stranger.get(&path).expect_error(404, "resource_not_found", None);
    client.get("/v1/authorizations/auth_unknown").expect_error(404, "resource_not_found", None);
    let other = client.api_key(&["card:read"]);
    other.get(&path).expect_error(403, "insufficient_scope", None);
    server.client().get(&path).expect_error(401, "invalid_credentials", None);
    let reader = client.api_key(&["transaction:read"]);
    assert_eq!(text(&reader.get(&path).expect(200), "status"), "open");
}
