use cardium_auth::Scope;

use crate::operation::{Access, Method, Operation, get};

/// Operations of the group "Accounts".
pub const OPERATIONS: &[Operation] = &[
    Operation::new("create_account", Method::Post, "/accounts", Access::Public)
        .secret()
        .says("Open an account and sign it in"),
    Operation::new("sign_in", Method::Post, "/sessions", Access::Public)
        .answers(200)
        .secret()
        .says("Open a session with e-mail address and password"),
    Operation::new("sign_out", Method::Delete, "/sessions", Access::Session)
        .says("End the session that asks"),
    get("get_account", "/accounts/me", Scope::AccountRead)
        .says("Show the account with its balance"),
];
