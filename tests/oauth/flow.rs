//! From nothing to tokens and back.

use cardium_app::CommandError;
use cardium_auth::grants::{Mandate, Reveal};
use cardium_http::oauth::consent::Choice;
use cardium_kernel::{ErrorCode, Money, Timestamp};
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::json;

use super::agent::{Agent, all_of, answered, expect_refused, find, location, sound};
use crate::{
    on_both,
    support::{Server, text},
};

on_both! {
    documents_say_where_everything_is;
    an_owner_gives_a_client_access_and_takes_it_back;
    whoever_is_not_signed_in_signs_in_first;
    an_owner_may_say_no_and_is_asked_once;
    only_the_session_that_was_asked_may_answer;
    an_owner_gives_no_more_than_was_asked;
    what_an_owner_was_not_asked_about_stays;
    more_than_before_takes_an_owner_who_is_there;
    a_request_waits_ten_minutes;
    browsers_may_call_from_anywhere;
}

fn documents_say_where_everything_is(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    let base = client.base();
    let reply = client.get("/.well-known/oauth-authorization-server");
    let told = reply.expect(200);
    assert_eq!(told, client.get("/.well-known/openid-configuration").expect(200));
    assert_eq!(text(&told, "issuer"), base);
    assert_eq!(told["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(text(&told, "token_endpoint"), format!("{base}/oauth/token"));
    let methods = &told["token_endpoint_auth_methods_supported"];
    assert_eq!(*methods, json!(["none", "client_secret_basic", "client_secret_post"]));
    for (endpoint, methods) in [
        ("revocation", json!(["none", "client_secret_basic", "client_secret_post"])),
        ("introspection", json!(["client_secret_basic", "client_secret_post"])),
    ] {
        assert_eq!(told[format!("{endpoint}_endpoint_auth_methods_supported")], methods);
    }
    for yes in
        ["authorization_response_iss_parameter_supported", "client_id_metadata_document_supported"]
    {
        assert_eq!(told[yes], true, "{yes}");
    }
    let keys = text(&told, "jwks_uri").strip_prefix(base).expect("ours").to_owned();
    assert!(client.get(&keys).status == 200);
    for path in [&keys, "/.well-known/oauth-authorization-server"] {
        let head = client.request(Method::HEAD, path).send();
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
    for (path, resource) in [("", "/mcp"), ("/mcp", "/mcp"), ("/v1", "/v1")] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        assert_eq!(client.request(Method::HEAD, &path).send().status, 200);
        let told = client.get(&path).expect(200);
        assert_eq!(text(&told, "resource"), format!("{base}{resource}"));
        assert_eq!(told["authorization_servers"], json!([base]));
        let scopes = told["scopes_supported"].as_array().expect("scopes");
        assert!(scopes.contains(&json!("read")) && scopes.contains(&json!("card:issue")));
    }
    let foreign = client.request(Method::GET, "/.well-known/oauth-authorization-server");
    assert_eq!(foreign.header("Host", "attacker.example").send().status, 400);
}

fn an_owner_gives_a_client_access_and_takes_it_back(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let code = agent.code(&server, &owner, "read cards:write");
    let reply = agent.token(&agent.exchange(&code));
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let tokens = reply.expect(200);
    assert_eq!((text(&tokens, "token_type"), &tokens["expires_in"]), ("Bearer", &json!(300)));
    // The words that the client used, not what they stand for.
    assert_eq!(text(&tokens, "scope"), "read cards:write");
    let me = agent.call(&tokens, "/v1/accounts/me").expect(200);
    assert_eq!(text(&me, "id"), owner.account());
    let less = [("scope", "balance:read")];
    let fields = [&agent.refresh(text(&tokens, "refresh_token"))[..], &less].concat();
    let less = agent.token(&fields).expect(200);
    assert_eq!((text(&less, "scope"), &less["expires_in"]), ("balance:read", &json!(600)));
    assert_eq!(agent.call(&less, "/v1/balance").status, 200);
    agent.call(&less, "/v1/cards").expect_error(403, "insufficient_scope", None);
    // The next refresh token may do all again (RFC 6749, section 6).
    let again = agent.token(&agent.refresh(text(&less, "refresh_token"))).expect(200);
    assert_eq!(text(&again, "scope"), "read cards:write");
    let gone = [("token", text(&again, "refresh_token")), ("client_id", &agent.id)];
    assert_eq!(agent.form("/oauth/revoke", &gone).send().status, 200);
    assert_eq!(agent.form("/oauth/revoke", &gone).send().status, 200, "a repeat is fine");
    for tokens in [&tokens, &less, &again] {
        assert_eq!(agent.call(tokens, "/v1/balance").status, 401);
        let refused = agent.token(&agent.refresh(text(tokens, "refresh_token")));
        expect_refused(&refused, 400, "invalid_grant", "revoked");
    }
}

fn whoever_is_not_signed_in_signs_in_first(backend: Backend) {
    let server = Server::shared(backend);
    let agent = Agent::register(&server, &sound());
    let owner = server.sign_up();
    let key = owner.api_key(&["card:read"]);
    for who in [None, Some(&key), Some(&owner.with_token("sess_unknown"))] {
        let place = location(&agent.open(who, &agent.request("read")));
        let next = place.strip_prefix("/signin?").expect("the page that signs in");
        let next = answered(&format!("http://localhost/?{next}"));
        let next = find(&next, "next").expect("where to go on");
        let back = agent.http.request(Method::GET, next);
        let back = back.header("Cookie", &format!("cardium={}", owner.token())).send();
        assert!(location(&back).starts_with("/oauth/consent?request=consent_"));
    }
    let form = agent.form("/oauth/authorize", &agent.request("read"));
    let cookie = format!("cardium={}", owner.token());
    assert!(location(&form.header("Cookie", &cookie).send()).starts_with("/oauth/consent?"));
}

fn an_owner_may_say_no_and_is_asked_once(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read");
    let url = server.answer(&owner, &asked, None).expect("the owner may");
    let told = answered(&url);
    assert_eq!(find(&told, "error"), Some("access_denied"));
    assert_eq!((find(&told, "state"), find(&told, "code")), (Some("x y"), None));
    assert_eq!(find(&told, "iss"), Some(agent.http.base()));
    for choice in [None, Some(all_of("read"))] {
        assert!(server.answer(&owner, &asked, choice).is_err(), "it was answered");
    }
    assert_eq!(server.rows_of(owner.account(), "grants"), 0);
}

fn only_the_session_that_was_asked_may_answer(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, stranger) = (server.sign_up(), server.sign_up());
    let agent = Agent::register(&server, &sound());
    let asked = agent.ask(&owner, "read");
    for other in [&stranger, &owner.api_key(&["card:read"])] {
        assert!(server.answer(other, &asked, Some(all_of("read"))).is_err());
        assert!(server.answer(other, &asked, None).is_err());
    }
    assert!(server.answer(&owner, &asked, Some(all_of("read"))).is_ok());
}

fn an_owner_gives_no_more_than_was_asked(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let asked = agent.ask(&owner, "read cards:write");
    for more in ["withdrawal:create", "read card:reveal_pan", ""] {
        assert!(server.answer(&owner, &asked, Some(all_of(more))).is_err(), "{more}");
    }
    let url = server.answer(&owner, &asked, Some(all_of("card:read card:fund"))).expect("less");
    let code = answered(&url);
    let tokens = agent.token(&agent.exchange(find(&code, "code").expect("a code"))).expect(200);
    assert_eq!(text(&tokens, "scope"), "card:read card:fund");
    agent.call(&tokens, "/v1/balance").expect_error(403, "insufficient_scope", None);
    assert_eq!(agent.call(&tokens, "/v1/cards").status, 200);
    // One grant an account and client: agreeing anew changes it.
    agent.tokens(&server, &owner, "read");
    assert_eq!(server.rows_of(owner.account(), "grants"), 1);
}

fn what_an_owner_was_not_asked_about_stays(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let terms = Mandate {
        per_transaction: Some(Money::usd(2_000)),
        merchants: vec!["SHOP1".to_owned()],
        expires_at: Some(Timestamp::from_unix_seconds(4_000_000_000)),
        ..Mandate::default()
    };
    let bounded =
        Choice { reveal: Some(Reveal::Link), mandate: terms.into(), ..all_of("read cards:write") };
    let asked = agent.ask(&owner, "read cards:write");
    server.answer(&owner, &asked, Some(bounded)).expect("the owner may");
    let agreed = owner.get("/v1/grants").expect(200)["data"][0].clone();
    assert_eq!(agreed["mandate"]["merchants"], json!(["SHOP1"]));
    agent.tokens(&server, &owner, "read");
    let again = owner.get("/v1/grants").expect(200)["data"][0].clone();
    assert_eq!(again["id"], agreed["id"]);
    assert_ne!(again["scopes"], agreed["scopes"]);
    assert_eq!((&again["mandate"], &again["reveal"]), (&agreed["mandate"], &agreed["reveal"]));
}

fn more_than_before_takes_an_owner_who_is_there(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    agent.tokens(&server, &owner, "read");
    server.advance(601);
    let asked = agent.ask(&owner, "read cards:write");
    let refused = server.answer(&owner, &asked, Some(all_of("read cards:write")));
    let Err(CommandError::Problem(problem)) = refused else { panic!("{refused:?}") };
    assert_eq!(problem.code, ErrorCode::StepUpRequired);
    server.answer(&owner, &asked, Some(all_of("read"))).expect("no more than before");
}

fn a_request_waits_ten_minutes(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (owner, agent) = (server.sign_up(), Agent::register(&server, &sound()));
    let (soon, late) = (agent.ask(&owner, "read"), agent.ask(&owner, "read"));
    server.advance(500);
    assert!(server.answer(&owner, &soon, Some(all_of("read"))).is_ok());
    server.advance(101);
    assert!(server.answer(&owner, &late, Some(all_of("read"))).is_err());
}

fn browsers_may_call_from_anywhere(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    for (path, methods) in [
        ("/oauth/token", "POST"),
        ("/oauth/register", "POST"),
        ("/oauth/register/client_x", "GET, PUT, DELETE"),
        ("/oauth/revoke", "POST"),
        ("/oauth/jwks", "GET, HEAD"),
        ("/.well-known/jwks.json", "GET, HEAD"),
        ("/.well-known/oauth-authorization-server", "GET, HEAD"),
        ("/.well-known/oauth-protected-resource/mcp", "GET, HEAD"),
    ] {
        let reply = client.request(Method::OPTIONS, path).send();
        assert_eq!(reply.status, 204, "{path}");
        assert_eq!(reply.header("Access-Control-Allow-Origin"), Some("*"), "{path}");
        assert_eq!(reply.header("Access-Control-Allow-Methods"), Some(methods), "{path}");
        assert_eq!(reply.header("Access-Control-Allow-Credentials"), None, "{path}");
        let refused = client.request(Method::PATCH, path).send();
        assert_eq!((refused.status, refused.header("Allow")), (405, Some(methods)), "{path}");
    }
    let page = client.request(Method::OPTIONS, "/oauth/authorize").send();
    assert_eq!(page.header("Access-Control-Allow-Origin"), None);
}
