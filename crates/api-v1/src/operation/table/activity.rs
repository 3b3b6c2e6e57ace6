use cardium_app::EventType;
use cardium_auth::Scope;

use crate::{
    activity::{ActivityOut, ActorName, ObjectName},
    audit::AuditOut,
    operation::{Kind, Operation, Parameter, Shape, get},
};

/// The names of all events.
pub(super) const TYPES: [&str; EventType::ALL.len()] = {
    let mut names = [""; EventType::ALL.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = EventType::ALL[place].as_str();
        place += 1;
    }
    names
};

const ACTOR: Parameter = Parameter::query(
    "actor",
    Kind::Form(Shape::of::<ActorName>()),
    "Only what this credential did, or the public, network or system",
);

/// Operations of the group "Activity".
pub const OPERATIONS: &[Operation] = &[
    get("get_activity", "/activity", Scope::ActivityRead)
        .says("List what happened on the account")
        .lists::<ActivityOut>(&["created_at"])
        .asks(&[
            Parameter::query("type", Kind::Word(&TYPES), "Only events of this type"),
            ACTOR,
            Parameter::query(
                "object_id",
                Kind::Form(Shape::of::<ObjectName>()),
                "Only what happened to this object",
            ),
            Parameter::query("mode", Kind::Word(&["live", "sandbox"]), "Only events of this book"),
        ]),
    get("get_audit_log", "/audit_log", Scope::AuditRead)
        .says("List who did what, from where, in a chain of hashes")
        .lists::<AuditOut>(&["created_at"])
        .asks(&[
            ACTOR,
            Parameter::query("action", Kind::Text(64), "Only this action"),
            Parameter::query("ip", Kind::Text(64), "Only requests from this address"),
            Parameter::query("object_id", Kind::Text(64), "Only what was done to this object"),
        ]),
];
