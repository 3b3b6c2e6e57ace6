use crate::operation::Operation;

/// Operations of the group "Withdrawals".
pub const OPERATIONS: &[Operation] = &[];
