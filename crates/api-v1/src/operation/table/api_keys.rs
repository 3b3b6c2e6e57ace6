use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    api_key::{ApiKeyIn, ApiKeyOut, ApiKeyPatch, RollIn},
    operation::{Access, Kind, Method, Operation, Parameter, get},
};

/// Operations of the group "API keys".
pub const OPERATIONS: &[Operation] = &[
    get("list_api_keys", "/api_keys", Scope::ApikeyRead)
        .says("List the account's API keys; a key sees itself only")
        .lists::<ApiKeyOut>(&["created_at", "name"])
        .asks(&[
            Parameter::query(
                "status",
                Kind::Word(&["active", "revoked", "expired"]),
                "Only keys in this state",
            ),
            Parameter::query("mode", Kind::Word(&["live", "sandbox"]), "Only keys of this book"),
        ]),
    Operation::new("create_api_key", Method::Post, "/api_keys", Access::Session)
        .secret()
        .says("Make an API key; its text is shown this once")
        .takes::<ApiKeyIn>()
        .gives::<ApiKeyOut>()
        .refuses(&[
            ErrorCode::StepUpRequired,
            ErrorCode::InvalidCredentials,
            ErrorCode::KeyLimitReached,
        ]),
    Operation::new("update_api_key", Method::Patch, "/api_keys/{id}", Access::Session)
        .says("Change an API key; what widens it asks for a fresh sign-in")
        .takes::<ApiKeyPatch>()
        .gives::<ApiKeyOut>()
        .refuses(&[
            ErrorCode::StepUpRequired,
            ErrorCode::InvalidCredentials,
            ErrorCode::KeyNotActive,
        ]),
    Operation::new("roll_api_key", Method::Post, "/api_keys/{id}/roll", Access::Session)
        .secret()
        .is_final()
        .says("Make a key with the same settings; the old one ends when the overlap is over")
        .takes::<RollIn>()
        .gives::<ApiKeyOut>()
        .refuses(&[
            ErrorCode::StepUpRequired,
            ErrorCode::InvalidCredentials,
            ErrorCode::KeyNotActive,
            ErrorCode::KeyLimitReached,
        ]),
    Operation::new("revoke_api_key", Method::Delete, "/api_keys/{id}", Access::Bearer(None))
        .never_by_agents()
        .says("Revoke an API key at once")
        .refuses(&[ErrorCode::SessionRequired]),
];
