//! Lists: pages, cursors and bounds.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::samples::Sample;
use crate::{
    on_both,
    support::{Client, Server, ids, text},
};

on_both! {
    every_page_of_a_list_is_seen_once;
    what_comes_meanwhile_does_not_shift_pages;
    limits_are_kept;
    a_cursor_is_an_id_of_the_list;
    queries_are_strict;
}

const LISTS: [&str; 11] = [
    "/v1/activity",
    "/v1/audit_log",
    "/v1/api_keys",
    "/v1/balance/history",
    "/v1/topups",
    "/v1/cards",
    "/v1/transactions",
    "/v1/webhooks",
    "/v1/disputes",
    "/v1/tickets",
    "/v1/cards/{id}/transactions",
];

/// The ids of all pages of a list, each checked on its own.
fn page_through(client: &Client, path: &str, limit: usize) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = client.get(&format!("{path}limit={limit}{cursor}")).expect(200);
        let page = ids(&list);
        seen.extend(page.iter().cloned());
        if list["has_more"] == false {
            assert!(page.len() <= limit && list["next_cursor"].is_null(), "{list}");
            return seen;
        }
        assert_eq!(
            (page.len(), page.last().map(String::as_str)),
            (limit, list["next_cursor"].as_str())
        );
        cursor = format!("&cursor={}", text(&list, "next_cursor"));
    }
}

/// Makes 30 top-ups, card loads and declined purchases, many of them with equal amounts.
fn make_thirty(client: &Client) -> String {
    client.fund("500.00");
    let card = client.card(None);
    let post = |path: String, body: Value| client.request(Method::POST, &path).json(&body);
    let mut requests = Vec::new();
    for number in 0..30 {
        let amount = 1 + number % 4;
        requests.push(post("/v1/topups".into(), json!({"amount_usd": 20 + amount})));
        requests.push(post(format!("/v1/cards/{card}/load"), json!({"amount_usd": amount})));
        let path = format!("/v1/test/cards/{card}/authorizations");
        requests.push(post(path, json!({"amount_usd": 1_000 + amount})));
    }
    for reply in client.all(requests) {
        assert!(reply.status < 300, "{reply:?}");
    }
    card
}

fn every_page_of_a_list_is_seen_once(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = make_thirty(&client);
    for (path, count, sorts) in [
        ("/v1/topups?", 31, vec!["created_at", "amount_usd", "status"]),
        ("/v1/balance/history?", 31, vec!["created_at", "amount_usd"]),
        ("/v1/transactions?", 30, vec!["created_at", "amount_usd", "status"]),
        (&format!("/v1/cards/{card}/transactions?"), 30, vec!["created_at", "amount_usd"]),
    ] {
        for sort in sorts {
            for direction in ["", "-"] {
                let path = format!("{path}sort={direction}{sort}&");
                let whole = ids(&client.get(&format!("{path}limit=100")).expect(200));
                assert_eq!(whole.len(), count, "{path}");
                for limit in [7, 10, 30, 31] {
                    assert_eq!(page_through(&client, &path, limit), whole, "{path}{limit}");
                }
                let mut distinct = whole;
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), count, "{path}");
            }
        }
    }
    assert_eq!(page_through(&client, "/v1/topups?amount_usd=21&status=awaiting&", 7).len(), 30);
}

fn what_comes_meanwhile_does_not_shift_pages(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for _ in 0..6 {
        client.topup(&json!({"amount_usd": 20}));
    }
    let first = client.get("/v1/topups?limit=3").expect(200);
    let whole = ids(&client.get("/v1/topups").expect(200));
    client.topup(&json!({"amount_usd": 20}));
    let cursor = text(&first, "next_cursor");
    let second = client.get(&format!("/v1/topups?limit=3&cursor={cursor}")).expect(200);
    assert_eq!([ids(&first), ids(&second)].concat(), whole);
}

