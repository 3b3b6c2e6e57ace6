//! Every operation with every scope alone, held by a key and by an agent: what the table says is
//! let in, everything else is refused.

use cardium_api_v1::operation::{Access, Agents, Method, Operation};
use cardium_auth::{Scope, ScopeSet};
use cardium_testkit::Backend;

use super::conventions::samples::{method, operations};
use crate::{
    on_both,
    support::{Agent, Client, Server},
};

on_both! {
    each_scope_lets_in_what_the_table_says;
}

/// What a grant needs no scope for, since it finds what is its own alone. Whatever else is to be
/// free of scopes has to be written here as well.
const OWN: [&str; 3] = ["get_grant", "revoke_grant", "get_approval"];

/// The code with which an agent that holds these scopes is refused; none where it is let in.
fn refusal_of_agent(operation: &Operation, held: ScopeSet) -> Option<&'static str> {
    match operation.agents {
        Agents::Never => Some("session_required"),
        Agents::MayCall if OWN.contains(&operation.id) => None,
        Agents::MayCall => refusal(operation, held),
    }
}

/// The same of a key.
fn refusal(operation: &Operation, held: ScopeSet) -> Option<&'static str> {
    match operation.access {
        Access::Session => Some("session_required"),
        Access::Bearer(Some(scope)) | Access::Own(scope) if !held.allows(scope) => {
            Some("insufficient_scope")
        }
        Access::Bearer(_) | Access::Own(_) | Access::Public => None,
    }
}

/// Sends what is looked at only once the caller is let in, and has no effect then either.
fn check(client: &Client, operation: &Operation, refusal: Option<&str>) {
    let path = format!("/v1{}", operation.path.replace("{id}", "x").replace("{eid}", "x"));
    let request = client.request(method(operation), &path);
    let reads = operation.method == Method::Get;
    let request =
        if reads { request } else { request.header("Content-Type", "application/json").body("{") };
    let reply = request.send();
    match refusal {
        Some(code) => _ = reply.expect_error(403, code, None),
        None if reads => {
            assert!([200, 404].contains(&reply.status), "{}: {reply:?}", operation.id);
        }
        None => _ = reply.expect_error(400, "invalid_json", None),
    }
}

fn each_scope_lets_in_what_the_table_says(backend: Backend) {
    let server = Server::shared(backend);
    for scope in Scope::ALL {
        let owner = server.sign_up();
        let held: ScopeSet = [*scope].into_iter().collect();
        let key = owner.api_key(&[scope.as_str()]);
        let agent = Agent::new(&server, &owner, &[scope.as_str()]);
        for operation in operations().filter(|one| one.access != Access::Public) {
            check(&key, operation, refusal(operation, held));
            check(&agent.client, operation, refusal_of_agent(operation, held));
        }
    }
}
