use cardium_auth::Scope;

use crate::{
    balance::{BalanceOut, HistoryEntryOut, HistoryType},
    operation::{Kind, Operation, Parameter, Shape, get, parameter::MODE},
    word::Word,
};

/// Operations of the group "Balance".
pub const OPERATIONS: &[Operation] = &[
    get("get_balance", "/balance", Scope::BalanceRead)
        .beside_cards()
        .says("Show what the treasury holds")
        .gives::<BalanceOut>()
        .asks(&[MODE]),
    get("get_balance_history", "/balance/history", Scope::BalanceRead)
        .says("List what moved the treasury")
        .lists::<HistoryEntryOut>(&["created_at", "amount_usd"])
        .asks(&[
            Parameter::query(
                "type",
                Kind::Form(Shape::of::<Word<HistoryType>>()),
                "Only movements of this kind",
            ),
            Parameter::query("from", Kind::Moment, "The same as `created_after`, which wins"),
            Parameter::query("to", Kind::Moment, "The same as `created_before`, which wins"),
            MODE,
        ]),
];
