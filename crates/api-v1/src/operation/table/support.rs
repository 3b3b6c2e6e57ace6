use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    operation::{Kind, Operation, Parameter, act, create, get},
    ticket::{STATUSES, TicketIn, TicketOut},
};

/// Operations of the group "Support".
pub const OPERATIONS: &[Operation] = &[
    create("open_ticket", "/tickets", Scope::SupportWrite)
        .beside_cards()
        .says("Ask the programme; an answer is promised within a day")
        .takes::<TicketIn>()
        .gives::<TicketOut>()
        .refuses(&[ErrorCode::ActiveCardRequired, ErrorCode::TicketLimitReached]),
    get("list_tickets", "/tickets", Scope::SupportRead)
        .says("List tickets")
        .lists::<TicketOut>(&["created_at", "status"])
        .asks(&[Parameter::query("status", Kind::Word(STATUSES), "How far they are")]),
    get("get_ticket", "/tickets/{id}", Scope::SupportRead)
        .on_one_card()
        .says("Show a ticket")
        .gives::<TicketOut>(),
    act("close_ticket", "/tickets/{id}/close", Scope::SupportWrite)
        .on_one_card()
        .says("Close a ticket, answered or not")
        .gives::<TicketOut>(),
];
