//! The OAuth server as strict clients of others see it.

use cardium_testkit::Backend;

use super::dialogue::{converse, node, python};
use crate::{
    on_both,
    support::{Owner, Server, items},
};

on_both! {
    every_answer_is_as_the_standards_want_it;
    authlib_gets_along;
}

fn every_answer_is_as_the_standards_want_it(backend: Backend) {
    let server = Server::shared(backend);
    let owner = Owner::sign_up(&server);
    let mut client = node("oauth4webapi.mjs");
    client.arg(format!("http://{}", server.address()));
    let done = converse(client, &owner);
    assert_eq!(done["siblings"], 5, "{done}");
    let grants = owner.client.get("/v1/grants?status=active").expect(200);
    assert!(items(&grants).is_empty(), "{grants}");
}

fn authlib_gets_along(backend: Backend) {
    let server = Server::shared(backend);
    let owner = Owner::sign_up(&server);
    let mut client = python("authlib_client.py");
    client.arg(format!("http://{}", server.address()));
    let done = converse(client, &owner);
    assert_eq!(done["account"], owner.client.account(), "{done}");
    let grants = owner.client.get("/v1/grants").expect(200);
    assert_eq!(grants["data"][0]["status"], "revoked", "{grants}");
}
