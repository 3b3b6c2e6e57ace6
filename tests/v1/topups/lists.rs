//! Finding top-ups again.

use cardium_testkit::Backend;
use serde_json::json;

use crate::{
    on_both,
    support::{Server, ids, text},
};

on_both! {
    lists_are_filtered_in_both_vocabularies;
    bad_filters_name_their_parameter;
}

fn lists_are_filtered_in_both_vocabularies(backend: Backend) {
    // The chain belongs to the whole database, and others would mine on it.
    let server = Server::own(backend, |_| {});
    let client = server.sign_up();
    let make = |amount: u32, chain| client.topup(&json!({"amount_usd": amount, "chain": chain}));
    let id = |topup| text(topup, "id").to_owned();
    let cancelled = make(20, "tron");
    client.post(&format!("/v1/topups/{}/cancel", id(&cancelled)), &json!({})).expect(200);
    let expired = make(30, "tron");
    server.advance(3_600);
    let path = format!("/v1/topups/{}", id(&expired));
    client.get_until(&path, |topup| topup["status"] == "cancelled");
    let completed = make(200, "bsc");
    let paid = client.deposit(&completed, &json!({}));
    let confirming = make(40, "ethereum");
    client.deposit(&confirming, &json!({"confirmations": 1}));
    let awaiting = make(50, "tron");
    for (filter, expected) in [
        ("status=awaiting", vec![&awaiting]),
        ("status=confirming", vec![&confirming]),
        ("status=pending", vec![&awaiting, &confirming]),
        ("status=completed", vec![&completed]),
        ("status=expired", vec![&expired]),
        ("status=cancelled", vec![&expired, &cancelled]),
        ("status=error", vec![]),
        ("mode=live", vec![&completed]),
        ("chain=ethereum", vec![&confirming]),
        ("asset=USDT&chain=tron", vec![&awaiting, &expired, &cancelled]),
        (&format!("txid={}", text(&paid, "txid")), vec![&completed]),
        ("amount_min=30&amount_max=49.99", vec![&confirming, &expired]),
        ("amount_min=200.01", vec![]),
        ("sort=amount_usd&limit=2", vec![&cancelled, &expired]),
        ("sort=-amount_usd&limit=1", vec![&completed]),
        ("sort=status&mode=sandbox&limit=1", vec![&awaiting]),
    ] {
        let list = client.get(&format!("/v1/topups?{filter}")).expect(200);
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(ids(&list), expected, "{filter}");
    }
}

fn bad_filters_name_their_parameter(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (filter, param) in [
        ("status=paid", "status"),
        ("asset=BTC", "asset"),
        ("chain=solana", "chain"),
        ("mode=test", "mode"),
        ("sort=txid", "sort"),
        ("txid=%00", "txid"),
        ("amount_min=x", "amount_min"),
        ("amount_max=", "amount_max"),
    ] {
        let refused = client.get(&format!("/v1/topups?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}
