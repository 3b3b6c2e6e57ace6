//! Approvals: what agents asked an account's owner for.

use cardium_app::reads::{ApprovalFilter, ByCreation};
use cardium_auth::grants::{Approval, ApprovalStatus, Decision};
use cardium_kernel::{ApprovalId, Book, CardId, GrantId, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::AmountOut,
    field::{required, word},
    query::{Order, Query},
    text::Text,
    word::Word,
};

/// The states of an approval.
pub const STATUSES: &[&str] = &["pending", "approved", "rejected", "used", "expired"];

/// The order of approval lists.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| ApprovalId::parse(text).map(ApprovalId::value),
};

/// The filters of an approval list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query, now: Timestamp) -> Result<ApprovalFilter, Problem> {
    // Open ones whose time is over are expired, and no word of the store's.
    let status = |word: &str| match word {
        "expired" => Some(None),
        other => ApprovalStatus::parse(other).map(Some),
    };
    let status = query.word("status", status, &STATUSES.join(", "))?;
    Ok(ApprovalFilter {
        only: None,
        grant: query.id("grant_id", GrantId::parse)?,
        status: status.flatten().map(|status| (status, now)),
        over: (status == Some(None)).then_some(now),
        book: query.mode()?,
    })
}

/// An owner's decision.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct DecisionIn {
    /// What it is.
    #[schemars(required, extend("enum" = ["approve", "reject"]))]
    decision: Option<String>,
    /// Your password, to approve where the session did not sign in within the last ten minutes.
    password: Option<String>,
    /// A code of your authenticator, in its place.
    #[validate(length(max = 64))]
    totp_code: Option<String>,
}

crate::api_key::proofs! {
    DecisionIn,
}

impl DecisionIn {
    /// The decision.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<Decision, Problem> {
        let read = |text: &str| match text {
            "approve" => Some(Decision::Approve),
            "reject" => Some(Decision::Reject),
            _ => None,
        };
        word(&required(self.decision, "decision")?, "decision", read, "approve, reject")
    }
}

/// What an agent asked for, as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApprovalOut {
    id: Text<ApprovalId>,
    #[schemars(extend("const" = "approval"))]
    object: &'static str,
    /// Who asks.
    grant_id: Text<GrantId>,
    /// The operation that was called.
    operation: String,
    /// What is asked, in words.
    summary: String,
    /// The card it is about.
    card_id: Option<Text<CardId>>,
    /// The money it is about.
    amount_usd: Option<AmountOut>,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    #[schemars(extend("enum" = ["pending", "approved", "rejected", "used", "expired"]))]
    status: &'static str,
    created_at: Text<Timestamp>,
    decided_at: Option<Text<Timestamp>>,
    /// When it is void, used or not.
    expires_at: Text<Timestamp>,
}

impl ApprovalOut {
    /// The approval as it stands at this moment.
    #[must_use]
    pub fn new(approval: &Approval, now: Timestamp) -> Self {
        let status = match approval.status {
            ApprovalStatus::Pending | ApprovalStatus::Approved if approval.is_over(now) => {
                "expired"
            }
            status => status.as_str(),
        };
        Self {
            id: Text(approval.id),
            object: "approval",
            grant_id: Text(approval.grant),
            operation: approval.operation.clone(),
            summary: approval.summary.clone(),
            card_id: approval.card.map(Text),
            amount_usd: approval.amount.map(AmountOut),
            mode: approval.book.as_str(),
            status,
            created_at: Text(approval.created_at),
            decided_at: approval.decided_at.map(Text),
            expires_at: Text(approval.expires_at),
        }
    }
}
