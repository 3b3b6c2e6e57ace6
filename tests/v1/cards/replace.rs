//! `POST /v1/cards/{id}/replace`.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{FIELDS, issue, part};
use crate::{
    on_both,
    support::{Client, Reply, Server, address, assert_fields, plastic, text, usd},
};

on_both! {
    a_replacement_takes_over_money_and_settings;
    what_is_freed_later_goes_to_the_card_in_use;
    what_a_cancelled_replacement_owes_is_paid_first;
    any_number_of_replacements_is_followed;
    limits_and_locks_are_not_reset;
    a_debt_is_not_escaped;
    a_dispute_of_the_old_card_is_the_new_ones;
    plastic_is_sent_where_the_old_card_went_or_elsewhere;
    a_frozen_card_is_replaced_by_a_frozen_one;
    replacements_are_refused;
    what_the_issuer_froze_stays_so;
    plastic_from_before_addresses_were_kept_needs_one;
    a_key_replaces_once;
    of_two_replacements_at_once_one_wins;
    money_is_kept_whatever_happens_meanwhile;
}

fn lost() -> Value {
    json!({"reason": "lost"})
}

fn replace(client: &Client, card: &str, body: &Value) -> Value {
    let new = client.post(&part(card, "replace"), body).expect(200);
    assert_fields(&new, &FIELDS);
    assert_eq!(text(&new, "replaces"), card);
    new
}

fn read(client: &Client, card: &str) -> Value {
    client.get(&format!("/v1/cards/{card}")).expect(200)
}

fn id(card: &Value) -> &str {
    text(card, "id")
}

fn capture(client: &Client, bought: &Value, body: &Value) -> Value {
    let id = text(bought, "authorization_id");
    client.post(&format!("/v1/test/authorizations/{id}/capture"), body).expect(201)
}

fn force(client: &Client, card: &str, amount: &str) {
    let body = json!({"amount_usd": amount});
    client.post(&format!("/v1/test/cards/{card}/force_posts"), &body).expect(201);
}

fn a_replacement_takes_over_money_and_settings(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let wish = json!({"type": "virtual", "bin": "489517", "load_usd": 100, "label": "Ads",
        "wallet_provision": ["apple_pay"], "metadata": {"team": "ads"},
        "limits": {"daily_usd": 60}, "geo": {"allow_countries": ["US"]},
        "mcc": {"mode": "deny", "mccs": ["7995"]}, "controls": {"channels": {"atm": false}}});
    let old = issue(&client, &wish);
    let (card, treasury) = (id(&old), client.available());
    client.authorize(card, &json!({"amount_usd": 30}));
    let number = |card: &str| text(&client.get(&part(card, "pan")).expect(200), "pan").to_owned();
    let (first, before) = (number(card), server.events(client.account()));
    let new = replace(&client, card, &json!({"reason": "stolen"}));
    assert_eq!(usd(&new, "balance_usd"), "70.00");
    assert_eq!((text(&new, "status"), &new["cancel_reason"]), ("active", &Value::Null));
    for kept in ["bin", "type", "mode", "label", "metadata", "wallet", "mcc", "geo", "controls"] {
        assert_eq!(new[kept], old[kept], "{kept}");
    }
    assert_ne!(number(id(&new)), first);
    let gone = read(&client, card);
    let got = ["status", "cancel_reason", "replaced_by"].map(|field| text(&gone, field));
    assert_eq!(got, ["cancelled", "stolen", id(&new)]);
    let left = ["balance_usd", "held_usd"].map(|field| usd(&gone, field));
    assert_eq!((left, client.available()), (["0.00".to_owned(), "30.00".to_owned()], treasury));
    client.get(&part(card, "pan")).expect_error(409, "card_cancelled", None);
    // Subscribers are told once, of the new card; both cards leave an audit row.
    assert_eq!(server.events(client.account()), before + 1);
    for (action, object) in [("card.replaced", card), ("card.issued", id(&new))] {
        let rows = "SELECT COUNT(*) AS count FROM audit_entries";
        let rows = format!("{rows} WHERE action = '{action}' AND object = '{object}'");
        assert_eq!(server.count(&rows), 1, "{action}");
    }
    let noted = replace(&client, id(&new), &json!({"reason": "lost", "metadata": {}}));
    assert_eq!(noted["metadata"], json!({}));
}

