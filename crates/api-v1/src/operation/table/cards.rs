use cardium_auth::Scope;

use crate::operation::{Operation, act, create, get, patch};

/// Operations of the group "Cards".
pub const OPERATIONS: &[Operation] = &[
    get("list_cards", "/cards", Scope::CardRead).says("List cards"),
    create("issue_card", "/cards", Scope::CardIssue)
        .previewable()
        .says("Issue a card, virtual or physical, loaded or not"),
    get("get_card", "/cards/{id}", Scope::CardRead).says("Show a card"),
    get("reveal_pan", "/cards/{id}/pan", Scope::CardRevealPan)
        .always()
        .secret()
        .says("Show number, CVV and expiry of a card; audited"),
    act("load_card", "/cards/{id}/load", Scope::CardFund)
        .previewable()
        .says("Fund a card from the treasury"),
    act("unload_card", "/cards/{id}/unload", Scope::CardFund)
        .previewable()
        .says("Move unspent money back to the treasury"),
    patch("set_card_limits", "/cards/{id}/limits", Scope::CardControl)
        .says("Limit what a card spends at once, in a day, week, month and in all"),
    patch("set_mcc_rules", "/cards/{id}/mcc", Scope::CardControl)
        .says("Allow or deny kinds of merchant to a card"),
    patch("set_card_geo", "/cards/{id}/geo", Scope::CardControl)
        .says("Allow or deny countries to a card"),
    patch("set_card_controls", "/cards/{id}/controls", Scope::CardControl)
        .says("Lock a card to a merchant, a single use, channels or a last moment"),
    act("provision_wallet", "/cards/{id}/wallet_provisioning", Scope::CardControl)
        .says("Make a card ready for a mobile wallet"),
    act("freeze_card", "/cards/{id}/freeze", Scope::CardControl).says("Stop a card's spending"),
    act("unfreeze_card", "/cards/{id}/unfreeze", Scope::CardControl)
        .says("Let a frozen card spend again"),
    act("cancel_card", "/cards/{id}/cancel", Scope::CardControl)
        .previewable()
        .says("Retire a card for good"),
    act("check_authorization", "/cards/{id}/authorization_checks", Scope::CardRead)
        .always()
        .says("Ask what a purchase would be answered, without a hold"),
];
