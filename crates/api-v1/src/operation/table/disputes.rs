use cardium_auth::Scope;
use cardium_disputes::DisputeStatus;
use cardium_kernel::{ErrorCode, TransactionId};

use crate::{
    dispute::{DisputeIn, DisputeOut},
    evidence::EvidenceIn,
    operation::{
        Kind, Operation, Parameter, Shape, act, create, get,
        parameter::{AMOUNT_MAX, AMOUNT_MIN, MODE},
    },
    text::Text,
    word::Word,
};

/// Operations of the group "Disputes".
pub const OPERATIONS: &[Operation] = &[
    create("file_dispute", "/disputes", Scope::DisputeWrite)
        .on_one_card()
        .says("Object to a captured transaction; its money is credited for the time being")
        .previewable()
        .takes::<DisputeIn>()
        .gives::<DisputeOut>()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::ResourceNotFound,
            ErrorCode::DisputeExists,
            ErrorCode::TransactionNotDisputable,
            ErrorCode::FilingWindowClosed,
            ErrorCode::AmountAboveMaximum,
        ]),
    get("list_disputes", "/disputes", Scope::DisputeRead)
        .on_listed_cards()
        .says("List disputes")
        .lists::<DisputeOut>(&["created_at", "amount_usd", "status"])
        .asks(&[
            Parameter::query(
                "status",
                Kind::Form(Shape::of::<Word<DisputeStatus>>()),
                "Only disputes in this state",
            ),
            Parameter::query(
                "transaction_id",
                Kind::Form(Shape::of::<Text<TransactionId>>()),
                "Only disputes of this transaction",
            ),
            AMOUNT_MIN,
            AMOUNT_MAX,
            MODE,
        ]),
    get("get_dispute", "/disputes/{id}", Scope::DisputeRead)
        .on_one_card()
        .says("Show a dispute")
        .gives::<DisputeOut>()
        .asks(&[Parameter::expand(&["transaction"])]),
    act("add_dispute_evidence", "/disputes/{id}/evidence", Scope::DisputeWrite)
        .on_one_card()
        .or_form()
        .says("Add words or a file to a dispute that is not decided")
        .takes::<EvidenceIn>()
        .gives::<DisputeOut>()
        .refuses(&[
            ErrorCode::DisputeClosed,
            ErrorCode::UnsupportedFileType,
            ErrorCode::EvidenceLimitReached,
        ]),
    get("get_dispute_evidence_file", "/disputes/{id}/evidence/{eid}/file", Scope::DisputeRead)
        .on_one_card()
        .says("Download a file that was added to a dispute"),
];
