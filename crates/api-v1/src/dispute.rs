//! Disputes.

use std::collections::BTreeSet;

use cardium_app::{
    disputes::Advance,
    reads::{DisputeFilter, DisputeSort},
};
use cardium_authorizations::Transaction;
use cardium_disputes::{Dispute, DisputeStatus, Reason, Resolution, Stage};
use cardium_kernel::{Book, CardId, DisputeId, Metadata, Money, Problem, Timestamp, TransactionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::{AmountIn, AmountOut, parse_usd},
    evidence::EvidenceOut,
    expand,
    field::{invalid, required, word},
    metadata::{MetadataIn, MetadataOut},
    query::{Order, Query},
    text::Text,
    transaction::TransactionOut,
    word::{Move, Word},
};

const REASONS: &str =
    "duplicate, not_received, fraud, not_as_described, cancelled_subscription, other";

/// A request to file a dispute.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct DisputeIn {
    #[schemars(with = "Text<TransactionId>")]
    transaction_id: Option<String>,
    #[schemars(with = "Word<Reason>")]
    reason: Option<String>,
    #[validate(length(min = 10, max = 4_000))]
    #[schemars(required)]
    description: Option<String>,
    amount_usd: Option<AmountIn>,
    metadata: Option<MetadataIn>,
}

/// A request to file a dispute, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeWish {
    /// Any step of the purchase.
    pub transaction: TransactionId,
    /// Why.
    pub reason: Reason,
    /// Why, in the cardholder's words.
    pub description: String,
    /// How much of it; all of it where it is not said.
    pub amount: Option<Money>,
    /// Its cardholder's notes.
    pub metadata: Metadata,
}

impl DisputeIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<DisputeWish, Problem> {
        let id = required(self.transaction_id, "transaction_id")?;
        let id = TransactionId::parse(&id);
        let amount = self.amount_usd.map(|amount| amount.positive("amount_usd"));
        Ok(DisputeWish {
            transaction: id.map_err(|error| invalid("transaction_id", &format!("is {error}")))?,
            reason: word(&required(self.reason, "reason")?, "reason", Reason::parse, REASONS)?,
            description: required(self.description, "description")?,
            amount: amount.transpose()?,
            metadata: self.metadata.unwrap_or_default().parse()?,
        })
    }
}

/// A request to the test helper that plays the network's part.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct AdvanceIn {
    #[schemars(with = "Word<Move>")]
    to: Option<String>,
}

impl AdvanceIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<Advance, Problem> {
        let words = "responded, pre_arbitration, won, lost";
        word(&required(self.to, "to")?, "to", Advance::parse, words)
    }
}

/// The order of dispute lists.
pub const ORDER: Order<'static, DisputeSort> = Order {
    fields: &[
        ("created_at", DisputeSort::CreatedAt),
        ("amount_usd", DisputeSort::Amount),
        ("status", DisputeSort::Status),
    ],
    cursor: |text| DisputeId::parse(text).map(DisputeId::value),
};

/// The filters of a dispute list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<DisputeFilter, Problem> {
    Ok(DisputeFilter {
        cards: None,
        status: query.word("status", DisputeStatus::parse, "opened, responded, won, lost")?,
        transaction: query.id("transaction_id", TransactionId::parse)?,
        amount_min: query.read("amount_min", parse_usd)?,
        amount_max: query.read("amount_max", parse_usd)?,
        book: query.mode()?,
    })
}

/// What is shown in full beside a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// The captured transaction.
    Transaction,
}

/// What is to be shown beside a dispute.
///
/// # Errors
/// `invalid_field`.
pub fn expand_one(query: &Query) -> Result<BTreeSet<Beside>, Problem> {
    expand::parse(query, &[("transaction", Beside::Transaction)])
}

