use cardium_auth::Scope;

use crate::operation::{Operation, act, create, get};

/// Operations of the group "Disputes".
pub const OPERATIONS: &[Operation] = &[
    create("file_dispute", "/disputes", Scope::DisputeWrite)
        .previewable()
        .says("Object to a captured transaction; its money is credited for the time being"),
    get("list_disputes", "/disputes", Scope::DisputeRead).says("List disputes"),
    get("get_dispute", "/disputes/{id}", Scope::DisputeRead).says("Show a dispute"),
    act("add_dispute_evidence", "/disputes/{id}/evidence", Scope::DisputeWrite)
        .or_form()
        .says("Add words or a file to a dispute that is not decided"),
    get("get_dispute_evidence_file", "/disputes/{id}/evidence/{eid}/file", Scope::DisputeRead)
        .says("Download a file that was added to a dispute"),
];
