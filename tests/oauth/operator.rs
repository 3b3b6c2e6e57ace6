//! Clients that the operator enters, lists and removes with the binary.

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::agent::{Agent, WEB, expect_refused, sound};
use crate::{
    on_both,
    support::{Client, Finished, Server, assert_exit, text, until},
};

on_both! {
    a_client_is_entered_and_used;
    programs_without_a_secret_are_entered_and_nobody_takes_them_for_proven;
    what_the_operator_entered_only_the_operator_changes;
    clients_are_listed_and_removed;
    flags_that_cannot_be_meant_are_named;
}

/// Enters a client; gives it with its secret.
fn enter(server: &Server, arguments: &[&str]) -> (Agent, Option<String>) {
    let entered = server.command(&[&["register-client"], arguments].concat());
    assert_exit(&entered, 0);
    let part = |name: &str| {
        let line = entered.output.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned())
    };
    let id = part("client_id ").expect("it is told");
    let agent = Agent { http: server.client(), id, registration: Value::Null };
    (agent, part("client_secret "))
}

fn books(server: &Server) -> (Agent, String) {
    let flags = ["--name", "Books & Co", "--redirect-uri", WEB, "--scope", "read cards:write"];
    let (agent, secret) = enter(server, &flags);
    (agent, secret.expect("it keeps a secret"))
}

/// What the owner is shown of a request.
fn consent_page(agent: &Agent, owner: &Client, asked: &str) -> String {
    let path = format!("/oauth/consent?request={asked}");
    let request = agent.http.request(Method::GET, &path);
    let page = request.header("Cookie", &format!("cardium={}", owner.token())).send();
    assert_eq!(page.status, 200);
    String::from_utf8_lossy(&page.body).into_owned()
}

fn a_client_is_entered_and_used(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, (agent, secret)) = (server.sign_up(), books(&server));
    let asked = agent.ask(&owner, "read");
    let page = consent_page(&agent, &owner, &asked);
    assert!(page.contains("Books &#38; Co") && page.contains("Runs at a.example"), "{page}");
    assert!(!page.contains("Unverified"), "{page}");
    let code = agent.code(&server, &owner, "read");
    let without = agent.exchange(&code);
    expect_refused(&agent.token(&without), 401, "invalid_client", "it has a secret");
    let wrong = [&without[..], &[("client_secret", "ccs_wrong")]].concat();
    expect_refused(&agent.token(&wrong), 401, "invalid_client", "another secret");
    let proven = [("client_secret", secret.as_str())];
    let tokens = agent.token(&[&without[..], &proven].concat()).expect(200);
    assert_eq!(agent.call(&tokens, "/v1/balance").status, 200);
    let refresh = agent.refresh(text(&tokens, "refresh_token"));
    agent.token(&[&refresh[..], &proven].concat()).expect(200);
    let beyond = agent.open(Some(&owner), &agent.request("withdrawal:create"));
    // The operator entered the address, so the browser may be sent there without a word.
    let told = super::agent::location(&beyond);
    assert!(told.contains("error=invalid_scope"), "more than its ceiling: {told}");
    assert_eq!(stored(&server, &agent, "secret_hash IS NOT NULL AND expires_at IS NULL"), 1);
}

/// How many rows of a client are so.
fn stored(server: &Server, agent: &Agent, so: &str) -> i64 {
    let id = &agent.id;
    let found = format!("FROM oauth_clients WHERE client_id = '{id}' AND {so}");
    server.count(&format!("SELECT COUNT(*) AS count {found}"))
}

fn programs_without_a_secret_are_entered_and_nobody_takes_them_for_proven(backend: Backend) {
    let server = Server::shared(backend);
    let near = "http://localhost/callback";
    let flags = ["--name", "Terminal", "--redirect-uri", near, "--public"];
    let (owner, (agent, secret)) = (server.sign_up(), enter(&server, &flags));
    assert_eq!(secret, None);
    let mut request = agent.request("read");
    request.retain(|(name, _)| *name != "redirect_uri");
    let asked = agent.open(Some(&owner), &[&request[..], &[("redirect_uri", near)]].concat());
    let asked = super::agent::location(&asked);
    let asked = asked.strip_prefix("/oauth/consent?request=").expect("the owner is asked");
    // Any program of the owner's machine may be answered there.
    let page = consent_page(&agent, &owner, asked);
    assert!(page.contains("Terminal") && page.contains("Unverified"), "{page}");
}

