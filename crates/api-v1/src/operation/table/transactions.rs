use cardium_auth::Scope;

use crate::operation::{Operation, get};

/// Operations of the group "Transactions".
pub const OPERATIONS: &[Operation] = &[
    get("list_transactions", "/transactions", Scope::TransactionRead).says("List transactions"),
    get("get_transaction", "/transactions/{id}", Scope::TransactionRead).says("Show a transaction"),
    get("list_card_transactions", "/cards/{id}/transactions", Scope::TransactionRead)
        .says("List the transactions of a card"),
    get("get_auth_details", "/transactions/{id}/auth", Scope::TransactionRead)
        .says("Show the ISO 8583 fields behind a transaction, masked"),
    get("get_decision", "/transactions/{id}/decision", Scope::TransactionRead)
        .says("Show the checks behind the answer to an authorization request"),
    get("get_authorization", "/authorizations/{id}", Scope::TransactionRead)
        .says("Show what is authorized, held, cleared and refunded of a card transaction"),
];
