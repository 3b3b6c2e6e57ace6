use cardium_auth::Scope;

use crate::operation::{Operation, act, create, get};

/// Operations of the group "Top-ups".
pub const OPERATIONS: &[Operation] = &[
    create("create_topup", "/topups", Scope::TopupCreate)
        .says("Ask for a deposit address with its QR code"),
    get("list_topups", "/topups", Scope::TopupRead).says("List top-ups"),
    get("get_topup", "/topups/{id}", Scope::TopupRead).says("Show a top-up"),
    act("cancel_topup", "/topups/{id}/cancel", Scope::TopupCreate)
        .says("Give up a top-up that awaits its coins"),
];