fn what_the_operator_entered_only_the_operator_changes(backend: Backend) {
    let server = Server::shared(backend);
    let ((agent, secret), other) = (books(&server), Agent::register(&server, &sound()));
    let path = format!("/oauth/register/{}", agent.id);
    let token = text(&other.registration, "registration_access_token");
    for bearer in [token, &secret, "cra_", ""] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let request = agent.http.request(method.clone(), &path);
            let request = request.header("Authorization", &format!("Bearer {bearer}"));
            let reply = request.json(&json!({"client_id": agent.id})).send();
            expect_refused(&reply, 401, "invalid_token", method.as_str());
        }
    }
    assert_eq!(stored(&server, &agent, "ended_at IS NULL"), 1);
}

fn list(server: &Server) -> Finished {
    let listed = server.command(&["clients"]);
    assert_exit(&listed, 0);
    listed
}

fn clients_are_listed_and_removed(backend: Backend) {
    let server = Server::own(backend, |_| {});
    assert_eq!(list(&server).output, "");
    let (owner, (agent, secret)) = (server.sign_up(), books(&server));
    let registered = Agent::register(&server, &sound());
    let line = format!("{}\tclient_secret_basic\tnever used\tBooks & Co\t{WEB}\n", agent.id);
    assert_eq!(list(&server).output, line, "and not who registered itself");
    let code = agent.code(&server, &owner, "read");
    let exchange = [&agent.exchange(&code)[..], &[("client_secret", &secret)]].concat();
    let tokens = agent.token(&exchange).expect(200);
    assert!(!list(&server).output.contains("never used"));
    let theirs = registered.tokens(&server, &owner, "read");
    for (client, tokens) in [(&agent, &tokens), (&registered, &theirs)] {
        let removed = server.command(&["remove-client", &client.id]);
        assert_exit(&removed, 0);
        // Another process: what it looked up is believed for a second.
        until("its end", || (client.call(tokens, "/v1/balance").status == 401).then_some(()));
        expect_refused(&client.token(&exchange), 401, "invalid_client", "it is removed");
        let again = server.command(&["remove-client", &client.id]);
        assert_exit(&again, 1);
        let known = format!("there is no client {}", client.id);
        assert!(again.errors.contains(&known), "{}", again.errors);
        until("the end of its row", || (stored(&server, client, "kind <> ''") == 0).then_some(()));
    }
    let open = "SELECT COUNT(*) AS count FROM grants WHERE ended_at IS NULL";
    assert_eq!((list(&server).output.as_str(), server.count(open)), ("", 0));
    let log = "SELECT COUNT(*) AS count FROM audit_entries WHERE actor = 'system' AND action IN \
               ('client.entered', 'client.removed', 'grant.revoked')";
    assert_eq!(server.count(log), 5);
}

fn flags_that_cannot_be_meant_are_named(backend: Backend) {
    let server = Server::shared(backend);
    let sound = ["--name", "Books", "--redirect-uri", WEB];
    let turned = "Books\u{202e}";
    let many = ["--redirect-uri", "https://a.example/1"].repeat(6);
    for (flags, named) in [
        (&["--name", "", "--redirect-uri", WEB][..], "--name: client_name must have"),
        (&["--name", turned, "--redirect-uri", WEB], "--name: client_name must have"),
        (
            &["--name", "Books", "--redirect-uri", "http://a.example/"],
            "--redirect-uri http://a.example/: http is served for",
        ),
        (
            &["--name", "Books", "--redirect-uri", "javascript:alert(1)"],
            "--redirect-uri javascript:alert(1): ",
        ),
        (&[&["--name", "Books"], &many[..]].concat(), "--redirect-uri: redirect_uris must have"),
        (&[&sound[..], &["--scope", "everything"]].concat(), "--scope: scope has a word"),
    ] {
        let refused = server.command(&[&["register-client"], flags].concat());
        assert_exit(&refused, 1);
        assert!(refused.errors.contains(named), "{named:?} is not in {}", refused.errors);
        assert_eq!(refused.output, "");
    }
    let nowhere = server.command(&["register-client", "--name", "Books"]);
    assert_exit(&nowhere, 2);
    assert!(nowhere.errors.contains("--redirect-uri <URI>"), "{}", nowhere.errors);
}
