//! Decisions: the checks behind an answer to the card network, each with its figures.

use cardium_app::network::Checked;
use cardium_authorizations::{
    Check, Decided, DeclineReason, NetworkMessage, Rule, Step, Trace, Transaction, Unit, Verdict,
};
use cardium_kernel::{Book, CardId, ErrorCode, Money, Problem, TransactionId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Number, Value, json};

use crate::{
    amount::AmountOut,
    text::Text,
    word::{self, CheckResult, FigureUnit, Word},
};

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CheckOut {
    #[schemars(with = "Word<Rule>")]
    rule: &'static str,
    #[schemars(with = "Word<CheckResult>")]
    result: &'static str,
    #[schemars(with = "Option<Word<DeclineReason>>")]
    reason: Option<&'static str>,
    #[schemars(with = "Option<Word<FigureUnit>>")]
    unit: Option<&'static str>,
    #[schemars(with = "Option<Number>")]
    limit: Option<Value>,
    #[schemars(with = "Option<Number>")]
    used: Option<Value>,
    #[schemars(with = "Option<Number>")]
    requested: Option<Value>,
}

impl From<&Check> for CheckOut {
    fn from(check: &Check) -> Self {
        let (result, reason) = match check.verdict {
            Verdict::Passed => ("passed", None),
            Verdict::Failed(reason) => ("failed", Some(reason.as_str())),
        };
        let unit = match check.rule.unit() {
            Unit::None => None,
            Unit::Count => Some("count"),
            Unit::Money => Some("usd"),
        };
        let show = |figure: i64| match check.rule.unit() {
            Unit::Money => json!(AmountOut(Money::usd(figure))),
            Unit::Count | Unit::None => json!(figure),
        };
        Self {
            rule: check.rule.as_str(),
            result,
            reason,
            unit: check.figures.and(unit),
            limit: check.figures.map(|(limit, ..)| show(limit)),
            used: check.figures.map(|(_, used, _)| show(used)),
            requested: check.figures.map(|(.., requested)| show(requested)),
        }
    }
}

pub(crate) fn checks(trace: &Trace) -> Vec<CheckOut> {
    trace.checks().iter().map(CheckOut::from).collect()
}

/// The decision behind a transaction.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DecisionOut {
    #[schemars(extend("const" = "decision"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    transaction_id: Text<TransactionId>,
    card_id: Text<CardId>,
    #[schemars(with = "Word<word::Verdict>")]
    decision: &'static str,
    #[schemars(with = "Option<Word<DeclineReason>>")]
    reason: Option<&'static str>,
    response_code: String,
    checks: Vec<CheckOut>,
}

impl DecisionOut {
    /// The code of an approval for less than was asked (ISO 8583 DE 39).
    const IN_PART: &'static str = "10";

    /// The decision behind `transaction`, which came with this message.
    ///
    /// # Errors
    /// `no_decision` where none was taken: a clearing happens whatever we think of it.
    pub fn new(
        transaction: &Transaction,
        message: Option<&NetworkMessage>,
    ) -> Result<Self, Problem> {
        let trace = message.and_then(|message| message.decision.as_ref());
        let trace = trace.ok_or_else(|| {
            let message = "No decision of ours is behind the transaction.";
            Problem::new(ErrorCode::NoDecision, message)
        })?;
        let decision = match transaction.step {
            Step::Declined => "declined",
            _ if transaction.response_code == Self::IN_PART => "approved_in_part",
            _ => "approved",
        };
        Ok(Self {
            object: "decision",
            mode: transaction.book.as_str(),
            transaction_id: Text(transaction.id),
            card_id: Text(transaction.card),
            decision,
            reason: transaction.decline.map(DeclineReason::as_str),
            response_code: transaction.response_code.clone(),
            checks: checks(trace),
        })
    }
}

/// What a request would be answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedOut {
    #[schemars(extend("const" = "authorization_check"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    card_id: Text<CardId>,
    #[schemars(with = "Word<word::Verdict>")]
    decision: &'static str,
    #[schemars(with = "Option<Word<DeclineReason>>")]
    reason: Option<&'static str>,
    response_code: &'static str,
    amount_usd: AmountOut,
    fee_usd: AmountOut,
    approved_usd: AmountOut,
    checks: Vec<CheckOut>,
}

impl CheckedOut {
    /// What came of the question; `code_of` gives the network's code for a decline.
    #[must_use]
    pub fn new(checked: &Checked, code_of: impl Fn(DeclineReason) -> &'static str) -> Self {
        let zero = Money::zero(checked.amount.currency());
        let (decision, reason, code, approved) = match checked.decision.decided {
            Decided::Approved(amount) => ("approved", None, "00", amount),
            Decided::ApprovedInPart(amount) => {
                ("approved_in_part", None, DecisionOut::IN_PART, amount)
            }
            Decided::Declined(reason) => ("declined", Some(reason.as_str()), code_of(reason), zero),
        };
        Self {
            object: "authorization_check",
            mode: checked.book.as_str(),
            card_id: Text(checked.card),
            decision,
            reason,
            response_code: code,
            amount_usd: AmountOut(checked.amount),
            fee_usd: AmountOut(checked.fee),
            approved_usd: AmountOut(approved),
            checks: checks(&checked.decision.trace),
        }
    }
}
