use cardium_auth::Scope;

use crate::{
    health::HealthOut,
    limits::LimitsOut,
    operation::{Access, Method, Operation, get},
};

/// Operations of the group "System".
pub const OPERATIONS: &[Operation] = &[
    Operation::new("get_system_health", Method::Get, "/system/health", Access::Public)
        .beside_cards()
        .says("Show how the service is doing")
        .gives::<HealthOut<'static>>()
        .or_answers(503),
    get("get_limits", "/system/limits", Scope::SystemRead)
        .beside_cards()
        .gives::<LimitsOut>()
        .says("Show the bounds of requests and amounts, and what is left of them"),
];
