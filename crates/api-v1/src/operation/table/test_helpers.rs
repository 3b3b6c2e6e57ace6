use cardium_auth::Scope;
use cardium_kernel::ErrorCode;

use crate::{
    operation::{Access, Method, Operation, act, create},
    withdrawal::{SettlementIn, WithdrawalOut},
};

/// Test helpers.
pub const OPERATIONS: &[Operation] = &[
    create("simulate_deposit", "/test/topups/{id}/deposits", Scope::TopupCreate)
        .always()
        .says("Let coins arrive at a top-up's address"),
    create("simulate_authorization", "/test/cards/{id}/authorizations", Scope::CardControl)
        .always()
        .says("Let a merchant ask for money from a card"),
    create("simulate_increment", "/test/authorizations/{id}/increment", Scope::CardControl)
        .always()
        .says("Let the merchant raise an authorization"),
    create("simulate_capture", "/test/authorizations/{id}/capture", Scope::CardControl)
        .always()
        .says("Let the merchant clear an authorization"),
    create("simulate_reversal", "/test/authorizations/{id}/reverse", Scope::CardControl)
        .always()
        .says("Let the merchant reverse an authorization"),
    create("simulate_expiry", "/test/authorizations/{id}/expire", Scope::CardControl)
        .always()
        .says("Let the hold of an authorization lapse"),
    create("simulate_refund", "/test/cards/{id}/refunds", Scope::CardControl)
        .always()
        .says("Let a merchant give money back"),
    create("simulate_force_post", "/test/cards/{id}/force_posts", Scope::CardControl)
        .always()
        .says("Let a merchant post what it never asked for"),
    act("simulate_fulfilment", "/test/cards/{id}/fulfilment", Scope::CardControl)
        .always()
        .says("Move the plastic of a card on its way"),
    act("advance_dispute", "/test/disputes/{id}/advance", Scope::DisputeWrite)
        .always()
        .says("Let the card network move a dispute on"),
    act("settle_withdrawal", "/test/withdrawals/{id}/settlement", Scope::WithdrawalCreate)
        .always()
        .takes::<SettlementIn>()
        .gives::<WithdrawalOut>()
        .refuses(&[ErrorCode::InvalidTransactionState])
        .says("Let the simulated chain take, settle or undo a withdrawal's payment"),
    Operation::new("advance_clock", Method::Post, "/test/clock", Access::Bearer(None))
        .answers(200)
        .always()
        .says("Move the test clock forward"),
];
