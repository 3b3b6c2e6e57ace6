//! Who may call: credentials and scopes.

use cardium_api_v1::operation::Access;
use cardium_testkit::Backend;
use reqwest::Method;

use super::samples::{Sample, method, operations, shows_json};
use crate::{on_both, support::Server};

on_both! {
    every_operation_succeeds_with_its_scope_alone;
    every_operation_wants_its_scope;
    every_operation_wants_a_credential;
    a_credential_comes_in_one_form;
}

fn every_operation_succeeds_with_its_scope_alone(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    // Signing out would end the session that the others need.
    for operation in operations().filter(|operation| operation.id != "sign_out") {
        let client = match operation.id {
            "revoke_api_key" | "revoke_grant" => sample.client.clone(),
            _ => sample.least(operation),
        };
        let reply = sample.request(&client, operation).send();
        assert_eq!(reply.status, operation.success, "{}: {reply:?}", operation.id);
        if shows_json(operation) {
            reply.expect(operation.success);
        }
    }
    sample.client.delete("/v1/sessions").expect(204);
}

fn every_operation_wants_its_scope(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let [key, other] = ["system:read", "support:read"].map(|scope| sample.client.api_key(&[scope]));
    let before = (sample.client.holdings(), server.events(sample.client.account()));
    for operation in operations() {
        let code = match operation.access {
            Access::Public => continue,
            Access::Session | Access::Bearer(None) => "session_required",
            Access::Bearer(Some(_)) | Access::Own(_) => "insufficient_scope",
        };
        let scope = operation.access.scope();
        let held = scope.is_some_and(|scope| scope.as_str() == "system:read");
        let key = if held { &other } else { &key };
        sample.request(key, operation).send().expect_error(403, code, None);
    }
    let after = (sample.client.holdings(), server.events(sample.client.account()));
    assert_eq!(after, before);
}

fn every_operation_wants_a_credential(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let before = (sample.client.holdings(), server.events(sample.client.account()));
    let nobody = server.client();
    for operation in operations().filter(|operation| operation.access != Access::Public) {
        let refused = sample.request(&nobody, operation).send();
        refused.expect_error(401, "invalid_credentials", None);
        let stranger = nobody.with_token(&format!("ccm_live_{}", "0".repeat(64)));
        let refused = sample.request(&stranger, operation).send();
        refused.expect_error(401, "invalid_credentials", None);
        // The credential is looked at before anything else of the request.
        let broken = nobody.request(method(operation), &sample.path(operation)).body("{");
        broken.send().expect_error(401, "invalid_credentials", None);
    }
    let after = (sample.client.holdings(), server.events(sample.client.account()));
    assert_eq!(after, before);
}

fn a_credential_comes_in_one_form(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let token = client.token();
    let get = || server.client().request(Method::GET, "/v1/balance");
    let (upper, longer) = (token.to_uppercase(), format!("{token}0"));
    let other_end = if token.ends_with('0') { '1' } else { '0' };
    let tampered = format!("{}{other_end}", &token[..token.len() - 1]);
    for wrong in [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        token.into(),
        format!("Basic {token}"),
        format!("Bearer {upper}"),
        format!("Bearer {longer}"),
        format!("Bearer {tampered}"),
        format!("Bearer {token},{token}"),
        format!("Bearer ccm_live_{}", &token[5..]),
        format!("Bearer sess_{}", "0".repeat(2_000)),
        "Bearer sess_' OR '1'='1".into(),
    ] {
        let refused = get().header("Authorization", &wrong).send();
        refused.expect_error(401, "invalid_credentials", None);
    }
    let value = format!("bearer {token}");
    get().header("Authorization", &value).send().expect(200);
    let twice = get().header("Authorization", &value).header("Authorization", &value).send();
    twice.expect_error(401, "invalid_credentials", None);
}
