//! Tool calls: the operations of `/v1`, with their answers.

use cardium_api_v1::operation::operations;
use cardium_auth::{Scope, grants::Reveal};
use cardium_kernel::Money;
use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::{BOTH_REVISIONS, Mcp};
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    lists_are_those_of_rest;
    a_card_is_issued_and_loaded_once;
    one_key_is_one_request_through_both_doors;
    a_trial_changes_nothing;
    refusals_are_those_of_rest;
    arguments_are_refused_by_name;
    a_file_comes_as_a_resource;
    files_are_bounded_both_ways;
    a_number_is_shown_and_never_kept;
    a_refusal_leads_to_where_its_owner_acts;
}

fn lists_are_those_of_rest(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    client.card(Some("20.00"));
    let lists = operations().filter(|one| !one.sorts.is_empty() && !one.path.contains('{'));
    let mut seen = 0;
    for operation in lists {
        let rest = client.get(&format!("/v1{}?limit=5", operation.path)).expect(200);
        for revision in BOTH_REVISIONS {
            let mcp = Mcp { revision, ..Mcp::new(&client) };
            assert_eq!(mcp.done(operation.id, json!({"limit": 5})), rest, "{}", operation.id);
        }
        seen += 1;
    }
    assert!(seen > 8, "{seen} lists");
}

fn a_card_is_issued_and_loaded_once(backend: Backend) {
    let server = Server::shared(backend);
    let session = server.sign_up();
    session.fund("500.00");
    let client = session.api_key(&["card:issue", "card:read", "balance:read"]);
    for revision in BOTH_REVISIONS {
        let mcp = Mcp { revision, ..Mcp::new(&client) };
        let card = mcp.done(
            "issue_card",
            json!({"type": "virtual", "bin": "489517", "idempotency_key": revision.as_str()}),
        );
        let load = json!({
            "id": card["id"], "amount_usd": 25.5,
            "idempotency_key": format!("load {}", revision.as_str()),
        });
        let before = client.available();
        let first = mcp.call("load_card", load.clone());
        let spent = client.available();
        let second = mcp.call("load_card", load);
        assert_eq!(first["structuredContent"], second["structuredContent"]);
        assert!(first["_meta"].is_null(), "{first}");
        assert_eq!(second["_meta"]["cardium/replayed"], true, "{second}");
        assert_ne!(before, spent);
        assert_eq!(client.available(), spent, "nothing moved twice");
        let shown = mcp.done("get_card", json!({"id": card["id"]}));
        assert_eq!(shown, client.get(&format!("/v1/cards/{}", text(&card, "id"))).expect(200));
    }
}

fn one_key_is_one_request_through_both_doors(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(None);
    let path = format!("/v1/cards/{card}/load");
    let rest = client.post_once(&path, &json!({"amount_usd": 10}), "both doors").expect(200);
    let mcp = Mcp::new(&client);
    let again = mcp
        .call("load_card", json!({"id": card, "amount_usd": 10, "idempotency_key": "both doors"}));
    assert_eq!(again["structuredContent"], rest);
    assert_eq!(again["_meta"]["cardium/replayed"], true);
    let other = json!({"id": card, "amount_usd": 11, "idempotency_key": "both doors"});
    let (code, _) = mcp.refused("load_card", other);
    assert_eq!(code, "conflict_idempotency_key");
}

fn a_trial_changes_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(None);
    let before = client.holdings();
    let mcp = Mcp::new(&client);
    let result = mcp.call("load_card", json!({"id": card, "amount_usd": 10, "dry_run": true}));
    assert_eq!(
        (&result["isError"], &result["_meta"]["cardium/dry_run"]),
        (&false.into(), &true.into())
    );
    assert_eq!(client.holdings(), before);
}

fn refusals_are_those_of_rest(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let rest = client.post(&format!("/v1/cards/{card}/load"), &json!({"amount_usd": 10}));
    let rest: Value = serde_json::from_slice(&rest.body).expect("REST answers with JSON");
    let mcp = Mcp::new(&client);
    let (code, param) = mcp.refused("load_card", json!({"id": card, "amount_usd": 10}));
    assert_eq!(
        (Some(code.as_str()), param.as_deref()),
        (rest["code"].as_str(), rest["param"].as_str())
    );
    let (code, _) = mcp.refused("get_card", json!({"id": "card_nowhere"}));
    assert_eq!(code, "resource_not_found");
    let key = client.api_key(&["card:read"]);
    let (code, _) = Mcp::new(&key).refused("create_api_key", json!({"name": "more"}));
    assert_eq!(code, "session_required");
}

fn arguments_are_refused_by_name(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let mcp = Mcp::new(&client);
    for (tool, arguments, code, param) in [
        ("list_cards", json!({"colour": "red"}), "invalid_field", "colour"),
        ("list_cards", json!({"limit": 1000}), "invalid_field", "limit"),
        ("get_card", json!({}), "missing_required_field", "id"),
        ("issue_card", json!({"type": "virtual"}), "missing_required_field", "bin"),
        ("issue_card", json!({"type": "paper", "bin": "489517"}), "invalid_field", "type"),
    ] {
        let refused = mcp.refused(tool, arguments);
        assert_eq!(refused, (code.to_owned(), Some(param.to_owned())), "{tool}");
    }
}

