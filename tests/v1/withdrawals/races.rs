//! Withdrawals that are asked for at once.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use crate::{
    on_both,
    support::{Server, fresh_address, items},
};

on_both! {
    a_balance_leaves_once;
    withdrawals_and_loads_share_one_balance;
}

fn a_balance_leaves_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let request = |_| {
        let body = json!({"amount_usd": 500, "chain": "bsc", "address": fresh_address()});
        client.request(Method::POST, "/v1/withdrawals").json(&body)
    };
    let replies = client.all((0..10).map(request).collect());
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 9));
    for reply in refused {
        reply.expect_error(403, "insufficient_balance", None);
    }
    assert_eq!(items(&client.get("/v1/withdrawals").expect(200)).len(), 1);
    assert_eq!(client.available(), "0.00");
}

fn withdrawals_and_loads_share_one_balance(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("510.00");
    let card = client.card(None);
    let request = |number: u32| {
        if number.is_multiple_of(2) {
            let body = json!({"amount_usd": 102, "chain": "bsc", "address": fresh_address()});
            return client.request(Method::POST, "/v1/withdrawals").json(&body);
        }
        let load = json!({"amount_usd": 100});
        client.request(Method::POST, &format!("/v1/cards/{card}/load")).json(&load)
    };
    let replies = client.all((0..20).map(request).collect());
    let made = replies.iter().filter(|reply| reply.status < 300).count();
    // Each takes 102.00, a load with its fee.
    assert_eq!((made, client.available().as_str()), (5, "0.00"));
    for reply in replies.iter().filter(|reply| reply.status >= 300) {
        reply.expect_error(403, "insufficient_balance", None);
    }
}
