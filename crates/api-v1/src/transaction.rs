//! Card transactions.

use cardium_app::{
    event::CardView,
    reads::{TransactionFilter, TransactionSort},
};
use cardium_authorizations::{
    DeclineReason, ForeignAmount, Merchant, Step, Transaction, TransactionKind,
};
use cardium_kernel::{AuthorizationId, Book, CardId, Money, Problem, Timestamp, TransactionId};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

use crate::{
    amount::{AmountOut, parse_usd},
    authorization::AuthorizationOut,
    card::CardOut,
    expand,
    field::invalid,
    query::{Order, Query},
    text::Text,
    word::Word,
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
        cards: None,
        card: query.id("card_id", CardId::parse)?,
        step: query.word("status", Step::parse, steps)?,
        authorization: query.id("authorization_id", AuthorizationId::parse)?,
        kind: query.read("kind", kind)?,
        response_code: text("auth_response_code"),
        mcc: text("mcc"),
        merchant_name: text("merchant_name"),
        amount_min: query.read("amount_min", parse_usd)?,
        amount_max: query.read("amount_max", parse_usd)?,
        book: query.mode()?,
    })
}

fn kind(text: &str, param: &str) -> Result<TransactionKind, Problem> {
    TransactionKind::parse(text).ok_or_else(|| invalid(param, "is no kind of transaction"))
}

/// What is shown in full beside a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// The card that spent.
    Card,
    /// What all steps add up to.
    Authorization,
}

/// What a list is to show beside its transactions.
///
/// # Errors
/// `invalid_field`.
pub fn expand_list(query: &Query) -> Result<BTreeSet<Beside>, Problem> {
    expand::parse(query, &[("card", Beside::Card)])
}

/// What is to be shown beside one transaction.
///
/// # Errors
/// `invalid_field`.
pub fn expand_one(query: &Query) -> Result<BTreeSet<Beside>, Problem> {
    expand::parse(query, &[("card", Beside::Card), ("authorization", Beside::Authorization)])
}

/// Who asked for the money.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MerchantPart {
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

#[derive(Debug, Serialize, JsonSchema)]
struct DeclinePart {
    #[schemars(with = "Word<DeclineReason>")]
    code: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FeePart {
    #[serde(rename = "type")]
    #[schemars(extend("const" = "conversion"))]
    kind: &'static str,
    amount_usd: AmountOut,
}

/// What the merchant asked in its own currency, and at which rate it was billed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FxPart {
    merchant_amount: String,
    merchant_currency: String,
    rate: Option<String>,
}

impl FxPart {
    /// The most decimals of a rate.
    const RATE_DECIMALS: u32 = 6;

    pub(crate) fn new(billed: Money, asked: &ForeignAmount) -> Self {
        let major = |text: &str| text.parse::<Decimal>().ok();
        let rate = major(&billed.major())
            .zip(major(&asked.major()))
            .and_then(|(billed, asked)| billed.checked_div(asked));
        Self {
            merchant_amount: asked.major(),
            merchant_currency: asked.currency().to_owned(),
            rate: rate.map(|rate| rate.round_dp(Self::RATE_DECIMALS).normalize().to_string()),
        }
    }
}

/// A transaction as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TransactionOut {
    id: Text<TransactionId>,
    #[schemars(extend("const" = "transaction"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    card_id: Text<CardId>,
    #[schemars(with = "Word<Step>")]
    status: &'static str,
    #[schemars(with = "Word<TransactionKind>")]
    kind: &'static str,
    amount_usd: AmountOut,
    #[schemars(extend("const" = "USD"))]
    currency: &'static str,
    fees: Vec<FeePart>,
    fx: Option<FxPart>,
    merchant: MerchantPart,
    authorization_id: Option<Text<AuthorizationId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Text<TransactionId>>")]
    related_ids: Option<Vec<Text<TransactionId>>>,
    auth_response_code: Option<String>,
    decline: Option<DeclinePart>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<Box<CardOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Box<AuthorizationOut>>,
}

impl From<&Transaction> for TransactionOut {
    fn from(transaction: &Transaction) -> Self {
        let (decline, fee) = (transaction.decline, transaction.fee);
        let billed = transaction.amount.minus(fee).unwrap_or(transaction.amount);
        let code = Some(transaction.response_code.clone());
        let fees = FeePart { kind: "conversion", amount_usd: AmountOut(fee) };
        Self {
            id: Text(transaction.id),
            object: "transaction",
            mode: transaction.book.as_str(),
            card_id: Text(transaction.card),
            status: transaction.step.as_str(),
            kind: transaction.kind.as_str(),
            amount_usd: AmountOut(transaction.amount),
            currency: transaction.amount.currency().code(),
            fees: if fee.is_zero() { Vec::new() } else { vec![fees] },
            fx: transaction.merchant_amount.as_ref().map(|asked| FxPart::new(billed, asked)),
            merchant: MerchantPart::from(&transaction.merchant),
            authorization_id: transaction.authorization.map(Text),
            related_ids: None,
            auth_response_code: code.filter(|code| !code.is_empty()),
            decline: decline.map(|reason| DeclinePart { code: reason.as_str() }),
            created_at: Text(transaction.created_at),
            updated_at: Text(transaction.created_at),
            card: None,
            authorization: None,
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

    /// With its card beside it, where that was asked for.
    #[must_use]
    pub fn beside_card(self, card: Option<&CardView>) -> Self {
        Self { card: card.map(|card| Box::new(CardOut::from(card))), ..self }
    }

    /// With its authorization beside it, where that was asked for.
    #[must_use]
    pub fn beside_authorization(self, authorization: Option<AuthorizationOut>) -> Self {
        Self { authorization: authorization.map(Box::new), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_two_amounts() {
        let asked = ForeignAmount::try_new(10_000, "EUR", 2).unwrap();
        let fx = FxPart::new(Money::usd(10_850), &asked);
        assert_eq!(fx.rate.as_deref(), Some("1.085"));
        let nothing = ForeignAmount::try_new(0, "JPY", 0).unwrap();
        assert_eq!(FxPart::new(Money::usd(0), &nothing).rate, None);
    }
}