/// A dispute that takes evidence.
fn dispute(client: &Client) -> Value {
    client.fund("500.00");
    let card = client.card(Some("50.00"));
    let bought = client.authorize(&card, &json!({"amount_usd": "20.00"}));
    let id = text(&bought, "authorization_id");
    let capture = format!("/v1/test/authorizations/{id}/capture");
    let captured = client.post(&capture, &json!({})).expect(201);
    Mcp::new(client).done(
        "file_dispute",
        json!({
            "transaction_id": captured["id"], "reason": "duplicate",
            "description": "Merchant charged twice, same order #4921.",
        }),
    )
}

fn a_file_comes_as_a_resource(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (mcp, dispute) = (Mcp::new(&client), dispute(&client));
    let file = json!({
        "id": dispute["id"], "type": "other", "filename": "note.txt",
        "content_type": "text/plain", "content_base64": "aGVsbG8=",
    });
    let added = mcp.call("add_dispute_evidence", file);
    assert_eq!(added["isError"], false, "{added}");
    let evidence = &added["structuredContent"]["evidence"][0]["id"];
    let ids = json!({"id": dispute["id"], "eid": evidence});
    let shown = mcp.call("get_dispute_evidence_file", ids);
    let resource = &shown["content"][0]["resource"];
    assert_eq!(shown["content"][0]["type"], "resource", "{shown}");
    assert_eq!(
        (&resource["blob"], &resource["mimeType"]),
        (&"aGVsbG8=".into(), &"text/plain".into())
    );
    let uri = resource["uri"].as_str().expect("a resource has a URI");
    assert!(uri.starts_with("cardium:///v1/disputes/"), "{uri}");
}

/// A file may be as long as a message, and one that is too large for an answer is downloaded.
fn files_are_bounded_both_ways(backend: Backend) {
    const MEBIBYTE: usize = 1_024 * 1_024;
    let server = Server::shared(backend);
    let client = server.sign_up();
    let (mcp, dispute) = (Mcp::new(&client), dispute(&client));
    let id = text(&dispute, "id");
    let arguments = json!({"id": id, "type": "other", "filename": "note.txt",
        "content_type": "text/plain", "content_base64": "THE FILE"});
    let params = json!({"name": "add_dispute_evidence", "arguments": arguments});
    // Put in as text: to serialize it takes longer than to send it.
    let file = "YWJj".repeat(26 * MEBIBYTE / 4);
    let message = mcp.message("tools/call", params.clone()).to_string();
    let large = mcp.request("tools/call", params).body(message.replacen("THE FILE", &file, 1));
    large.send().expect_error(413, "body_too_large", None);
    let none = &client.get(&format!("/v1/disputes/{id}")).expect(200)["evidence"];
    assert_eq!(*none, json!([]));
    let part = "Content-Disposition: form-data; name=";
    let head = format!(
        "--x\r\n{part}\"type\"\r\n\r\nother\r\n--x\r\n{part}\"file\"; filename=\"a.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n"
    );
    let body = [head.as_bytes(), &[b'a'; 11 * MEBIBYTE], b"\r\n--x--\r\n"].concat();
    let upload = client.request(Method::POST, &format!("/v1/disputes/{id}/evidence"));
    let upload = upload.header("Content-Type", "multipart/form-data; boundary=x").body(body);
    let evidence = upload.send().expect(200)["evidence"][0]["id"].clone();
    let (code, _) = mcp.refused("get_dispute_evidence_file", json!({"id": id, "eid": evidence}));
    assert_eq!(code, "body_too_large");
    let evidence = evidence.as_str().expect("an id");
    let downloaded = client.get(&format!("/v1/disputes/{id}/evidence/{evidence}/file"));
    assert_eq!((downloaded.status, downloaded.body.len()), (200, 11 * MEBIBYTE));
}

fn a_number_is_shown_and_never_kept(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let mcp = Mcp::new(&client);
    let params = json!({"name": "reveal_pan", "arguments": {"id": card}});
    let reply = mcp.send("tools/call", params);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let shown = &reply.json()["result"]["structuredContent"];
    assert_eq!(shown["pan"].as_str().map(str::len), Some(16), "a card number");
    let audit = client.get("/v1/audit_log?action=card.pan_revealed").expect(200);
    let all = client.get("/v1/audit_log").expect(200);
    assert!(audit["data"].as_array().is_some() && all.to_string().contains(&card));
}

fn a_refusal_leads_to_where_its_owner_acts(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    owner.fund("500.00");
    let card = owner.card(None);
    let granting = server.granting();
    let tenant = granting.tenant(owner.token());
    let mut new = granting.terms(tenant.account, Scope::ALL);
    (new.reveal, new.mandate.approval_above) = (Reveal::Link, Some(Money::usd(0)));
    server.wait(granting.agree(tenant, &new));
    let agent = owner.with_token(&server.wait(granting.token(&new)));
    let mcp = Mcp::new(&agent);
    let refused = |tool: &str, arguments: Value| {
        mcp.refused(tool, arguments.clone());
        mcp.call(tool, arguments)["_meta"]["cardium/error"].clone()
    };
    let load = json!({"id": card, "amount_usd": 10, "idempotency_key": "asked"});
    let asked = refused("load_card", load);
    let (id, base) = (text(&asked, "approval_id"), owner.base());
    assert_eq!(text(&asked, "code"), "approval_required");
    assert_eq!(text(&asked, "approval_url"), format!("{base}/approvals/{id}"));
    assert_eq!(mcp.done("get_approval", json!({"id": id}))["status"], "pending");
    let opened = refused("reveal_pan", json!({"id": card}));
    assert_eq!(text(&opened, "code"), "owner_must_open");
    assert_eq!(text(&opened, "url"), format!("{base}/cards/{card}/number"));
}
