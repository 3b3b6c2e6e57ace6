//! Credentials that end in one process end in all.

use std::sync::Arc;

use cardium_testkit::{Backend, Scratch};
use serde_json::json;

use crate::support::{
    Process,
    customer::{Customer, text},
    eventually,
};

/// Each process keeps a look-up of a credential for up to a second; no command relies on it.
#[test]
fn a_revoked_key_commands_nothing_through_the_other_process() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let (first, second) = (Process::start(&scratch), Process::start(&scratch));
    let owner = Customer::sign_up(&first);
    owner.fund(1_000);
    let card = owner.issue();
    let elsewhere = owner.at(&second);
    for round in 0..3 {
        let wish = json!({"name": format!("key {round}")});
        let made = owner.by_session().post("/v1/api_keys", &wish);
        let [id, token] = ["id", "key"].map(|field| text(&made, field));
        let holder = elsewhere.with_token(&token);
        // The other process knows the key now.
        holder.load(&card, 100);
        let path = format!("/v1/api_keys/{id}");
        let revoked = owner.by_session().answered("DELETE", &path, None);
        assert_eq!(revoked.status, 204);
        let load = json!({"amount_usd": 1});
        let refused = holder.answered("POST", &card.path("load"), Some(&load));
        assert_eq!(refused.status, 401, "at once: {refused:?}");
        eventually("the end of its reads", || {
            (holder.answered("GET", "/v1/balance", None).status == 401).then_some(())
        });
    }
    assert_eq!(owner.card_balance(&card), (300, 0));
}

#[test]
fn a_session_signed_out_commands_nothing_through_the_other_process() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let (first, second) = (Process::start(&scratch), Process::start(&scratch));
    let here = Customer::sign_up(&first).by_session();
    let there = here.at(&second);
    let wish = json!({"name": "one more"});
    there.post("/v1/api_keys", &wish);
    assert_eq!(here.answered("DELETE", "/v1/sessions", None).status, 204);
    let refused = there.answered("POST", "/v1/api_keys", Some(&wish));
    assert!([401, 419].contains(&refused.status), "at once: {refused:?}");
}
