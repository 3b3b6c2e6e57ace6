use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    api_key::{ApiKeyIn, ApiKeyOut},
    operation::{Access, Method, Operation, get},
};

/// Operations of the group "API keys".
pub const OPERATIONS: &[Operation] = &[
    get("list_api_keys", "/api_keys", Scope::ApikeyRead)
        .says("List the account's API keys")
        .lists::<ApiKeyOut>(&["created_at"]),
    Operation::new("create_api_key", Method::Post, "/api_keys", Access::Session)
        .secret()
        .says("Make an API key; its text is shown this once")
        .takes::<ApiKeyIn>()
        .gives::<ApiKeyOut>()
        .refuses(&[ErrorCode::StepUpRequired, ErrorCode::KeyLimitReached]),
    Operation::new("revoke_api_key", Method::Delete, "/api_keys/{id}", Access::Bearer(None))
        .says("Revoke an API key at once")
        .refuses(&[ErrorCode::SessionRequired]),
];