fn limits_are_kept(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let client = &sample.client;
    let card = client.card(None);
    for list in LISTS {
        let list = list.replace("{id}", &card);
        for limit in ["0", "-1", "101", "abc", "", "1.5", "1e1", "99999999999999999999"] {
            let refused = client.get(&format!("{list}?limit={limit}"));
            refused.expect_error(400, "invalid_field", Some("limit"));
        }
        for limit in [1, 100] {
            let page = client.get(&format!("{list}?limit={limit}")).expect(200);
            assert!(ids(&page).len() <= limit, "{list}");
        }
    }
    for _ in 0..26 {
        client.topup(&json!({"amount_usd": 20}));
    }
    assert_eq!(ids(&client.get("/v1/topups").expect(200)).len(), 25);
}

fn a_cursor_is_an_id_of_the_list(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (Sample::new(&server), Sample::new(&server));
    let card = mine.client.card(None);
    for list in LISTS {
        let list = list.replace("{id}", &card);
        let whole = theirs.client.get(&list.replace(&card, &theirs.client.card(None))).expect(200);
        let foreign = ids(&whole).first().cloned();
        let other = if list.contains("topups") { &card } else { mine.client.account() };
        for cursor in ["x", "", other, "top_00000000000000000000000001", "%27"] {
            let refused = mine.client.get(&format!("{list}?cursor={cursor}"));
            refused.expect_error(400, "invalid_cursor", Some("cursor"));
        }
        if let Some(foreign) = foreign {
            let refused = mine.client.get(&format!("{list}?cursor={foreign}"));
            refused.expect_error(400, "invalid_cursor", Some("cursor"));
        }
    }
    // Any id of the list is a cursor, filtered out or not.
    let ids = ids(&mine.client.get("/v1/topups?limit=100").expect(200));
    let path = format!("/v1/topups?status=completed&cursor={}", ids[0]);
    assert_eq!(crate::support::ids(&mine.client.get(&path).expect(200)), ids[1..]);
    // Nor need it be of the card that the list is cut to: its place in the order counts.
    let all = crate::support::ids(&mine.client.get("/v1/transactions?limit=100").expect(200));
    let other = mine.client.card(Some("5.00"));
    let declined = mine.client.authorize(&other, &json!({"amount_usd": 1000}));
    let path = format!("/v1/cards/{other}/transactions?cursor=");
    let after = |cursor: &str| {
        crate::support::ids(&mine.client.get(&format!("{path}{cursor}")).expect(200))
    };
    assert_eq!(after(&all[0]), [] as [&str; 0]);
    assert_eq!(after(text(&declined, "id")), [] as [&str; 0]);
    let rising = mine.client.get(&format!("{path}{}&sort=created_at", all[0])).expect(200);
    assert_eq!(crate::support::ids(&rising), [text(&declined, "id")]);
    // A history is that of one book, so a line of the other is none of it.
    let line = crate::support::ids(&mine.client.get("/v1/balance/history").expect(200));
    let refused = mine.client.get(&format!("/v1/balance/history?mode=sandbox&cursor={}", line[0]));
    refused.expect_error(400, "invalid_cursor", Some("cursor"));
}

fn queries_are_strict(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let many: Vec<_> = (0..33).map(|number| format!("p{number}=1")).collect();
    for (query, param) in [
        ("limit=1&limit=2", "limit"),
        ("sort=created_at&sort=-created_at", "sort"),
        ("created_after=2026-13-01T00:00:00Z", "created_after"),
        ("created_after=0", "created_after"),
        ("created_before=2026-01-01", "created_before"),
        ("sort=--created_at", "sort"),
        ("sort=id%20DESC", "sort"),
        ("txid=a%00b", "txid"),
        (&many.join("&"), "p32"),
    ] {
        let refused = client.get(&format!("/v1/topups?{query}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
    client.get("/v1/topups?txid=%27%20OR%201=1%20--&unknown=1").expect(200);
}