fn what_is_freed_later_goes_to_the_card_in_use(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let [first, second, third] =
        [30, 20, 10].map(|amount| client.authorize(&card, &json!({"amount_usd": amount})));
    let treasury = client.available();
    let new = replace(&client, &card, &lost());
    assert_eq!(usd(&new, "balance_usd"), "40.00");
    // A clearing of less frees the rest; a reversal frees all.
    capture(&client, &first, &json!({"amount_usd": 25}));
    assert_eq!(usd(&read(&client, id(&new)), "balance_usd"), "45.00");
    let newest = replace(&client, id(&new), &lost());
    let reverse = format!("/v1/test/authorizations/{}/reverse", text(&second, "authorization_id"));
    client.post(&reverse, &json!({})).expect(201);
    assert_eq!(usd(&read(&client, id(&newest)), "balance_usd"), "65.00");
    assert_eq!(client.available(), treasury);
    // Once nothing is in use any more, it is the treasury's.
    client.post(&part(id(&newest), "cancel"), &json!({})).expect(200);
    let reverse = format!("/v1/test/authorizations/{}/reverse", text(&third, "authorization_id"));
    client.post(&reverse, &json!({})).expect(201);
    assert_eq!(client.available(), "473.00");
}

fn reverse(client: &Client, bought: &Value) {
    let path = format!("/v1/test/authorizations/{}/reverse", text(bought, "authorization_id"));
    client.post(&path, &json!({})).expect(201);
}

fn what_a_cancelled_replacement_owes_is_paid_first(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let [first, second] =
        [30, 40].map(|amount| client.authorize(&card, &json!({"amount_usd": amount})));
    let new = replace(&client, &card, &lost());
    // It has 30.00, so it owes 50.00 from now on.
    force(&client, id(&new), "80.00");
    client.post(&part(id(&new), "cancel"), &json!({})).expect(200);
    let treasury = client.available();
    reverse(&client, &first);
    assert_eq!(client.available(), treasury);
    // 20.00 of the 40.00 are still owed.
    reverse(&client, &second);
    assert_eq!((treasury.as_str(), client.available().as_str()), ("398.00", "418.00"));
    for card in [&card, id(&new)] {
        assert_eq!(usd(&read(&client, card), "balance_usd"), "0.00");
    }
    // What the first card comes to owe is owed by the last, cancelled or not.
    force(&client, &card, "5.00");
    assert_eq!(client.available(), "418.00");
}

fn any_number_of_replacements_is_followed(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let bought = client.authorize(&card, &json!({"amount_usd": 30}));
    let mut newest = card.clone();
    // More of them than a command is rerun for the sake of missing rows.
    for _ in 0..14 {
        newest = id(&replace(&client, &newest, &lost())).to_owned();
    }
    let middle = client.authorize(&newest, &json!({"amount_usd": 20}));
    for _ in 0..8 {
        newest = id(&replace(&client, &newest, &lost())).to_owned();
    }
    assert_eq!(usd(&read(&client, &newest), "balance_usd"), "50.00");
    reverse(&client, &bought);
    assert_eq!(usd(&read(&client, &newest), "balance_usd"), "80.00");
    reverse(&client, &middle);
    assert_eq!(usd(&read(&client, &newest), "balance_usd"), "100.00");
    force(&client, &card, "107.00");
    assert_eq!(usd(&read(&client, &newest), "balance_usd"), "0.00");
    let load = client.post(&part(&newest, "load"), &json!({"amount_usd": 10})).expect(200);
    assert_eq!(usd(&load, "receivable_settled_usd"), "7.00");
}

fn limits_and_locks_are_not_reset(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("200.00"));
    client.patch(&part(&card, "limits"), &json!({"daily_usd": 50, "lifetime_usd": 80})).expect(200);
    client.patch(&part(&card, "controls"), &json!({"merchant_lock": true})).expect(200);
    client.authorize(&card, &json!({"amount_usd": 30, "merchant_id": "SHOP1"}));
    let new = replace(&client, &card, &lost());
    let shown = read(&client, id(&new));
    assert_eq!(text(&shown["controls"], "locked_merchant_id"), "SHOP1");
    let used = ["daily_usd", "lifetime_usd"].map(|name| usd(&shown["limits"]["used"], name));
    assert_eq!(used, ["30.00", "30.00"]);
    let buy = |card: &str, amount: i64, shop: &str| {
        let body = json!({"amount_usd": amount, "merchant_id": shop});
        text(&client.authorize(card, &body), "status").to_owned()
    };
    assert_eq!(buy(id(&new), 21, "SHOP1"), "declined");
    assert_eq!(buy(id(&new), 1, "SHOP2"), "declined");
    assert_eq!(buy(id(&new), 20, "SHOP1"), "authorized");
    assert_eq!(buy(&card, 1, "SHOP1"), "declined");
    // A card for a single use stays used.
    let once = client.card(Some("50.00"));
    client.patch(&part(&once, "controls"), &json!({"single_use": true})).expect(200);
    client.authorize(&once, &json!({"amount_usd": 1}));
    let again = replace(&client, &once, &lost());
    assert_eq!(buy(id(&again), 1, "SHOP1"), "declined");
}

