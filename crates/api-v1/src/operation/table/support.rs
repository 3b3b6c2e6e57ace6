use crate::operation::Operation;

/// Operations of the group "Support".
pub const OPERATIONS: &[Operation] = &[];
