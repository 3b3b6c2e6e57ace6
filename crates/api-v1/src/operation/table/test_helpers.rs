use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    card::CardOut,
    dispute::{AdvanceIn, DisputeOut},
    operation::{Access, Method, Operation, act, create},
    simulation::{
        CaptureIn, ClockIn, ClockOut, DepositIn, FulfilmentIn, IncrementIn, PartIn, PostingIn,
        PurchaseIn,
    },
    topup::TopupOut,
    transaction::TransactionOut,
    withdrawal::{SettlementIn, WithdrawalOut},
};

/// Test helpers.
pub const OPERATIONS: &[Operation] = &[
    create("simulate_deposit", "/test/topups/{id}/deposits", Scope::TopupCreate)
        .beside_cards()
        .always()
        .says("Let coins arrive at a top-up's address")
        .takes::<DepositIn>()
        .gives::<TopupOut>()
        .refuses(&[ErrorCode::UnsupportedAssetChain]),
    create("simulate_authorization", "/test/cards/{id}/authorizations", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let a merchant ask for money from a card")
        .takes::<PurchaseIn>()
        .gives::<TransactionOut>(),
    create("simulate_increment", "/test/authorizations/{id}/increment", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let the merchant raise an authorization")
        .takes::<IncrementIn>()
        .gives::<TransactionOut>()
        .refuses(&[ErrorCode::InvalidTransactionState]),
    create("simulate_capture", "/test/authorizations/{id}/capture", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let the merchant clear an authorization")
        .takes::<CaptureIn>()
        .gives::<TransactionOut>()
        .refuses(&[ErrorCode::InvalidTransactionState]),
    create("simulate_reversal", "/test/authorizations/{id}/reverse", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let the merchant reverse an authorization")
        .takes::<PartIn>()
        .gives::<TransactionOut>()
        .refuses(&[ErrorCode::InvalidTransactionState]),
    create("simulate_expiry", "/test/authorizations/{id}/expire", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let the hold of an authorization lapse")
        .gives::<TransactionOut>()
        .refuses(&[ErrorCode::InvalidTransactionState]),
    create("simulate_refund", "/test/cards/{id}/refunds", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let a merchant give money back")
        .takes::<PostingIn>()
        .gives::<TransactionOut>(),
    create("simulate_force_post", "/test/cards/{id}/force_posts", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Let a merchant post what it never asked for")
        .takes::<PostingIn>()
        .gives::<TransactionOut>(),
    act("simulate_fulfilment", "/test/cards/{id}/fulfilment", Scope::CardControl)
        .on_one_card()
        .always()
        .says("Move the plastic of a card on its way")
        .takes::<FulfilmentIn>()
        .gives::<CardOut>()
        .refuses(&[ErrorCode::InvalidFulfillmentState, ErrorCode::CardCancelled]),
    act("advance_dispute", "/test/disputes/{id}/advance", Scope::DisputeWrite)
        .on_one_card()
        .always()
        .says("Let the card network move a dispute on")
        .takes::<AdvanceIn>()
        .gives::<DisputeOut>()
        .refuses(&[ErrorCode::InvalidDisputeState, ErrorCode::DisputeClosed]),
    act("settle_withdrawal", "/test/withdrawals/{id}/settlement", Scope::WithdrawalCreate)
        .beside_cards()
        .always()
        .takes::<SettlementIn>()
        .gives::<WithdrawalOut>()
        .refuses(&[ErrorCode::InvalidTransactionState])
        .says("Let the simulated chain take, settle or undo a withdrawal's payment"),
    Operation::new("advance_clock", Method::Post, "/test/clock", Access::Bearer(None))
        .beside_cards()
        .answers(200)
        .always()
        .says("Move the test clock forward")
        .takes::<ClockIn>()
        .gives::<ClockOut>(),
];