fn a_debt_is_not_escaped(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("20.00"));
    force(&client, &card, "50.00");
    let new = replace(&client, &card, &lost());
    assert_eq!(usd(&new, "balance_usd"), "0.00");
    let load = |amount: &str| {
        client.post(&part(id(&new), "load"), &json!({"amount_usd": amount})).expect(200)
    };
    let loaded = load("40.00");
    assert_eq!(usd(&loaded, "receivable_settled_usd"), "30.00");
    assert_eq!(usd(&loaded, "new_card_balance_usd"), "10.00");
    // What the old card comes to owe later is the new one's to pay.
    force(&client, &card, "7.00");
    assert_eq!(usd(&read(&client, id(&new)), "balance_usd"), "3.00");
    force(&client, &card, "5.00");
    assert_eq!(usd(&load("10.00"), "receivable_settled_usd"), "2.00");
}

fn a_dispute_of_the_old_card_is_the_new_ones(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let bought = client.authorize(&card, &json!({"amount_usd": 30}));
    let captured = capture(&client, &bought, &json!({}));
    let new = replace(&client, &card, &lost());
    let balance = || usd(&read(&client, id(&new)), "balance_usd");
    assert_eq!(balance(), "70.00");
    let wish = json!({"transaction_id": id(&captured), "reason": "not_received",
        "description": "It never came."});
    let dispute = client.post("/v1/disputes", &wish).expect(201);
    assert_eq!(balance(), "100.00");
    client.post(&part(id(&new), "unload"), &json!({"all": true})).expect(200);
    let advance = format!("/v1/test/disputes/{}/advance", id(&dispute));
    for stage in ["responded", "lost"] {
        client.post(&advance, &json!({"to": stage})).expect(200);
    }
    let loaded = client.post(&part(id(&new), "load"), &json!({"amount_usd": 40})).expect(200);
    assert_eq!(usd(&loaded, "receivable_settled_usd"), "30.00");
}

fn plastic_is_sent_where_the_old_card_went_or_elsewhere(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let old = issue(&client, &plastic());
    let helper = format!("/v1/test/cards/{}/fulfilment", id(&old));
    client.post(&helper, &json!({"to": "delivered"})).expect(200);
    client.post(&part(id(&old), "unfreeze"), &json!({})).expect(200);
    let new = replace(&client, id(&old), &json!({"reason": "damaged"}));
    let got = ["status", "freeze_reason", "type"].map(|field| text(&new, field));
    assert_eq!(got, ["frozen", "awaiting_activation", "physical"]);
    assert_eq!(new["fulfillment"], json!({"status": "ordered"}));
    assert_eq!((&new["shipping"], &read(&client, id(&new))["shipping"]), (&address(), &address()));
    let mut elsewhere = address();
    elsewhere["line1"] = json!("1 Main St");
    let body = json!({"reason": "damaged", "shipping": elsewhere});
    assert_eq!(replace(&client, id(&new), &body)["shipping"], elsewhere);
}

fn a_frozen_card_is_replaced_by_a_frozen_one(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    client.post(&part(&card, "freeze"), &json!({})).expect(200);
    let new = replace(&client, &card, &json!({"reason": "compromised"}));
    assert_eq!((text(&new, "status"), text(&new, "freeze_reason")), ("frozen", "cardholder"));
    client.post(&part(id(&new), "unfreeze"), &json!({})).expect(200);
}

