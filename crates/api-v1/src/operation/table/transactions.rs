use cardium_auth::Scope;
use cardium_authorizations::{Step, TransactionKind};
use cardium_kernel::{AuthorizationId, CardId, ErrorCode};

use crate::{
    auth_details::AuthDetailsOut,
    authorization::AuthorizationOut,
    decision::DecisionOut,
    operation::{
        Kind, Operation, Parameter, Shape, get,
        parameter::{AMOUNT_MAX, AMOUNT_MIN, MODE, TEXT},
    },
    text::Text,
    transaction::TransactionOut,
    word::Word,
};

const FILTERS: &[Parameter] = &[
    Parameter::query("status", Kind::Form(Shape::of::<Word<Step>>()), "Only steps of this kind"),
    Parameter::query(
        "card_id",
        Kind::Form(Shape::of::<Text<CardId>>()),
        "Only transactions of this card",
    ),
    Parameter::query(
        "authorization_id",
        Kind::Form(Shape::of::<Text<AuthorizationId>>()),
        "Only steps of this authorization",
    ),
    Parameter::query(
        "kind",
        Kind::Form(Shape::of::<Word<TransactionKind>>()),
        "Only transactions of this kind",
    ),
    Parameter::query(
        "auth_response_code",
        TEXT,
        "Only what the network was answered with this ISO 8583 code",
    ),
    Parameter::query("mcc", TEXT, "Only merchants with this category code"),
    Parameter::query("merchant_name", TEXT, "Only merchants of this name"),
    AMOUNT_MIN,
    AMOUNT_MAX,
    MODE,
    Parameter::expand(&["card"]),
];

/// Operations of the group "Transactions".
pub const OPERATIONS: &[Operation] = &[
    get("list_transactions", "/transactions", Scope::TransactionRead)
        .on_listed_cards()
        .says("List transactions")
        .lists::<TransactionOut>(&["created_at", "amount_usd", "status"])
        .asks(FILTERS),
    get("get_transaction", "/transactions/{id}", Scope::TransactionRead)
        .on_one_card()
        .says("Show a transaction")
        .gives::<TransactionOut>()
        .asks(&[Parameter::expand(&["card", "authorization"])]),
    get("list_card_transactions", "/cards/{id}/transactions", Scope::TransactionRead)
        .on_one_card()
        .says("List the transactions of a card")
        .lists::<TransactionOut>(&["created_at", "amount_usd", "status"])
        .asks(FILTERS),
    get("get_auth_details", "/transactions/{id}/auth", Scope::TransactionRead)
        .on_one_card()
        .says("Show the ISO 8583 fields behind a transaction, masked")
        .gives::<AuthDetailsOut<'static>>()
        .refuses(&[ErrorCode::NoAuthMessage]),
    get("get_decision", "/transactions/{id}/decision", Scope::TransactionRead)
        .on_one_card()
        .says("Show the checks behind the answer to an authorization request")
        .gives::<DecisionOut>()
        .refuses(&[ErrorCode::NoDecision]),
    get("get_authorization", "/authorizations/{id}", Scope::TransactionRead)
        .on_one_card()
        .says("Show what is authorized, held, cleared and refunded of a card transaction")
        .gives::<AuthorizationOut>(),
];
