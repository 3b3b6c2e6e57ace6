//! Finding withdrawals again.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{EVM, TRON, settle};
use crate::{
    on_both,
    support::{Server, ids, text},
};

on_both! {
    lists_are_filtered_and_sorted;
    bad_filters_name_their_parameter;
}

fn lists_are_filtered_and_sorted(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    client.fund("100.00");
    let make = |amount: u32, chain: &str, address: &str, mode: &str| {
        let body = json!({"amount_usd": amount, "chain": chain, "address": address, "mode": mode});
        client.post("/v1/withdrawals", &body).expect(201)
    };
    let paid = make(30, "tron", TRON, "live");
    settle(&client, &paid, "confirmed").expect(200);
    let lost = make(20, "bsc", EVM, "live");
    settle(&client, &lost, "failed").expect(200);
    let open = make(40, "ethereum", EVM, "live");
    let play = make(10, "bsc", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "sandbox");
    let id = |withdrawal: &Value| text(withdrawal, "id").to_owned();
    for (filter, expected) in [
        ("", vec![&play, &open, &lost, &paid]),
        ("status=created", vec![&play, &open]),
        ("status=confirmed", vec![&paid]),
        ("status=failed", vec![&lost]),
        ("status=broadcasted", vec![]),
        ("chain=bsc", vec![&play, &lost]),
        ("mode=sandbox", vec![&play]),
        (&format!("address={TRON}"), vec![&paid]),
        (&format!("address={}", EVM.to_lowercase()), vec![&open, &lost]),
        ("address=nobody", vec![]),
        ("amount_min=20&amount_max=30.00", vec![&lost, &paid]),
        ("sort=amount_usd&limit=2", vec![&play, &lost]),
        ("sort=-amount_usd&limit=1", vec![&open]),
        ("sort=status&limit=1", vec![&paid]),
        (&format!("limit=2&cursor={}", id(&open)), vec![&lost, &paid]),
    ] {
        let list = client.get(&format!("/v1/withdrawals?{filter}")).expect(200);
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(ids(&list), expected, "{filter}");
    }
    let key = client.api_key(&["withdrawal:read"]);
    assert_eq!(ids(&key.get("/v1/withdrawals").expect(200)).len(), 4);
}

fn bad_filters_name_their_parameter(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (filter, param) in [
        ("status=paid", "status"),
        ("chain=solana", "chain"),
        ("mode=test", "mode"),
        ("sort=txid", "sort"),
        ("amount_min=x", "amount_min"),
    ] {
        let refused = client.get(&format!("/v1/withdrawals?{filter}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
    let refused = client.get("/v1/withdrawals?cursor=wd_00000000000000000000000001");
    refused.expect_error(400, "invalid_cursor", Some("cursor"));
}
