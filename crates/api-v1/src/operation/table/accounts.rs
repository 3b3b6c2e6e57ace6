use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    account::{AccountOut, CredentialsIn},
    operation::{Access, Method, Operation, get},
    session::{SignedInOut, SignedUpOut},
};

/// Operations of the group "Accounts".
pub const OPERATIONS: &[Operation] = &[
    Operation::new("create_account", Method::Post, "/accounts", Access::Public)
        .secret()
        .says("Open an account and sign it in")
        .takes::<CredentialsIn>()
        .gives::<SignedUpOut>()
        .refuses(&[ErrorCode::EmailTaken, ErrorCode::WeakPassword]),
    Operation::new("sign_in", Method::Post, "/sessions", Access::Public)
        .answers(200)
        .secret()
        .says("Open a session with e-mail address and password")
        .takes::<CredentialsIn>()
        .gives::<SignedInOut>()
        .refuses(&[ErrorCode::InvalidCredentials]),
    Operation::new("sign_out", Method::Delete, "/sessions", Access::Session)
        .says("End the session that asks"),
    get("get_account", "/accounts/me", Scope::AccountRead)
        .says("Show the account with its balance")
        .gives::<AccountOut>(),
];
