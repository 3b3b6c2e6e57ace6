use crate::{
    health::HealthOut,
    operation::{Access, Method, Operation},
};

/// Operations of the group "System".
pub const OPERATIONS: &[Operation] =
    &[Operation::new("get_system_health", Method::Get, "/system/health", Access::Public)
        .says("Show how the service is doing")
        .gives::<HealthOut<'static>>()];
