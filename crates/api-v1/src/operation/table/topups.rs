use cardium_auth::Scope;
use cardium_kernel::ErrorCode;
use cardium_topups::{Asset, Network};

use crate::{
    operation::{
        Kind, Operation, Parameter, Shape, act, create, get,
        parameter::{AMOUNT_MAX, AMOUNT_MIN, MODE, TEXT},
    },
    topup::{TopupIn, TopupOut},
    word::Word,
};

/// Operations of the group "Top-ups".
pub const OPERATIONS: &[Operation] = &[
    create("create_topup", "/topups", Scope::TopupCreate)
        .beside_cards()
        .says("Ask for a deposit address with its QR code")
        .takes::<TopupIn>()
        .gives::<TopupOut>()
        .refuses(&[
            ErrorCode::UnsupportedAssetChain,
            ErrorCode::AmountBelowMinimum,
            ErrorCode::AmountAboveMaximum,
        ]),
    get("list_topups", "/topups", Scope::TopupRead)
        .beside_cards()
        .says("List top-ups")
        .lists::<TopupOut>(&["created_at", "amount_usd", "status"])
        .asks(&[
            Parameter::query(
                "status",
                Kind::Word(&[
                    "awaiting",
                    "confirming",
                    "pending",
                    "completed",
                    "expired",
                    "cancelled",
                    "error",
                ]),
                "Only top-ups in this state, by the words of `status` or `lifecycle_status`",
            ),
            Parameter::query(
                "asset",
                Kind::Form(Shape::of::<Word<Asset>>()),
                "Only top-ups in this asset",
            ),
            Parameter::query(
                "chain",
                Kind::Form(Shape::of::<Word<Network>>()),
                "Only top-ups on this chain",
            ),
            Parameter::query("txid", TEXT, "Only the top-up that this transfer paid"),
            AMOUNT_MIN,
            AMOUNT_MAX,
            MODE,
        ]),
    get("get_topup", "/topups/{id}", Scope::TopupRead)
        .beside_cards()
        .says("Show a top-up")
        .gives::<TopupOut>(),
    act("cancel_topup", "/topups/{id}/cancel", Scope::TopupCreate)
        .is_final()
        .beside_cards()
        .says("Give up a top-up that awaits its coins")
        .gives::<TopupOut>()
        .refuses(&[ErrorCode::TopupNotCancellable]),
];
