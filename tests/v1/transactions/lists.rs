//! Finding transactions again, and the network messages behind them.

use cardium_testkit::Backend;
use serde_json::json;

use super::{follow, shopper};
use crate::{
    on_both,
    support::{Server, assert_fields, ids, text},
};

on_both! {
    lists_are_filtered;
    network_fields_are_shown_without_the_card_number;
}

fn lists_are_filtered(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let other = client.card(Some("50.00"));
    let coffee = json!({"amount_usd": 5, "merchant_name": "COFFEE", "mcc": "5814"});
    let coffee = client.authorize(&card, &coffee);
    let paid = follow(&client, &coffee, "capture", &json!({}));
    let book = client.authorize(&other, &json!({"amount_usd": 20, "merchant_name": "BOOKS"}));
    let dear = client.authorize(&card, &json!({"amount_usd": 5000}));
    let undone = follow(&client, &book, "reverse", &json!({}));
    let authorization = format!("authorization_id={}", text(&coffee, "authorization_id"));
    for (filter, expected) in [
        ("", vec![&undone, &dear, &book, &paid, &coffee]),
        ("status=authorized", vec![&book, &coffee]),
        ("status=captured", vec![&paid]),
        ("status=declined", vec![&dear]),
        ("status=reversed", vec![&undone]),
        ("status=refunded", vec![]),
        (&format!("card_id={other}"), vec![&undone, &book]),
        (&authorization, vec![&paid, &coffee]),
        ("kind=clearing", vec![&paid]),
        ("kind=purchase&status=declined", vec![&dear]),
        ("auth_response_code=51", vec![&dear]),
        ("mcc=5814", vec![&paid, &coffee]),
        ("merchant_name=BOOK", vec![]),
        ("merchant_name=BOOKS", vec![&undone, &book]),
        ("amount_min=20.00&amount_max=20", vec![&undone, &book]),
        ("amount_max=4.99", vec![]),
        ("mode=live&status=captured", vec![&paid]),
        ("mode=sandbox", vec![]),
        ("sort=-amount_usd&limit=1", vec![&dear]),
        ("created_before=2000-01-01T00:00:00Z", vec![]),
    ] {
        let list = client.get(&format!("/v1/transactions?{filter}")).expect(200);
        let expected: Vec<_> = expected.into_iter().map(|step| text(step, "id")).collect();
        assert_eq!(ids(&list), expected, "{filter}");
    }
    let list = client.get(&format!("/v1/cards/{card}/transactions?status=captured")).expect(200);
    assert_eq!(ids(&list), [text(&paid, "id")]);
    for (filter, code, status, param) in [
        ("status=paid", "invalid_field", 400, "status"),
        ("card_id=x", "invalid_field", 400, "card_id"),
        ("authorization_id=x", "invalid_field", 400, "authorization_id"),
        ("amount_min=abc", "invalid_field", 400, "amount_min"),
        ("amount_max=1.001", "invalid_precision", 422, "amount_max"),
        ("kind=shopping", "invalid_field", 400, "kind"),
        ("sort=mcc", "invalid_field", 400, "sort"),
    ] {
        let refused = client.get(&format!("/v1/transactions?{filter}"));
        refused.expect_error(status, code, Some(param));
    }
}

fn network_fields_are_shown_without_the_card_number(backend: Backend) {
    let server = Server::shared(backend);
    let (client, card) = shopper(&server);
    let revealed = client.get(&format!("/v1/cards/{card}/pan")).expect(200);
    let (pan, cvv) = (text(&revealed, "pan"), text(&revealed, "cvv"));
    // A careless merchant repeats the number in its name.
    let body = json!({"amount_usd": 12.34, "cvv": cvv, "merchant_name": format!("SHOP {pan}")});
    let made = client.authorize(&card, &body);
    let captured = follow(&client, &made, "capture", &json!({}));
    let reversed = follow(&client, &made, "reverse", &json!({}));
    for (step, mti) in [(&made, "0100"), (&captured, "0220"), (&reversed, "0420")] {
        let reply = client.get(&format!("/v1/transactions/{}/auth", text(step, "id")));
        let details = reply.expect(200);
        let fields = ["object", "mode", "transaction_id", "authorization_id", "mti", "fields"];
        let more = ["response_code", "avs", "cvv_result", "decision_trace_id"];
        assert_fields(&details, &[&fields[..], &more].concat());
        assert_eq!((text(&details, "object"), text(&details, "mti")), ("auth_details", mti));
        assert_eq!(details["transaction_id"], step["id"]);
        assert_eq!(details["authorization_id"], made["authorization_id"]);
        let fields = &details["fields"];
        let masked = format!("{}******{}", &pan[..6], &pan[12..]);
        assert_eq!((text(fields, "2"), text(fields, "4")), (masked.as_str(), "000000001234"));
        assert_eq!(
            (text(fields, "18"), text(fields, "49"), text(fields, "39")),
            ("5999", "840", "00")
        );
        for secret in ["14", "35", "45", "48", "52", "55"] {
            assert!(fields.get(secret).is_none(), "{mti} shows field {secret}");
        }
        assert!(!String::from_utf8_lossy(&reply.body).contains(pan), "{mti}");
    }
    let approved = client.get(&format!("/v1/transactions/{}/auth", text(&made, "id"))).expect(200);
    assert_eq!(text(&approved["fields"], "38").len(), 6);
    assert!(!client.get("/v1/transactions").expect(200).to_string().contains(pan));
}
