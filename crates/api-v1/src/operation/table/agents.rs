use cardium_auth::Scope;
use cardium_kernel::{ErrorCode, GrantId};

use crate::{
    account::AccountOut,
    approval::{self, ApprovalOut, DecisionIn},
    grant::{self, GrantOut, GrantPatch},
    operation::{
        Access, Kind, Method, Operation, Parameter, Shape, act, get, get_own,
        parameter::{MODE, TEXT},
    },
    panic::{LiftPanicIn, PanicOut},
    text::Text,
};

/// Operations of the group "Agents".
pub const OPERATIONS: &[Operation] = &[
    get("list_grants", "/grants", Scope::AccountRead)
        .beside_cards()
        .says("List what clients were given; a client sees its own grant only")
        .lists::<GrantOut>(&["created_at"])
        .asks(&[
            Parameter::query("status", Kind::Word(grant::STATUSES), "Only grants in this state"),
            Parameter::query("client_id", TEXT, "Only grants of this client"),
        ]),
    get_own("get_grant", "/grants/{id}", Scope::AccountRead)
        .beside_cards()
        .says("Show a grant; a client finds its own under `me` as well")
        .gives::<GrantOut>(),
    Operation::new("update_grant", Method::Patch, "/grants/{id}", Access::Session)
        .beside_cards()
        .says("Change a grant; what widens it asks for a fresh sign-in")
        .takes::<GrantPatch>()
        .gives::<GrantOut>()
        .refuses(&[
            ErrorCode::StepUpRequired,
            ErrorCode::InvalidCredentials,
            ErrorCode::GrantNotActive,
            ErrorCode::InvalidMcc,
        ]),
    Operation::new(
        "revoke_grant",
        Method::Delete,
        "/grants/{id}",
        Access::Own(Scope::AccountWrite),
    )
    .beside_cards()
    .is_final()
    .says("Take a grant back at once; a client may give back its own"),
    get("list_approvals", "/approvals", Scope::AccountRead)
        .beside_cards()
        .says("List what agents asked for; a client sees what it asked itself")
        .lists::<ApprovalOut>(&["created_at"])
        .asks(&[
            Parameter::query("status", Kind::Word(approval::STATUSES), "Only those in this state"),
            Parameter::query(
                "grant_id",
                Kind::Form(Shape::of::<Text<GrantId>>()),
                "Only what this grant's client asked",
            ),
            MODE,
        ]),
    get_own("get_approval", "/approvals/{id}", Scope::AccountRead)
        .beside_cards()
        .says("Show what an agent asked for")
        .gives::<ApprovalOut>(),
    Operation::new("decide_approval", Method::Post, "/approvals/{id}/decision", Access::Session)
        .answers(200)
        .beside_cards()
        .says("Approve or reject what an agent asked for; to approve asks for a fresh sign-in")
        .takes::<DecisionIn>()
        .gives::<ApprovalOut>()
        .refuses(&[
            ErrorCode::StepUpRequired,
            ErrorCode::InvalidCredentials,
            ErrorCode::ApprovalNotPending,
        ]),
    act("panic", "/accounts/me/panic", Scope::AccountWrite)
        .beside_cards()
        .always()
        .is_final()
        .says("Stop everything: freeze cards, take grants back, hold withdrawals")
        .gives::<PanicOut>(),
    Operation::new("lift_panic", Method::Delete, "/accounts/me/panic", Access::Session)
        .beside_cards()
        .answers(200)
        .says("Let things go on; cards are unfrozen one by one")
        .takes::<LiftPanicIn>()
        .gives::<AccountOut>()
        .refuses(&[ErrorCode::StepUpRequired, ErrorCode::InvalidCredentials]),
];