/// A dispute as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DisputeOut {
    id: Text<DisputeId>,
    #[schemars(extend("const" = "dispute"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    #[schemars(with = "Word<DisputeStatus>")]
    status: &'static str,
    #[schemars(with = "Word<Stage>")]
    stage: &'static str,
    transaction_id: Text<TransactionId>,
    card_id: Text<CardId>,
    amount_usd: AmountOut,
    credited_usd: AmountOut,
    #[schemars(with = "Word<Reason>")]
    reason: &'static str,
    description: String,
    evidence: Vec<EvidenceOut>,
    evidence_due_by: Text<Timestamp>,
    metadata: MetadataOut,
    #[schemars(with = "Option<Word<Resolution>>")]
    resolution: Option<&'static str>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<Box<TransactionOut>>,
}

impl From<&Dispute> for DisputeOut {
    /// As lists and events show it: without the words of its evidence.
    fn from(dispute: &Dispute) -> Self {
        Self::new(dispute, dispute.evidence.iter().map(EvidenceOut::from).collect())
    }
}

impl DisputeOut {
    /// The dispute with the words of its evidence, as it is shown by itself.
    #[must_use]
    pub fn whole(dispute: &Dispute) -> Self {
        Self::new(dispute, dispute.evidence.iter().map(EvidenceOut::whole).collect())
    }

    fn new(dispute: &Dispute, evidence: Vec<EvidenceOut>) -> Self {
        Self {
            id: Text(dispute.id),
            object: "dispute",
            mode: dispute.book.as_str(),
            status: dispute.status.as_str(),
            stage: dispute.stage.as_str(),
            transaction_id: Text(dispute.transaction),
            card_id: Text(dispute.card),
            amount_usd: AmountOut(dispute.amount),
            credited_usd: AmountOut(dispute.credited),
            reason: dispute.reason.as_str(),
            description: dispute.description.clone(),
            evidence,
            evidence_due_by: Text(dispute.evidence_due_by),
            metadata: MetadataOut::from(&dispute.metadata),
            resolution: dispute.resolution.map(Resolution::as_str),
            created_at: Text(dispute.created_at),
            updated_at: Text(dispute.updated_at),
            transaction: None,
        }
    }

    /// With the captured transaction beside it, where that was asked for.
    #[must_use]
    pub fn beside_transaction(self, transaction: Option<&Transaction>) -> Self {
        let transaction = transaction.map(|found| Box::new(TransactionOut::from(found)));
        Self { transaction, ..self }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;
    use crate::body::Body;

    fn read(json: &str) -> Result<DisputeWish, Problem> {
        Body::parse(json.as_bytes())?.read::<DisputeIn>()?.parse()
    }

    #[test]
    fn requests_are_read_or_refused_by_field() {
        let id = "\"transaction_id\": \"tx_00000000000000000000000001\"";
        let fine = format!(
            r#"{{{id}, "reason": "fraud", "description": "Not my doing.", "amount_usd": 1.5}}"#
        );
        let wish = read(&fine).unwrap();
        assert_eq!((wish.reason, wish.amount), (Reason::Fraud, Some(Money::usd(150))));
        let why = r#""reason": "fraud", "description": "Not my doing.""#;
        for (json, code, param) in [
            (format!("{{{why}}}"), ErrorCode::MissingRequiredField, "transaction_id"),
            (format!("{{{id}}}"), ErrorCode::MissingRequiredField, "reason"),
            (
                format!(r#"{{{id}, "reason": "fraud"}}"#),
                ErrorCode::MissingRequiredField,
                "description",
            ),
            (
                format!(r#"{{"transaction_id": "x", {why}}}"#),
                ErrorCode::InvalidField,
                "transaction_id",
            ),
            (fine.replace("fraud", "anger"), ErrorCode::InvalidField, "reason"),
            (fine.replace("Not my doing.", "Not mine."), ErrorCode::InvalidField, "description"),
            (fine.replace("1.5", "0"), ErrorCode::InvalidField, "amount_usd"),
            (fine.replace("1.5", "1.555"), ErrorCode::InvalidPrecision, "amount_usd"),
        ] {
            let problem = read(&json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }
}
