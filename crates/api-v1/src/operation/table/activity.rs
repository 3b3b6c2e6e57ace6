use crate::operation::Operation;

/// Operations of the group "Activity".
pub const OPERATIONS: &[Operation] = &[];
