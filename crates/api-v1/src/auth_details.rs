//! The ISO 8583 exchange behind a transaction.

use std::collections::BTreeMap;

use cardium_authorizations::{DeclineReason, NetworkMessage, Transaction};
use cardium_kernel::{AuthorizationId, Book, ErrorCode, MessageId, Problem, TransactionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    text::Text,
    word::{CvvResult, Word},
};

/// The masked fields of an exchange.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuthDetailsOut<'a> {
    #[schemars(extend("const" = "auth_details"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    transaction_id: Text<TransactionId>,
    authorization_id: Option<Text<AuthorizationId>>,
    #[schemars(regex(pattern = "^[0-9]{4}$"))]
    mti: &'a str,
    fields: BTreeMap<u8, &'a str>,
    response_code: &'a str,
    avs: Option<&'a str>,
    #[schemars(with = "Option<Word<CvvResult>>")]
    cvv_result: Option<&'a str>,
    decision_trace_id: Text<MessageId>,
}

impl<'a> AuthDetailsOut<'a> {
    /// The exchange behind the transaction.
    #[must_use]
    pub fn new(transaction: &'a Transaction, message: &'a NetworkMessage) -> Self {
        let mismatch = transaction.decline == Some(DeclineReason::CvvMismatch);
        Self {
            object: "auth_details",
            mode: transaction.book.as_str(),
            transaction_id: Text(transaction.id),
            authorization_id: transaction.authorization.map(Text),
            mti: &message.mti,
            fields: message.fields.iter().collect(),
            response_code: &transaction.response_code,
            avs: None,
            // A match leaves no trace; "N" is the schemes' word for a mismatch.
            cvv_result: mismatch.then_some("N"),
            decision_trace_id: Text(message.id),
        }
    }
}

/// The transaction came about without a network message.
#[must_use]
pub fn no_message() -> Problem {
    let message = "The transaction came with no network message.";
    Problem::new(ErrorCode::NoAuthMessage, message)
}
