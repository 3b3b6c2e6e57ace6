use cardium_auth::Scope;

use crate::operation::{Operation, get};

/// Operations of the group "Balance".
pub const OPERATIONS: &[Operation] = &[
    get("get_balance", "/balance", Scope::BalanceRead).says("Show what the treasury holds"),
    get("get_balance_history", "/balance/history", Scope::BalanceRead)
        .says("List what moved the treasury"),
];
