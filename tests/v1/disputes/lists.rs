//! Finding disputes again.

use cardium_testkit::Backend;
use serde_json::Value;

use super::{Shopper, buy, file, wish};
use crate::{
    on_both,
    support::{Server, ids, text},
};

on_both! {
    lists_are_filtered_and_sorted;
    a_foreign_dispute_is_unknown;
}

fn lists_are_filtered_and_sorted(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let client = &shopper.client;
    let (_, small) = buy(client, &shopper.card, "5.00");
    let (asked, large) = buy(client, &shopper.card, "50.00");
    let [first, second, third] =
        [&shopper.captured, &small, &large].map(|step| file(client, &wish(step)).expect(201));
    shopper.advance(&first, "responded").expect(200);
    shopper.advance(&second, "won").expect(200);
    let of = format!("transaction_id={}", text(&large, "id"));
    let of_purchase = format!("transaction_id={}", text(&asked, "id"));
    for (filter, expected) in [
        ("", vec![&third, &second, &first]),
        ("status=opened", vec![&third]),
        ("status=responded", vec![&first]),
        ("status=won", vec![&second]),
        ("status=lost", vec![]),
        (of.as_str(), vec![&third]),
        // Any step of a purchase leads to its disputes.
        (of_purchase.as_str(), vec![&third]),
        ("transaction_id=tx_00000000000000000000000001", vec![]),
        ("amount_min=5.01&amount_max=50", vec![&third, &first]),
        ("amount_max=5", vec![&second]),
        ("mode=live", vec![&third, &second, &first]),
        ("mode=sandbox", vec![]),
        ("sort=amount_usd", vec![&second, &first, &third]),
        ("sort=-status", vec![&second, &first, &third]),
        ("sort=created_at&limit=1", vec![&first]),
        ("created_before=2000-01-01T00:00:00Z", vec![]),
    ] {
        let list = client.get(&format!("/v1/disputes?{filter}")).expect(200);
        let expected: Vec<&str> = expected.into_iter().map(|dispute| text(dispute, "id")).collect();
        assert_eq!(ids(&list), expected, "{filter}");
    }
    let page = client.get("/v1/disputes?limit=2").expect(200);
    let next = format!("/v1/disputes?limit=2&cursor={}", text(&page, "next_cursor"));
    assert_eq!(ids(&client.get(&next).expect(200)), [text(&first, "id")]);
    for (filter, param) in [
        ("status=open", "status"),
        ("transaction_id=x", "transaction_id"),
        ("sort=stage", "sort"),
        ("amount_min=x", "amount_min"),
    ] {
        let refused = client.get(&format!("/v1/disputes?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn a_foreign_dispute_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (Shopper::new(&server), Shopper::new(&server));
    let foreign = theirs.file();
    let path = format!("/v1/disputes/{}", text(&foreign, "id"));
    mine.client.get(&path).expect_error(404, "resource_not_found", None);
    mine.advance(&foreign, "won").expect_error(404, "resource_not_found", None);
    let list = mine.client.get("/v1/disputes").expect(200);
    assert_eq!((ids(&list), &list["has_more"]), (vec![], &Value::Bool(false)));
    let of = format!("/v1/disputes?transaction_id={}", text(&foreign, "transaction_id"));
    assert!(ids(&mine.client.get(&of).expect(200)).is_empty());
    assert_eq!(theirs.read(&foreign), foreign);
}
