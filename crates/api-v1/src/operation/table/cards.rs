use cardium_auth::Scope;
use cardium_cards::{Brand, CardStatus, CardType};
use cardium_kernel::ErrorCode;

use crate::{
    authorization_check::AuthorizationCheckIn,
    card::{CardIn, CardOut, ReasonIn, WalletIn},
    card_change::{CardPatchIn, ReplaceIn},
    controls::{ControlsIn, GeoIn, LimitsIn, MccIn},
    decision::CheckedOut,
    funding::{LoadIn, LoadedOut, UnloadIn, UnloadedOut},
    operation::{
        Kind, Operation, Parameter, Shape, act, create, get,
        parameter::{MODE, TEXT},
        patch,
    },
    reveal::RevealOut,
    word::Word,
};

/// Operations of the group "Cards".
pub const OPERATIONS: &[Operation] = &[
    get("list_cards", "/cards", Scope::CardRead)
        .on_listed_cards()
        .says("List cards")
        .lists::<CardOut>(&["created_at", "status"])
        .asks(&[
            Parameter::query(
                "status",
                Kind::Form(Shape::of::<Word<CardStatus>>()),
                "Only cards in this state",
            ),
            Parameter::query(
                "type",
                Kind::Form(Shape::of::<Word<CardType>>()),
                "Only virtual or only physical cards",
            ),
            Parameter::query("bin", TEXT, "Only cards of this BIN"),
            Parameter::query(
                "brand",
                Kind::Form(Shape::of::<Word<Brand>>()),
                "Only cards of this network",
            ),
            Parameter::query("last4", TEXT, "Only cards whose number ends so"),
            Parameter::query("label", TEXT, "Only cards with this label"),
            MODE,
        ]),
    create("issue_card", "/cards", Scope::CardIssue)
        .secret()
        .says("Issue a card, virtual or physical, loaded or not")
        .previewable()
        .takes::<CardIn>()
        .gives::<CardOut>()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::AccountLocked,
            ErrorCode::InsufficientBalance,
            ErrorCode::BinTypeMismatch,
            ErrorCode::ShippingRequired,
            ErrorCode::CardLimitReached,
            ErrorCode::AmountAboveMaximum,
            ErrorCode::LimitAboveBinMaximum,
            ErrorCode::InvalidMcc,
            ErrorCode::InvalidCountry,
        ]),
    get("get_card", "/cards/{id}", Scope::CardRead)
        .on_one_card()
        .says("Show a card")
        .gives::<CardOut>(),
    get("reveal_pan", "/cards/{id}/pan", Scope::CardRevealPan)
        .on_one_card()
        .always()
        .secret()
        .is_final()
        .says("Show number, CVV and expiry of a card; audited")
        .gives::<RevealOut<'static>>()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::CardCancelled,
        ]),
    act("reveal_pan_by_post", "/cards/{id}/reveal", Scope::CardRevealPan)
        .on_one_card()
        .always()
        .secret()
        .is_final()
        .says("Show number, CVV and expiry of a card; never fetched ahead of time")
        .gives::<RevealOut<'static>>()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::CardCancelled,
        ]),
    act("replace_card", "/cards/{id}/replace", Scope::CardIssue)
        .on_one_card()
        .secret()
        .is_final()
        .says("Put a new card in the place of one, with its money, limits and notes")
        .previewable()
        .takes::<ReplaceIn>()
        .gives::<CardOut>()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::CardCancelled,
            ErrorCode::FreezeLockedByIssuer,
            ErrorCode::ShippingRequired,
            ErrorCode::InvalidCountry,
            ErrorCode::AccountLocked,
        ]),
    act("load_card", "/cards/{id}/load", Scope::CardFund)
        .on_one_card()
        .says("Fund a card from the treasury")
        .takes::<LoadIn>()
        .gives::<LoadedOut>()
        .previewable()
        .refuses(&[
            ErrorCode::ApprovalRequired,
            ErrorCode::ApprovalRejected,
            ErrorCode::MandateExceeded,
            ErrorCode::AccountLocked,
            ErrorCode::InsufficientBalance,
            ErrorCode::CardCancelled,
            ErrorCode::FeeChanged,
            ErrorCode::AmountAboveMaximum,
        ]),
    act("unload_card", "/cards/{id}/unload", Scope::CardFund)
        .on_one_card()
        .says("Move unspent money back to the treasury")
        .takes::<UnloadIn>()
        .gives::<UnloadedOut>()
        .previewable()
        .refuses(&[ErrorCode::CardCancelled, ErrorCode::AmountExceedsAvailable]),
    patch("update_card", "/cards/{id}", Scope::CardControl)
        .on_one_card()
        .says("Change what a card is called and your notes on it")
        .takes::<CardPatchIn>()
        .gives::<CardOut>()
        .refuses(&[
            ErrorCode::MandateExceeded,
            ErrorCode::SessionRequired,
            ErrorCode::StepUpRequired,
            ErrorCode::AccountLocked,
        ]),
    patch("set_card_limits", "/cards/{id}/limits", Scope::CardControl)
        .on_one_card()
        .says("Limit what a card spends at once, in a day, week, month and in all")
        .takes::<LimitsIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::CardCancelled, ErrorCode::LimitAboveBinMaximum]),
    patch("set_mcc_rules", "/cards/{id}/mcc", Scope::CardControl)
        .on_one_card()
        .says("Allow or deny kinds of merchant to a card")
        .takes::<MccIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::CardCancelled, ErrorCode::InvalidMcc]),
    patch("set_card_geo", "/cards/{id}/geo", Scope::CardControl)
        .on_one_card()
        .says("Allow or deny countries to a card")
        .takes::<GeoIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::CardCancelled, ErrorCode::InvalidCountry]),
    patch("set_card_controls", "/cards/{id}/controls", Scope::CardControl)
        .on_one_card()
        .says("Lock a card to a merchant, a single use, channels or a last moment")
        .takes::<ControlsIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::CardCancelled]),
    act("provision_wallet", "/cards/{id}/wallet_provisioning", Scope::CardControl)
        .on_one_card()
        .says("Make a card ready for a mobile wallet")
        .takes::<WalletIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::CardCancelled, ErrorCode::CardFrozen, ErrorCode::WalletUnsupported]),
    act("freeze_card", "/cards/{id}/freeze", Scope::CardControl)
        .on_one_card()
        .says("Stop a card's spending")
        .takes::<ReasonIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::CardCancelled]),
    act("unfreeze_card", "/cards/{id}/unfreeze", Scope::CardControl)
        .on_one_card()
        .says("Let a frozen card spend again")
        .takes::<ReasonIn>()
        .gives::<CardOut>()
        .refuses(&[
            ErrorCode::AccountLocked,
            ErrorCode::CardCancelled,
            ErrorCode::FreezeLockedByIssuer,
            ErrorCode::CardNotDelivered,
        ]),
    act("cancel_card", "/cards/{id}/cancel", Scope::CardControl)
        .is_final()
        .on_one_card()
        .says("Retire a card for good")
        .previewable()
        .takes::<ReasonIn>()
        .gives::<CardOut>(),
    act("check_authorization", "/cards/{id}/authorization_checks", Scope::CardRead)
        .on_one_card()
        .always()
        .only_asks()
        .says("Ask what a purchase would be answered, without a hold")
        .takes::<AuthorizationCheckIn>()
        .gives::<CheckedOut>(),
];
