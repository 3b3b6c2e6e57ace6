//! Every operation with every scope alone, held by a key and by an agent: what the table says is
//! let in, everything else is refused.

use cardium_api_v1::operation::{Access, Method, Operation};
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

/// The code with which whoever holds these scopes is refused; none where they are let in.
fn refusal(operation: &Operation, held: ScopeSet, who: Who) -> Option<&'static str> {
    match operation.access {
        Access::Session => Some("session_required"),
        _ if who == Who::Agent && OWN.contains(&operation.id) => None,
        Access::Bearer(Some(scope)) | Access::Own(scope) if !held.allows(scope) => {
            Some("insufficient_scope")
        }
        Access::Bearer(_) | Access::Own(_) | Access::Public => None,
    }
}

/// Who holds a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Key,
    Agent,
}

/// Sends what is looked at only once the caller is let in, and has no effect then either.
fn check((client, who): (&Client, Who), operation: &Operation, held: ScopeSet) {
    let path = format!("/v1{}", operation.path.replace("{id}", "x").replace("{eid}", "x"));
    let request = client.request(method(operation), &path);
    let reads = operation.method == Method::Get;
    let request =
        if reads { request } else { request.header("Content-Type", "application/json").body("{") };
    let reply = request.send();
    match refusal(operation, held, who) {
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
        for client in [(&key, Who::Key), (&agent.client, Who::Agent)] {
            for operation in operations().filter(|one| one.access != Access::Public) {
                check(client, operation, held);
            }
        }
    }
}
