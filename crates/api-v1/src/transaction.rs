//! Card transactions.

use cardium_app::reads::{TransactionFilter, TransactionSort};
use cardium_authorizations::{Merchant, Step, Transaction};
use cardium_kernel::{AuthorizationId, CardId, Problem, Timestamp, TransactionId};
use serde::Serialize;

use crate::{
    amount::{AmountOut, parse_usd},
    query::{Order, Query},
    text::Text,
};

/// The order of transaction lists.
pub const ORDER: Order<'static, TransactionSort> = Order {
    fields: &[
        ("created_at", TransactionSort::CreatedAt),
        ("amount_usd", TransactionSort::Amount),
        ("status", TransactionSort::Status),
    ],
    cursor: |text| TransactionId::parse(text).map(TransactionId::value),
};

/// The filters of a transaction list.
///
/// # Errors
/// `invalid_field` or `invalid_precision`.
pub fn filter(query: &Query) -> Result<TransactionFilter, Problem> {
    let text = |name| query.text(name).map(str::to_owned);
    let steps = "authorized, captured, refunded, declined, reversed";
    Ok(TransactionFilter {
        card: query.id("card_id", CardId::parse)?,
        step: query.word("status", Step::parse, steps)?,
        authorization: query.id("authorization_id", AuthorizationId::parse)?,
        mcc: text("mcc"),
        merchant_name: text("merchant_name"),
        amount_min: query.read("amount_min", parse_usd)?,
        amount_max: query.read("amount_max", parse_usd)?,
        book: query.mode()?,
    })
}

#[derive(Debug, Serialize)]
struct MerchantPart {
    name: String,
    mcc: String,
    id: String,
    city: String,
    country: String,
}

impl From<&Merchant> for MerchantPart {
    fn from(merchant: &Merchant) -> Self {
        Self {
            name: merchant.name.clone(),
            mcc: merchant.mcc.clone(),
            id: merchant.id.clone(),
            city: merchant.city.clone(),
            country: merchant.country.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
struct DeclinePart {
    code: &'static str,
}

/// A transaction as it is shown.
#[derive(Debug, Serialize)]
pub struct TransactionOut {
    id: Text<TransactionId>,
    object: &'static str,
    mode: &'static str,
    card_id: Text<CardId>,
    status: &'static str,
    amount_usd: AmountOut,
    currency: &'static str,
    merchant: MerchantPart,
    authorization_id: Option<Text<AuthorizationId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_ids: Option<Vec<Text<TransactionId>>>,
    auth_response_code: String,
    decline: Option<DeclinePart>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&Transaction> for TransactionOut {
    fn from(transaction: &Transaction) -> Self {
        let decline = transaction.decline;
        Self {
            id: Text(transaction.id),
            object: "transaction",
            mode: transaction.book.as_str(),
            card_id: Text(transaction.card),
            status: transaction.step.as_str(),
            amount_usd: AmountOut(transaction.amount),
            currency: transaction.amount.currency().code(),
            merchant: MerchantPart::from(&transaction.merchant),
            authorization_id: transaction.authorization.map(Text),
            related_ids: None,
            auth_response_code: transaction.response_code.clone(),
            decline: decline.map(|reason| DeclinePart { code: reason.as_str() }),
            created_at: Text(transaction.created_at),
            updated_at: Text(transaction.created_at),
        }
    }
}

impl TransactionOut {
    /// The transaction with the other steps of its authorization, oldest first.
    #[must_use]
    pub fn with_related(transaction: &Transaction, steps: &[TransactionId]) -> Self {
        let others = steps.iter().filter(|id| **id != transaction.id);
        Self { related_ids: Some(others.copied().map(Text).collect()), ..Self::from(transaction) }
    }
}
