use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    operation::{Kind, Operation, Parameter, create, get},
    withdrawal::{CHAINS, STATUSES, WithdrawalIn, WithdrawalOut},
};

const FILTERS: &[Parameter] = &[
    Parameter::query("status", Kind::Word(STATUSES), "Withdrawals in this state."),
    Parameter::query("chain", Kind::Word(CHAINS), "Withdrawals on this chain."),
    Parameter::query("address", Kind::Text(128), "Withdrawals to this address."),
    Parameter::query("amount_min", Kind::Money, "Withdrawals of at least this amount."),
    Parameter::query("amount_max", Kind::Money, "Withdrawals of at most this amount."),
    Parameter::query("mode", Kind::Word(&["live", "sandbox"]), "Withdrawals out of this book."),
];

/// Operations of the group "Withdrawals".
pub const OPERATIONS: &[Operation] = &[
    create("withdraw", "/withdrawals", Scope::WithdrawalCreate)
        .beside_cards()
        .previewable()
        .takes::<WithdrawalIn>()
        .gives::<WithdrawalOut>()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::AccountLocked,
            ErrorCode::InsufficientBalance,
            ErrorCode::AddressCoolingDown,
            ErrorCode::InvalidPrecision,
            ErrorCode::AmountBelowMinimum,
            ErrorCode::UnsupportedAssetChain,
            ErrorCode::InvalidAddress,
            ErrorCode::AddressChainMismatch,
            ErrorCode::OwnDepositAddress,
            ErrorCode::AddressBlocked,
            ErrorCode::FeeChanged,
        ])
        .is_final()
        .says("Pay treasury money to an address on a chain"),
    get("list_withdrawals", "/withdrawals", Scope::WithdrawalRead)
        .beside_cards()
        .lists::<WithdrawalOut>(&["created_at", "amount_usd", "status"])
        .asks(FILTERS)
        .says("List withdrawals"),
    get("get_withdrawal", "/withdrawals/{id}", Scope::WithdrawalRead)
        .beside_cards()
        .gives::<WithdrawalOut>()
        .says("Show a withdrawal"),
];