fn replacements_are_refused(backend: Backend) {
    let server = Server::shared(backend);
    let (client, stranger) = (server.sign_up(), server.sign_up());
    let card = client.card(None);
    let path = part(&card, "replace");
    let before = (read(&client, &card), server.events(client.account()));
    let shipping = |field: &str, value: Value| {
        let mut address = address();
        address[field] = value;
        json!({"reason": "lost", "shipping": address})
    };
    for (body, status, code, param) in [
        (json!({}), 400, "missing_required_field", "reason"),
        (json!({"reason": "bored"}), 400, "invalid_field", "reason"),
        (json!({"reason": 5}), 400, "invalid_field", "reason"),
        (shipping("name", Value::Null), 400, "missing_required_field", "shipping.name"),
        (shipping("city", json!("")), 400, "invalid_field", "shipping.city"),
        (shipping("country", json!("UK")), 422, "invalid_country", "shipping.country"),
        (json!({"reason": "lost", "shipping": []}), 400, "invalid_field", "shipping"),
        (json!({"reason": "lost", "metadata": {"a": 1}}), 400, "invalid_field", "metadata.a"),
    ] {
        client.post(&path, &body).expect_error(status, code, Some(param));
    }
    stranger.post(&path, &lost()).expect_error(404, "resource_not_found", None);
    let reader = client.api_key(&["card:read", "card:control"]);
    reader.post(&path, &lost()).expect_error(403, "insufficient_scope", None);
    assert_eq!((read(&client, &card), server.events(client.account())), before);
    let new = replace(&client, &card, &lost());
    client.post(&path, &lost()).expect_error(409, "card_cancelled", None);
    client.post(&part(id(&new), "cancel"), &json!({})).expect(200);
    let refused = client.post(&part(id(&new), "replace"), &lost());
    refused.expect_error(409, "card_cancelled", None);
}

fn what_the_issuer_froze_stays_so(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    server.alter_card(&card, "status = 'frozen', freeze_reason = 'issuer'");
    for (action, body) in [("replace", lost()), ("unfreeze", json!({}))] {
        let refused = client.post(&part(&card, action), &body);
        refused.expect_error(409, "freeze_locked_by_issuer", None);
    }
}

fn plastic_from_before_addresses_were_kept_needs_one(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.post("/v1/cards", &plastic()).expect(201);
    server.alter_card(id(&card), "shipping = NULL");
    let refused = client.post(&part(id(&card), "replace"), &lost());
    refused.expect_error(422, "shipping_required", Some("shipping"));
}

fn a_key_replaces_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let old = issue(&client, &plastic());
    let path = part(id(&old), "replace");
    let first = client.post_once(&path, &lost(), "replace");
    let again = client.post_once(&path, &lost(), "replace");
    assert_eq!(first.expect(200)["shipping"], address());
    assert!(again.is_replay() && again.body == first.body);
    assert_eq!(first.header("Cache-Control"), Some("no-store"));
    let other = client.post_once(&path, &json!({"reason": "stolen"}), "replace");
    other.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
}

fn of_two_replacements_at_once_one_wins(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let body = lost();
    let request = |_| client.request(Method::POST, &part(&card, "replace")).json(&body);
    let replies = client.all((0..6).map(request).collect());
    let (done, refused): (Vec<&Reply>, Vec<&Reply>) =
        replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(done.len(), 1);
    for reply in refused {
        reply.expect_error(409, "card_cancelled", None);
    }
    assert_eq!(usd(&done[0].json(), "balance_usd"), "100.00");
}

fn money_is_kept_whatever_happens_meanwhile(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("1000.00");
    let card = client.card(Some("100.00"));
    let (one, body) = (json!({"amount_usd": 1}), lost());
    let mut requests = Vec::new();
    for _ in 0..8 {
        requests.push(client.request(Method::POST, &part(&card, "load")).json(&one));
        let helper = format!("/v1/test/cards/{card}/authorizations");
        requests.push(client.request(Method::POST, &helper).json(&one));
    }
    requests.insert(8, client.request(Method::POST, &part(&card, "replace")).json(&body));
    let replies = client.all(requests);
    let replaced = replies[8].expect(200);
    let loaded = replies.iter().filter(|reply| reply.status == 200).count() - 1;
    for late in replies.iter().filter(|reply| reply.status >= 400) {
        late.expect_error(409, "card_cancelled", None);
    }
    let cents = |card: &Value, field: &str| -> i64 {
        usd(card, field).replace('.', "").parse().expect("an amount")
    };
    let (old, new) = (read(&client, &card), read(&client, id(&replaced)));
    assert_eq!(usd(&old, "balance_usd"), "0.00");
    let on_cards = cents(&old, "held_usd") + cents(&new, "balance_usd");
    let loaded = i64::try_from(loaded).expect("few loads");
    assert_eq!(on_cards, 10_000 + loaded * 100);
    let treasury: i64 = client.available().replace('.', "").parse().expect("an amount");
    assert_eq!(treasury, 100_000 - 10_200 - loaded * 102);
}
